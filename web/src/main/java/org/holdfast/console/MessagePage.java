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
import org.holdfast.binding.Bindings;
import org.holdfast.binding.Bound;
import org.holdfast.message.Copies;
import org.holdfast.message.Copy;
import org.holdfast.message.MessageBody;
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

    /** Of the conversation, before the message and behind it. */
    private static final int EACH_WAY = 25;

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
    private transient boolean cut;
    private transient boolean part;

    /** Reads it; a message that is not the visitor's to read is not there. */
    public void open() throws IOException {
        try {
            Copy read = copies.get(id);
            MessageBody body = parts.body(id);
            all = body.beside();
            cut = body.cut();
            remote = body.html().map(SafeHtml::hasRemotePictures).orElse(false);
            why = fates.why(id, viewer.getLanguage()).sentences();
            bound = bindings.of(id);
            readThread();
            copy = read;
        } catch (Refusal e) {
            FacesContext context = FacesContext.getCurrentInstance();
            context.getExternalContext().responseSendError(HttpServletResponse.SC_NOT_FOUND, null);
            context.responseComplete();
        } catch (RuntimeException e) {
            trouble = Trouble.log("message.trouble", clock.instant(), e);
        }
    }

    /** One more each way is asked for, to know whether there is more. */
    private void readThread() {
        List<Copy> about = threads.about(id, EACH_WAY + 1);
        List<Long> ids = about.stream().map(Copy::id).toList();
        int here = Math.max(0, ids.indexOf(id));
        int from = Math.max(0, here - EACH_WAY);
        int to = Math.min(about.size(), here + EACH_WAY + 1);
        thread = List.copyOf(about.subList(from, to));
        part = thread.size() < about.size();
    }

    /** Whether there is more of the conversation than what is shown. */
    public boolean isPart() {
        return part;
    }

    /** Null when it could not be read. */
    public Copy getCopy() {
        return copy;
    }

    public List<MessagePart> getAttachments() {
        return all;
    }

    /** The conversation about the message, oldest first; empty or the message alone where there is none. */
    public List<Copy> getThread() {
        return thread;
    }

    public List<String> getWhy() {
        return why;
    }

    public List<Bound> getBound() {
        return bound;
    }

    /** Whether it says more than is shown. */
    public boolean isCut() {
        return cut;
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
