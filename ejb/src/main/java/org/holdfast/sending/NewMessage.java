package org.holdfast.sending;

import java.util.List;
import java.util.Optional;
import org.holdfast.binding.BindingTarget;

/**
 * A message that somebody wants to send or to keep as a draft.
 *
 * @param name of the sender, beside the mailbox's address
 * @param bcc in the envelope alone
 * @param replyTo the copy that it answers
 * @param forward the copy that it passes on; its content is the caller's to quote or to attach
 * @param draftId the draft that it was or replaces: goes once this one is there
 * @param bindTo what its copy is bound to as soon as there is one
 */
public record NewMessage(
        Optional<String> name,
        List<Correspondent> to,
        List<Correspondent> cc,
        List<Correspondent> bcc,
        Optional<String> subject,
        Optional<String> text,
        Optional<String> html,
        List<AttachmentReference> attachments,
        Optional<Long> replyTo,
        Optional<Long> forward,
        Optional<Long> draftId,
        Optional<BindingTarget> bindTo) {}
