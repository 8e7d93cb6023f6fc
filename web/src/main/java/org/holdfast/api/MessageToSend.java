package org.holdfast.api;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Optional;
import org.holdfast.binding.BindingTarget;
import org.holdfast.security.TokenScope;
import org.holdfast.sending.AttachmentReference;
import org.holdfast.sending.Correspondent;
import org.holdfast.sending.NewMessage;

/**
 * A message to send or to keep as a draft.
 *
 * @param name of the sender, beside the mailbox's address
 * @param attachments uploads, parts of messages, or whole messages
 * @param replyTo the message that it answers
 * @param forward the message that it passes on
 * @param draftId the draft that it was, or that it replaces
 * @param bindTo what its copy is bound to as soon as there is one
 */
public record MessageToSend(
        Optional<String> name,
        Optional<List<Person>> to,
        Optional<List<Person>> cc,
        Optional<List<Person>> bcc,
        Optional<String> subject,
        Optional<String> text,
        Optional<String> html,
        Optional<List<Attachment>> attachments,
        Optional<Id> replyTo,
        Optional<Id> forward,
        Optional<Id> draftId,
        Optional<BindingTarget> bindTo) {

    /** Somebody with an address. */
    public record Person(String address, Optional<String> name) {

        private Correspondent toCorrespondent() {
            return new Correspondent(address, name);
        }
    }

    /**
     * A file that goes along.
     *
     * @param uploadId of an upload
     * @param messageId of a message
     * @param part its number, such as 2.1; absent: the whole message
     * @param name another name than it has
     */
    public record Attachment(
            Optional<Id> uploadId, Optional<Id> messageId, Optional<String> part, Optional<String> name) {

        private AttachmentReference toReference() {
            return new AttachmentReference(uploadId.map(Id::value), messageId.map(Id::value), part, name);
        }
    }

    /**
     * Content of other messages goes along, and a copy is bound, only if the caller's token may read and bind.
     *
     * @throws org.holdfast.refusal.Refusal with code {@code token-scope}
     */
    void requireAllowedTo(HttpServletRequest request) {
        if (bindTo.isPresent()) {
            TokenCheck.require(request, TokenScope.BIND);
        }
        if (attachments.orElse(List.of()).stream()
                .anyMatch(each -> each.messageId().isPresent())) {
            TokenCheck.require(request, TokenScope.CONTENT);
        }
    }

    NewMessage toMessage() {
        return new NewMessage(
                name,
                people(to),
                people(cc),
                people(bcc),
                subject,
                text,
                html,
                attachments.orElse(List.of()).stream()
                        .map(Attachment::toReference)
                        .toList(),
                replyTo.map(Id::value),
                forward.map(Id::value),
                draftId.map(Id::value),
                bindTo);
    }

    private static List<Correspondent> people(Optional<List<Person>> people) {
        return people.orElse(List.of()).stream().map(Person::toCorrespondent).toList();
    }
}
