package org.holdfast.console;

import jakarta.faces.context.FacesContext;
import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serializable;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.holdfast.binding.Bindings;
import org.holdfast.binding.Bound;
import org.holdfast.message.Copies;
import org.holdfast.message.Copy;
import org.holdfast.message.MessagePart;
import org.holdfast.message.Parts;
import org.holdfast.message.SafeHtml;
import org.holdfast.refusal.Refusal;
import org.holdfast.retention.Fates;
import org.holdfast.search.MailThreads;

/** One message to be read: its head, what it says in a frame of its own, what hangs on it, its conversation. */
@Named
@ViewScoped
public class MessagePage implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final int MOST_OF_THREAD = 50;

    @Inject
    private Copies copies;

    @Inject
    private Parts parts;

    @Inject
    private Bindings bindings;

    @Inject
    private Fates fates;

    @Inject
    private MailThreads threads;

    @Inject
    private Viewer viewer;

    @Inject
    private Clock clock;

    private long id;
    private boolean pictures;
    private Trouble trouble;
    private transient Copy copy;
    private transient List<MessagePart> all;
    private transient List<Copy> thread;
    private transient List<String> why;
    private transient List<Bound> bound;
    private transient boolean remote;

    /** Reads it; a message that is not the visitor's to read is not there. */
    public void open() throws IOException {
        try {
            Copy read = copies.get(id);
            all = parts.of(id).stream().filter(MessagePage::isAttached).toList();
            remote = parts.body(id).html().map(SafeHtml::hasRemotePictures).orElse(false);
            why = fates.why(id, viewer.getLanguage()).sentences();
            bound = bindings.of(id);
            Optional<Long> conversation = threads.of(id);
            thread = conversation.isPresent() ? threads.copies(conversation.get(), null, MOST_OF_THREAD) : List.of();
            copy = read;
        } catch (Refusal e) {
            FacesContext context = FacesContext.getCurrentInstance();
            context.getExternalContext().responseSendError(HttpServletResponse.SC_NOT_FOUND, null);
            context.responseComplete();
        } catch (RuntimeException e) {
            trouble = Trouble.log("message.trouble", clock.instant(), e);
        }
    }

    private static boolean isAttached(MessagePart part) {
        return part.attachment()
                || part.fileName().isPresent()
                || !(part.mediaType().equals("text/plain") || part.mediaType().equals("text/html"));
    }

    /** Null when it could not be read. */
    public Copy getCopy() {
        return copy;
    }

    public List<MessagePart> getAttachments() {
        return all;
    }

    /** The conversation, oldest first; empty or the message alone where there is none. */
    public List<Copy> getThread() {
        return thread;
    }

    public List<String> getWhy() {
        return why;
    }

    public List<Bound> getBound() {
        return bound;
    }

    /** Whether it has pictures that are not in it. */
    public boolean isRemote() {
        return remote;
    }

    public String getFrame() {
        return "message-body?id=" + id + (pictures ? "&pictures=true" : "");
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

    public boolean isPictures() {
        return pictures;
    }

    public void setPictures(boolean pictures) {
        this.pictures = pictures;
    }
}
