package org.holdfast.console;

import jakarta.faces.context.FacesContext;
import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serializable;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.holdfast.mailbox.MailboxLine;
import org.holdfast.mailbox.MailboxList;
import org.holdfast.message.CopyCursor;
import org.holdfast.refusal.Refusal;
import org.holdfast.search.MailThread;
import org.holdfast.search.MailThreads;
import org.holdfast.sync.FolderSituation;
import org.holdfast.sync.MailboxFolders;

/** One mailbox: how it stands, its folders, and for those who may read it its conversations. */
@Named
@ViewScoped
public class MailboxPage implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final int PAGE = 25;

    @Inject
    private MailboxList mailboxes;

    @Inject
    private MailboxFolders folders;

    @Inject
    private MailThreads threads;

    @Inject
    private Visitor visitor;

    @Inject
    private Clock clock;

    private long id;
    private long afterMicros;
    private long afterId;
    private boolean more;
    private Trouble trouble;
    private transient MailboxLine line;
    private transient List<FolderSituation> list;
    private transient List<MailThread> conversations;

    /** Reads it; a mailbox that is not the visitor's to see is not there. */
    public void open() throws IOException {
        try {
            line = mailboxes.get(id);
            list = folders.of(id).stream()
                    .filter(folder -> folder.goneAt() == null)
                    .toList();
            if (!visitor.isOperator()) {
                CopyCursor after = afterId == 0
                        ? null
                        : new CopyCursor(Instant.EPOCH.plus(afterMicros, ChronoUnit.MICROS), afterId);
                List<MailThread> read = threads.page(id, after, PAGE + 1);
                more = read.size() > PAGE;
                conversations = List.copyOf(more ? read.subList(0, PAGE) : read);
            }
            trouble = null;
        } catch (Refusal e) {
            FacesContext context = FacesContext.getCurrentInstance();
            context.getExternalContext().responseSendError(HttpServletResponse.SC_NOT_FOUND, null);
            context.responseComplete();
        } catch (RuntimeException e) {
            trouble = Trouble.log("mailbox.trouble", clock.instant(), e);
        }
    }

    /** Null when it could not be read. */
    public MailboxLine getLine() {
        return line;
    }

    public MailboxLook getLook() {
        return new MailboxLook(line.state(), line.running());
    }

    public Tone tone(FolderSituation folder) {
        if (folder.givenUp() > 0) {
            return Tone.WARNING;
        }
        return folder.selected() ? Tone.GOOD : Tone.WAITING;
    }

    public List<FolderSituation> getFolders() {
        return list;
    }

    /** Null for those who do not read mail. */
    public List<MailThread> getConversations() {
        return conversations;
    }

    public boolean isMore() {
        return more;
    }

    public String getNext() {
        MailThread last = conversations.get(conversations.size() - 1);
        long micros = ChronoUnit.MICROS.between(Instant.EPOCH, last.latest());
        return "mailbox.xhtml?id=" + id + "&after=" + micros + "&copy=" + last.latestCopyId();
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

    public long getAfterMicros() {
        return afterMicros;
    }

    public void setAfterMicros(long micros) {
        this.afterMicros = micros;
    }

    public long getAfterId() {
        return afterId;
    }

    public void setAfterId(long id) {
        this.afterId = id;
    }
}
