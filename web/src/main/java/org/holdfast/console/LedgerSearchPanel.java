package org.holdfast.console;

import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.time.Clock;
import org.holdfast.ledger.Ledger;
import org.holdfast.ledger.LedgerRecord;

/** Finds what the ledger says of one purged copy; which one is said by the address. */
@Named
@ViewScoped
public class LedgerSearchPanel implements Serializable {

    private static final long serialVersionUID = 1L;

    @Inject
    private Ledger ledger;

    @Inject
    private Clock clock;

    @Inject
    private Words words;

    private String copy;
    private Trouble trouble;
    private boolean missing;
    private transient LedgerRecord found;

    /** Looks for the copy of the address, if it names one. */
    public void enter() {
        if (copy != null && !copy.isBlank()) {
            find();
        }
    }

    public void find() {
        found = null;
        missing = false;
        trouble = null;
        if (copy == null || !copy.strip().matches("[0-9]{1,18}")) {
            FacesContext.getCurrentInstance()
                    .addMessage(
                            null, new FacesMessage(FacesMessage.SEVERITY_ERROR, words.of("ledger.search.bad"), null));
            return;
        }
        try {
            found = ledger.find(Long.parseLong(copy.strip())).orElse(null);
            missing = found == null;
        } catch (RuntimeException e) {
            trouble = Trouble.log("ledger.trouble", clock.instant(), e);
        }
    }

    /** What the ledger says; null when it was not asked, or does not name the copy. */
    public LedgerRecord getFound() {
        return found;
    }

    /** Whether the ledger was asked and does not name the copy. */
    public boolean isMissing() {
        return missing;
    }

    public Trouble getTrouble() {
        return trouble;
    }

    public String getCopy() {
        return copy;
    }

    public void setCopy(String copy) {
        this.copy = copy;
    }
}
