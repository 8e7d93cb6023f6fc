package org.holdfast.console;

import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.IOException;
import java.io.Serializable;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import org.holdfast.account.User;
import org.holdfast.account.Users;
import org.holdfast.mailbox.ConnectMailbox;
import org.holdfast.mailbox.ConnectionCheck;
import org.holdfast.mailbox.ConnectionTest;
import org.holdfast.mailbox.MailServer;
import org.holdfast.mailbox.MailServers;
import org.holdfast.mailbox.Mailboxes;
import org.holdfast.mailbox.TransportSecurity;
import org.holdfast.plan.Entitlement;
import org.holdfast.plan.PlanPolicy;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;

/** Connects a mailbox: its address, the servers found for it, a test line by line, and what comes of it. */
@Named
@ViewScoped
public class ConnectPage implements Serializable {

    private static final long serialVersionUID = 1L;

    @Inject
    private Mailboxes mailboxes;

    @Inject
    private ConnectionTest connectionTest;

    @Inject
    private MailServers mailServers;

    @Inject
    private PlanPolicy plans;

    @Inject
    private Users users;

    @Inject
    private CurrentCaller currentCaller;

    @Inject
    private Clock clock;

    @Inject
    private Words words;

    @Inject
    private Moments moments;

    private String owner;
    private String address;
    private String login;
    private transient String password;
    private String imapHost;
    private int imapPort = 993;
    private TransportSecurity imapSecurity = TransportSecurity.TLS;
    private boolean sends = true;
    private String smtpHost;
    private int smtpPort = 465;
    private TransportSecurity smtpSecurity = TransportSecurity.TLS;
    private boolean shared;
    private Trouble trouble;
    private transient List<ConnectionCheck> checks;
    private String outlook;

    /** Fills in the servers that the address is known or found to have. */
    public void findServers() {
        checks = null;
        if (address == null || address.indexOf('@') < 1) {
            say(words.of("connect.address.first"));
            return;
        }
        MailServers.Found found = mailServers.of(address);
        imapHost = found.imap().host();
        imapPort = found.imap().port();
        imapSecurity = found.imap().security();
        smtpHost = found.smtp().host();
        smtpPort = found.smtp().port();
        smtpSecurity = found.smtp().security();
        if (login == null) {
            login = address;
        }
        FacesContext.getCurrentInstance()
                .addMessage(
                        null,
                        new FacesMessage(
                                FacesMessage.SEVERITY_INFO, words.of("connect.found." + found.certainty()), null));
    }

    /** Tries everything and stores nothing. */
    public void test() {
        attempt(request -> {
            checks = connectionTest.run(request);
            outlook = outlook(request);
        });
    }

    /** Tries it again and stores it, then goes to the list. */
    public void connect() {
        attempt(request -> {
            mailboxes.connect(request);
            FacesContext faces = FacesContext.getCurrentInstance();
            faces.getExternalContext()
                    .redirect(faces.getExternalContext().getRequestContextPath() + "/console/mailboxes.xhtml");
        });
    }

    private void attempt(Attempt attempt) {
        checks = null;
        outlook = null;
        trouble = null;
        try {
            attempt.with(request());
        } catch (Refusal e) {
            say(words.refusal(e));
        } catch (IllegalArgumentException e) {
            say(e.getMessage());
        } catch (IOException | RuntimeException e) {
            trouble = Trouble.log("connect.trouble", clock.instant(), e);
        }
    }

    private ConnectMailbox request() {
        Caller caller = currentCaller.get();
        long accountId;
        long ownerId;
        if (caller.isAdministrator()) {
            User user = users.byEmail(owner == null ? "" : owner)
                    .filter(u -> u.accountId().isPresent())
                    .orElseThrow(() -> new Refusal(
                            Refusal.Kind.UNUSABLE, "owner-unknown", "There is no mailbox owner with this address"));
            accountId = user.accountId().orElseThrow();
            ownerId = user.id();
        } else {
            accountId = caller.account().orElseThrow();
            ownerId = caller.userId();
        }
        if (address == null || imapHost == null || (sends && smtpHost == null) || password == null) {
            throw new Refusal(Refusal.Kind.UNUSABLE, "connect-incomplete", "Address, password and servers are needed");
        }
        MailServer imap = new MailServer(imapHost, imapPort, imapSecurity);
        MailServer smtp = sends ? new MailServer(smtpHost, smtpPort, smtpSecurity) : null;
        return new ConnectMailbox(
                accountId, ownerId, address, imap, smtp, login == null ? address : login, password, shared);
    }

