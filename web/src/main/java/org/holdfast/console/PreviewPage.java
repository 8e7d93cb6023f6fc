package org.holdfast.console;

import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serializable;
import java.time.Clock;
import java.util.List;
import org.holdfast.refusal.Refusal;
import org.holdfast.retention.PreviewAge;
import org.holdfast.retention.PreviewMailbox;
import org.holdfast.retention.StoredPreview;
import org.holdfast.retention.StoredPreviews;

/** One stored preview: how far it is, or what it found. */
@Named
@ViewScoped
public class PreviewPage implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final int MAILBOXES = 20;

    @Inject
    private StoredPreviews previews;

    @Inject
    private Clock clock;

    @Inject
    private Words words;

    private long id;
    private Trouble trouble;
    private transient StoredPreview preview;
    private transient List<PreviewAge> ages;
    private transient List<PreviewMailbox> mailboxes;

    /** Reads the preview of the address; one that is not there is answered 404. */
    public void enter() throws IOException {
        try {
            read();
        } catch (Refusal e) {
            FacesContext faces = FacesContext.getCurrentInstance();
            faces.getExternalContext().responseSendError(HttpServletResponse.SC_NOT_FOUND, e.code());
            faces.responseComplete();
        } catch (RuntimeException e) {
            trouble = Trouble.log("preview.trouble", clock.instant(), e);
        }
    }

    /** Reads anew; what was read before stays when that fails. */
    public void refresh() {
        try {
            read();
        } catch (RuntimeException e) {
            trouble = Trouble.log("preview.trouble", clock.instant(), e);
        }
    }

    private void read() {
        StoredPreview read = previews.get(id);
        ages = read.isReady() ? previews.ages(id) : List.of();
        mailboxes = read.isReady() ? previews.mostTouched(id, MAILBOXES) : List.of();
        preview = read;
        trouble = null;
    }

    /** Ends it before it is complete. */
    public void cancel() {
        try {
            previews.cancel(id);
            say(FacesMessage.SEVERITY_INFO, words.of("change.preview.cancelled"));
            refresh();
        } catch (Refusal e) {
            say(FacesMessage.SEVERITY_ERROR, words.refusal(e));
        } catch (RuntimeException e) {
            trouble = Trouble.log("preview.trouble", clock.instant(), e);
        }
    }

    private static void say(FacesMessage.Severity severity, String text) {
        FacesContext.getCurrentInstance().addMessage(null, new FacesMessage(severity, text, null));
    }

    /** Sends every mailbox of the preview as a file. */
    public void download() throws IOException {
        PreviewDownload.send(previews, id);
    }

    /** The preview; null when it could not be read even once. */
    public StoredPreview getPreview() {
        if (preview == null && trouble == null) {
            refresh();
        }
        return preview;
    }

    public List<PreviewAge> getAges() {
        return ages;
    }

    public List<PreviewMailbox> getMailboxes() {
        return mailboxes;
    }

    /** Whether somebody works on it: then the page polls, else not. */
    public boolean isBusy() {
        return preview != null && preview.status().isOpen();
    }

    public Trouble getTrouble() {
        return trouble;
    }

    public long getId() {
        return id;
    }

    public void setId(long id) {
        this.id = id;
    }
}
