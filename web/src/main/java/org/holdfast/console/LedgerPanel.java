package org.holdfast.console;

import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.ExternalContext;
import jakarta.faces.context.FacesContext;
import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.holdfast.ledger.Certificate;
import org.holdfast.ledger.CertificateFile;
import org.holdfast.ledger.CertificateOutcome;
import org.holdfast.ledger.LedgerChecks;
import org.holdfast.ledger.Verification;
import org.holdfast.ledger.VerificationWork;
import org.holdfast.refusal.Refusal;

/** Verifies the ledger while one looks on, exports certificates of it and holds it against them. */
@Named
@ViewScoped
public class LedgerPanel implements Serializable {

    private static final long serialVersionUID = 1L;

    @Inject
    private LedgerChecks checks;

    @Inject
    private Clock clock;

    @Inject
    private Words words;

    private Long id;
    private String certificate;
    private Trouble trouble;
    private transient VerificationWork work;
    private transient boolean looked;

    /** Begins, or follows one that is under way. */
    public void verify() {
        begin(Optional.empty());
    }

    /** Verifies and holds the ledger against the certificate in the field. */
    public void check() {
        try {
            begin(Optional.of(CertificateFile.read(certificate == null ? "" : certificate)));
        } catch (Refusal e) {
            refuse(e);
        }
    }

    private void begin(Optional<Certificate> against) {
        trouble = null;
        try {
            work = checks.begin(against);
            id = work.id();
        } catch (Refusal e) {
            refuse(e);
        } catch (RuntimeException e) {
            trouble = Trouble.log("ledger.trouble", clock.instant(), e);
        }
    }

    private void refuse(Refusal refusal) {
        FacesContext.getCurrentInstance()
                .addMessage(null, new FacesMessage(FacesMessage.SEVERITY_ERROR, words.refusal(refusal), null));
    }

    /** Gives up what is under way. */
    public void cancel() {
        try {
            checks.cancel(work.id());
        } catch (Refusal e) {
            refuse(e);
        } catch (RuntimeException e) {
            trouble = Trouble.log("ledger.trouble", clock.instant(), e);
            return;
        }
        refresh();
    }

    /** Reads anew how far it is; what was read before stays when that fails. */
    public void refresh() {
        try {
            work = id == null ? latest() : checks.get(id);
            trouble = null;
        } catch (RuntimeException e) {
            trouble = Trouble.log("ledger.trouble", clock.instant(), e);
        }
    }

    private VerificationWork latest() {
        List<VerificationWork> page = checks.page(0, 1);
        return page.isEmpty() ? null : page.get(0);
    }

    /** Sends a certificate as a file. */
    public void export() throws IOException {
        Certificate made;
        try {
            made = checks.certify();
        } catch (Refusal e) {
            refuse(e);
            return;
        }
        FacesContext faces = FacesContext.getCurrentInstance();
        ExternalContext out = faces.getExternalContext();
        out.setResponseContentType("application/json;charset=UTF-8");
        out.setResponseHeader(
                "Content-Disposition", "attachment; filename=\"holdfast-ledger-" + made.sealNumber() + ".json\"");
        out.getResponseOutputStream().write(CertificateFile.write(made).getBytes(StandardCharsets.UTF_8));
        faces.responseComplete();
    }

    /** The verification that is followed, or the latest; null when there was none. */
    public VerificationWork getWork() {
        look();
        return work;
    }

    private void look() {
        if (!looked && work == null && trouble == null) {
            looked = true;
            refresh();
        }
    }

    public boolean isRunning() {
        return getWork() != null && work.isRunning();
    }

    public boolean isIntact() {
        return getWork() != null && work.status() == VerificationWork.Status.INTACT;
    }

    /** The class of the callout. */
    public String getTone() {
        return (isIntact() ? Tone.GOOD : Tone.BAD).getStyle();
    }

    public Verification.Break getFirstBreak() {
        return getWork() == null ? null : work.found().firstBreak().orElse(null);
    }

    public String getFailure() {
        return getWork() == null ? null : work.failure().orElse(null);
    }

    public String getLastSeal() {
        return getWork() == null ? null : work.found().lastSeal().orElse(null);
    }

    /** What came of the certificate; null while none was held against the ledger. */
    public CertificateOutcome getOutcome() {
        return getWork() == null ? null : work.certificate().orElse(null);
    }

    /** Whether the certificate agrees and the ledger is intact: only both prove anything. */
    public boolean isProven() {
        return isIntact() && getOutcome() == CertificateOutcome.PROVEN;
    }

    public Trouble getTrouble() {
        look();
        return trouble;
    }

    public String getCertificate() {
        return certificate;
    }

    public void setCertificate(String certificate) {
        this.certificate = certificate;
    }
}
