package org.holdfast.console;

import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.holdfast.account.NewUser;
import org.holdfast.account.User;
import org.holdfast.account.Users;
import org.holdfast.refusal.Refusal;

/** Adds people to an account and gives them passwords. */
@Named
@ViewScoped
public class UserPanel implements Serializable {

    private static final long serialVersionUID = 1L;

    @Inject
    private Users users;

    @Inject
    private AccountPage page;

    @Inject
    private Words words;

    @Inject
    private Clock clock;

    private String email;
    private String password;
    private Trouble trouble;

    /** An owner with this address is made, or, if the account has one, gets this password. */
    public void save() {
        trouble = null;
        FacesContext faces = FacesContext.getCurrentInstance();
        try {
            Optional<User> known = known(page.getPeople());
            if (known.isPresent()) {
                users.changePassword(known.get().id(), Optional.empty(), password == null ? "" : password);
            } else {
                users.createOwner(
                        page.getId(), new NewUser(email == null ? "" : email, "", Optional.ofNullable(password)));
            }
            String done = known.isPresent() ? "account.user.password.done" : "account.user.created";
            faces.addMessage(null, new FacesMessage(FacesMessage.SEVERITY_INFO, words.of(done), null));
            email = null;
            page.refresh();
        } catch (Refusal e) {
            faces.addMessage(null, new FacesMessage(FacesMessage.SEVERITY_ERROR, words.refusal(e), null));
        } catch (RuntimeException e) {
            trouble = Trouble.log("account.change.trouble", clock.instant(), e);
        } finally {
            password = null;
        }
    }

    private Optional<User> known(List<User> people) {
        return people.stream()
                .filter(user -> user.email().equalsIgnoreCase(email == null ? "" : email.strip()))
                .findFirst();
    }

    public Trouble getTrouble() {
        return trouble;
    }

    public String getEmail() {
        return email;
    }

    public void setEmail(String email) {
        this.email = email;
    }

    /** Never shown again. */
    public String getPassword() {
        return null;
    }

    public void setPassword(String password) {
        this.password = password;
    }
}