    /** What will be imported and how long it stays, by the plan in force. */
    private String outlook(ConnectMailbox request) {
        Entitlement plan = plans.entitlement(request.accountId(), clock.instant());
        if (!plan.syncs()) {
            return words.of("connect.outlook.none", plan.planCode());
        }
        return plan.cutoff(clock.instant())
                .map(cutoff -> words.of(
                        "connect.outlook",
                        plan.planCode(),
                        plan.retention().days().orElseThrow(),
                        moments.exact(cutoff.at())))
                .orElseGet(() -> words.of("connect.outlook.unlimited", plan.planCode()));
    }

    private static void say(String text) {
        FacesContext.getCurrentInstance().addMessage(null, new FacesMessage(FacesMessage.SEVERITY_ERROR, text, null));
    }

    public List<ConnectionCheck> getChecks() {
        return checks;
    }

    public String getOutlook() {
        return outlook;
    }

    public boolean isPassed() {
        return checks != null
                && checks.stream()
                        .noneMatch(c -> c.outcome() == ConnectionCheck.Outcome.FAILED
                                || c.outcome() == ConnectionCheck.Outcome.NOT_TRIED);
    }

    /** The tone of a line. */
    public Tone tone(ConnectionCheck check) {
        return switch (check.outcome()) {
            case PASSED -> Tone.GOOD;
            case FAILED -> Tone.BAD;
            case NOT_TRIED -> Tone.WAITING;
            case LEFT_OUT -> Tone.NOTICE;
        };
    }

    public List<TransportSecurity> getSecurities() {
        return Arrays.asList(TransportSecurity.values());
    }

    public Trouble getTrouble() {
        return trouble;
    }

    public String getOwner() {
        return owner;
    }

    public void setOwner(String owner) {
        this.owner = owner;
    }

    public String getAddress() {
        return address;
    }

    public void setAddress(String address) {
        this.address = address == null ? null : address.strip();
    }

    public String getLogin() {
        return login;
    }

    public void setLogin(String login) {
        this.login = login;
    }

    public String getPassword() {
        return null;
    }

    /** The field comes back empty, so that the password is in no page; what was typed before counts then. */
    public void setPassword(String typed) {
        if (typed != null && !typed.isEmpty()) {
            password = typed;
        }
    }

    public String getImapHost() {
        return imapHost;
    }

    public void setImapHost(String imapHost) {
        this.imapHost = imapHost;
    }

    public int getImapPort() {
        return imapPort;
    }

    public void setImapPort(int imapPort) {
        this.imapPort = imapPort;
    }

    public TransportSecurity getImapSecurity() {
        return imapSecurity;
    }

    public void setImapSecurity(TransportSecurity imapSecurity) {
        this.imapSecurity = imapSecurity;
    }

    public boolean isSends() {
        return sends;
    }

    public void setSends(boolean sends) {
        this.sends = sends;
    }

    public String getSmtpHost() {
        return smtpHost;
    }

    public void setSmtpHost(String smtpHost) {
        this.smtpHost = smtpHost;
    }

    public int getSmtpPort() {
        return smtpPort;
    }

    public void setSmtpPort(int smtpPort) {
        this.smtpPort = smtpPort;
    }

    public TransportSecurity getSmtpSecurity() {
        return smtpSecurity;
    }

    public void setSmtpSecurity(TransportSecurity smtpSecurity) {
        this.smtpSecurity = smtpSecurity;
    }

    public boolean isShared() {
        return shared;
    }

    public void setShared(boolean shared) {
        this.shared = shared;
    }

    /** Something that is tried with what was typed in. */
    @FunctionalInterface
    private interface Attempt {
        void with(ConnectMailbox request) throws IOException;
    }
}
