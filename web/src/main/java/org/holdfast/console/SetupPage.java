package org.holdfast.console;

import jakarta.enterprise.context.RequestScoped;
import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.ExternalContext;
import jakarta.faces.context.FacesContext;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.IOException;
import java.util.Optional;
import org.holdfast.account.FirstRun;
import org.holdfast.account.NewUser;
import org.holdfast.refusal.Refusal;

/** The first run: whoever can read the server's log makes the first administrator. */
@Named
@RequestScoped
public class SetupPage {

    @Inject
    private FirstRun firstRun;

    @Inject
    private Words words;

    private String token;
    private String email;
    private String displayName = "";
    private String password;

    /** There is nothing to set up twice. */
    public void enter() throws IOException {
        if (!firstRun.isOpen()) {
            ExternalContext external = FacesContext.getCurrentInstance().getExternalContext();
            external.redirect(external.getRequestContextPath() + "/login.xhtml");
        }
    }

    public void setUp() throws IOException {
        FacesContext faces = FacesContext.getCurrentInstance();
        try {
            firstRun.setUp(token, new NewUser(email, displayName == null ? "" : displayName, Optional.of(password)));
        } catch (Refusal refusal) {
            faces.addMessage(null, new FacesMessage(FacesMessage.SEVERITY_ERROR, words.refusal(refusal), null));
            return;
        }
        ExternalContext external = faces.getExternalContext();
        external.redirect(external.getRequestContextPath() + "/login.xhtml?ready=1");
    }

    public String getToken() {
        return token;
    }

    public void setToken(String token) {
        this.token = token;
    }

    public String getEmail() {
        return email;
    }

    public void setEmail(String email) {
        this.email = email;
    }

    public String getDisplayName() {
        return displayName;
    }

    public void setDisplayName(String displayName) {
        this.displayName = displayName;
    }

    public String getPassword() {
        return password;
    }

    public void setPassword(String password) {
        this.password = password;
    }
}
