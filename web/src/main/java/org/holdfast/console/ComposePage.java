package org.holdfast.console;

import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.Part;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.holdfast.binding.BindingTarget;
import org.holdfast.command.Idempotency;
import org.holdfast.mailbox.Mailbox;
import org.holdfast.refusal.Refusal;
import org.holdfast.sending.AttachmentReference;
import org.holdfast.sending.Beginnings;
import org.holdfast.sending.BegunMessage;
import org.holdfast.sending.Correspondents;
import org.holdfast.sending.NewMessage;
import org.holdfast.sending.Sendings;

/** Writes a message: a new one, an answer, one passed on, or a draft; the address says which. */
@Named
@ViewScoped
public class ComposePage implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final long LARGEST_FILE = 20L * 1024 * 1024;

    @Inject
    private Beginnings beginnings;

    @Inject
    private Sendings sendings;

    @Inject
    private Words words;

    @Inject
    private Clock clock;

    private final String key = UUID.randomUUID().toString();
    private long reply;
    private long replyAll;
    private long forward;
    private long draft;
    private long mailbox;
    private String to;
    private String cc;
    private String bcc;
    private String subject;
    private String text;
    private String bindKind;
    private String bindReference;
    private transient Part file;
    private final List<AttachedFile> files = new ArrayList<>();
    private Trouble trouble;
    private transient List<Mailbox> senders;

    /** Begins with what the address names. */
    public void begin() {
        try {
            senders = beginnings.senders();
            BegunMessage begun = null;
            if (reply > 0 || replyAll > 0) {
                begun = beginnings.reply(Math.max(reply, replyAll), replyAll > 0);
            } else if (forward > 0) {
                begun = beginnings.forward(forward);
            } else if (draft > 0) {
                begun = beginnings.draft(draft);
            }
            if (begun != null) {
                take(begun);
            } else if (mailbox == 0 && !senders.isEmpty()) {
                mailbox = senders.get(0).id();
            }
        } catch (Refusal e) {
            say(FacesMessage.SEVERITY_ERROR, words.refusal(e));
        } catch (RuntimeException e) {
            trouble = Trouble.log("compose.trouble.read", clock.instant(), e);
        }
    }

    private void take(BegunMessage begun) {
        mailbox = begun.mailboxId();
        to = Correspondents.line(begun.to());
        cc = Correspondents.line(begun.cc());
        subject = begun.subject();
        text = begun.text();
        if (reply == 0 && replyAll == 0) {
            begun.attachments()
                    .forEach(each ->
                            files.add(new AttachedFile(each.name(), each.size(), null, each.copyId(), each.part())));
        }
    }

    /** Takes the chosen file along. */
    public void attach() {
        attempt(() -> {
            if (file == null || file.getSize() == 0) {
                throw new Refusal(Refusal.Kind.UNUSABLE, "file-missing", words.of("compose.file.missing"));
            }
            if (file.getSize() > LARGEST_FILE) {
                throw new Refusal(
                        Refusal.Kind.UNUSABLE,
                        "file-too-large",
                        words.of("compose.file.large", words.bytes(LARGEST_FILE)));
            }
            String name = file.getSubmittedFileName().replaceAll(".*[/\\\\]", "");
            String type = file.getContentType() == null ? "application/octet-stream" : file.getContentType();
            try (InputStream content = file.getInputStream()) {
                byte[] bytes = content.readAllBytes();
                long upload = sendings.upload(mailbox, name, type, bytes);
                files.add(new AttachedFile(name, bytes.length, upload, null, null));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    public void detach(int index) {
        if (index >= 0 && index < files.size()) {
            files.remove(index);
        }
    }

    /** Queues the message and goes to where it can be followed. */
    public void send() {
        attempt(() -> {
            NewMessage message = message();
            sendings.send(mailbox, message, Idempotency.of("console-" + key, message));
            leave();
        });
    }

    /** Queues the draft, in the place of the one that it was. */
    public void save() {
        attempt(() -> {
            NewMessage message = message();
            sendings.saveDraft(mailbox, message, Idempotency.of("draft-" + key, message));
            leave();
        });
    }

    private void leave() {
        FacesContext faces = FacesContext.getCurrentInstance();
        try {
            faces.getExternalContext()
                    .redirect(faces.getExternalContext().getRequestContextPath() + "/console/sending.xhtml?mailbox="
                            + mailbox);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private NewMessage message() {
        return new NewMessage(
                Optional.empty(),
                Correspondents.of(to),
                Correspondents.of(cc),
                Correspondents.of(bcc),
                Optional.ofNullable(subject).filter(each -> !each.isBlank()),
                Optional.of(text == null ? "" : text),
                Optional.empty(),
                files.stream().map(AttachedFile::reference).toList(),
                id(Math.max(reply, replyAll)),
                id(forward),
                id(draft),
                bindTo());
    }

    private Optional<BindingTarget> bindTo() {
        if (bindReference == null || bindReference.isBlank()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new BindingTarget(bindKind == null ? "" : bindKind.strip(), bindReference.strip()));
        } catch (IllegalArgumentException e) {
            throw new Refusal(Refusal.Kind.UNUSABLE, "binding-unusable", words.of("compose.bind.unusable"));
        }
    }

    private static Optional<Long> id(long id) {
        return id > 0 ? Optional.of(id) : Optional.empty();
    }

    private void attempt(Runnable work) {
        trouble = null;
        try {
            work.run();
        } catch (Refusal e) {
            say(FacesMessage.SEVERITY_ERROR, words.refusal(e));
        } catch (RuntimeException e) {
            trouble = Trouble.log("compose.trouble", clock.instant(), e);
        }
    }

    private static void say(FacesMessage.Severity severity, String what) {
        FacesContext.getCurrentInstance().addMessage(null, new FacesMessage(severity, what, null));
    }

    /** What the page is about, as the first part of a key of its texts. */
    public String getPurpose() {
        if (reply > 0 || replyAll > 0) {
            return "compose.reply";
        }
        return forward > 0 ? "compose.forward" : draft > 0 ? "compose.draft" : "compose.new";
    }

    /** Where can be sent from; empty if nowhere. */
    public List<Mailbox> getSenders() {
        if (senders == null) {
            senders = beginnings.senders();
        }
        return senders;
    }

    public List<AttachedFile> getFiles() {
        return List.copyOf(files);
    }

    public Trouble getTrouble() {
        return trouble;
    }

    public long getReply() {
        return reply;
    }

    public void setReply(long reply) {
        this.reply = reply;
    }

    public long getReplyAll() {
        return replyAll;
    }

    public void setReplyAll(long replyAll) {
        this.replyAll = replyAll;
    }

    public long getForward() {
        return forward;
    }

    public void setForward(long forward) {
        this.forward = forward;
    }

    public long getDraft() {
        return draft;
    }

    public void setDraft(long draft) {
        this.draft = draft;
    }

    public long getMailbox() {
        return mailbox;
    }

    public void setMailbox(long mailbox) {
        this.mailbox = mailbox;
    }

    public String getTo() {
        return to;
    }

    public void setTo(String to) {
        this.to = to;
    }

    public String getCc() {
        return cc;
    }

    public void setCc(String cc) {
        this.cc = cc;
    }

    public String getBcc() {
        return bcc;
    }

    public void setBcc(String bcc) {
        this.bcc = bcc;
    }

    public String getSubject() {
        return subject;
    }

    public void setSubject(String subject) {
        this.subject = subject;
    }

    public String getText() {
        return text;
    }

    public void setText(String text) {
        this.text = text;
    }

    public String getBindKind() {
        return bindKind;
    }

    public void setBindKind(String bindKind) {
        this.bindKind = bindKind;
    }

    public String getBindReference() {
        return bindReference;
    }

    public void setBindReference(String bindReference) {
        this.bindReference = bindReference;
    }

    public Part getFile() {
        return file;
    }

    public void setFile(Part file) {
        this.file = file;
    }

    /**
     * A file that goes along: uploaded, or a part of a stored message.
     *
     * @param uploadId null for a part of a message
     * @param copyId null for an upload
     * @param part its place in the message; null for an upload
     */
    public record AttachedFile(String name, long size, Long uploadId, Long copyId, String part)
            implements Serializable {

        AttachmentReference reference() {
            return new AttachmentReference(
                    Optional.ofNullable(uploadId),
                    Optional.ofNullable(copyId),
                    Optional.ofNullable(part),
                    Optional.of(name));
        }
    }
}
