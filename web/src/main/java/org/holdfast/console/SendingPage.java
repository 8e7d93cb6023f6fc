package org.holdfast.console;

import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.time.Clock;
import java.util.List;
import java.util.function.LongConsumer;
import org.holdfast.command.CommandKind;
import org.holdfast.command.CommandState;
import org.holdfast.command.UserCommand;
import org.holdfast.command.UserCommands;
import org.holdfast.mailbox.Mailbox;
import org.holdfast.refusal.Refusal;
import org.holdfast.sending.Beginnings;
import org.holdfast.sending.Sending;
import org.holdfast.sending.SendingState;
import org.holdfast.sending.Sendings;

/** Messages on their way out of a mailbox, and what else was asked of its provider, with the next step of each. */
@Named
@ViewScoped
public class SendingPage implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final int SHOWN = 50;

    @Inject
    private Sendings sendings;

    @Inject
    private UserCommands commands;

    @Inject
    private Beginnings beginnings;

    @Inject
    private Words words;

    @Inject
    private Clock clock;

    private long mailbox;
    private Trouble trouble;
    private transient List<Mailbox> mailboxes;
    private transient List<Sending> messages;
    private transient List<UserCommand> asked;

    /** Reads anew; what was read before stays when that fails. */
    public void refresh() {
        try {
            mailboxes = beginnings.mailboxes();
            if (mailbox == 0 && !mailboxes.isEmpty()) {
                mailbox = mailboxes.get(0).id();
            }
            if (mailbox > 0) {
                List<Sending> read = sendings.page(mailbox, Long.MAX_VALUE, SHOWN);
                asked = commands.page(mailbox, Long.MAX_VALUE, SHOWN);
                messages = read;
            }
            trouble = null;
        } catch (Refusal e) {
            say(FacesMessage.SEVERITY_ERROR, words.refusal(e));
            messages = List.of();
            asked = List.of();
        } catch (RuntimeException e) {
            trouble = Trouble.log("sending.trouble", clock.instant(), e);
        }
    }

    public void cancel(long id) {
        change(sendings::cancel, id, "sending.cancel.done");
    }

    public void markSent(long id) {
        change(sendings::markSent, id, "sending.sent.done");
    }

    public void markUnsent(long id) {
        change(sendings::markUnsent, id, "sending.unsent.done");
    }

    public void sendAgain(long id) {
        change(sendings::sendAgain, id, "sending.again.done");
    }

    public void cancelCommand(long id) {
        change(commands::cancel, id, "sending.cancel.done");
    }

    public void retryCommand(long id) {
        change(commands::retry, id, "sending.retry.done");
    }

    private void change(LongConsumer work, long id, String done) {
        try {
            work.accept(id);
            say(FacesMessage.SEVERITY_INFO, words.of(done));
        } catch (Refusal e) {
            say(FacesMessage.SEVERITY_ERROR, words.refusal(e));
        } catch (RuntimeException e) {
            trouble = Trouble.log("sending.trouble.change", clock.instant(), e);
            return;
        }
        refresh();
    }

    private static void say(FacesMessage.Severity severity, String text) {
        FacesContext.getCurrentInstance().addMessage(null, new FacesMessage(severity, text, null));
    }

    /** The caller's own mailboxes; null when they could not be read even once. */
    public List<Mailbox> getMailboxes() {
        if (mailboxes == null && trouble == null) {
            refresh();
        }
        return mailboxes;
    }

    /** The newest messages; null when they could not be read even once. */
    public List<Sending> getMessages() {
        getMailboxes();
        return messages;
    }

    /** The newest commands; null when they could not be read even once. */
    public List<UserCommand> getAsked() {
        getMailboxes();
        return asked;
    }

    /** Whether anything is still going on: then the page polls, else not. */
    public boolean isBusy() {
        return (getMessages() != null
                        && messages.stream()
                                .anyMatch(each -> each.state() == SendingState.QUEUED
                                        || each.state() == SendingState.SENDING
                                        || (each.state() == SendingState.SENT && each.filedBy() == null)))
                || (getAsked() != null
                        && asked.stream().anyMatch(each -> each.state().isOpen()));
    }

    public Tone tone(Sending sending) {
        return switch (sending.state()) {
            case QUEUED -> sending.error() == null ? Tone.WAITING : Tone.WARNING;
            case SENDING -> Tone.BUSY;
            case SENT -> sending.bindProblem() == null ? Tone.GOOD : Tone.WARNING;
            case REFUSED -> Tone.BAD;
            case UNKNOWN -> Tone.WARNING;
            case CANCELLED -> Tone.NOTICE;
        };
    }

    /** What comes next, in a sentence. */
    public String next(Sending sending) {
        String state = sending.state().name();
        boolean lost = sending.state() == SendingState.REFUSED && !sending.contentKept();
        boolean unfiled = sending.state() == SendingState.SENT && sending.filedBy() == null;
        return words.of("sending.next." + state + (lost ? ".gone" : unfiled ? ".unfiled" : ""));
    }

    public Tone toneOf(UserCommand command) {
        return switch (command.state()) {
            case QUEUED -> command.error() == null ? Tone.WAITING : Tone.WARNING;
            case RUNNING -> Tone.BUSY;
            case DONE -> command.note() == null ? Tone.GOOD : Tone.NOTICE;
            case REFUSED -> Tone.BAD;
            case CANCELLED -> Tone.NOTICE;
            case UNKNOWN -> Tone.WARNING;
        };
    }

    /** Whether its content may still be kept, so that it can be tried once more. */
    public boolean isRetriable(UserCommand command) {
        return command.state() == CommandState.REFUSED
                && (command.kind() == CommandKind.SAVE_DRAFT || command.kind() == CommandKind.FILE_SENT);
    }

    public Trouble getTrouble() {
        getMailboxes();
        return trouble;
    }

    public long getMailbox() {
        return mailbox;
    }

    public void setMailbox(long mailbox) {
        this.mailbox = mailbox;
    }
}
