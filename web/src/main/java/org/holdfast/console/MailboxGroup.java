package org.holdfast.console;

import java.util.List;
import org.holdfast.mailbox.MailboxState;
import org.holdfast.mailbox.PlanStop;

/** Mailboxes that share a limit, and which of them are ticked to stay. */
public final class MailboxGroup {

    private final String key;
    private final String owner;
    private final boolean shared;
    private final List<MailboxLine> lines;

    MailboxGroup(String key, String owner, boolean shared, List<MailboxLine> lines) {
        this.key = key;
        this.owner = owner;
        this.shared = shared;
        this.lines = lines;
    }

    public String getKey() {
        return key;
    }

    /** The mail address of who owns them; of shared ones nobody's. */
    public String getOwner() {
        return owner;
    }

    public boolean isShared() {
        return shared;
    }

    public List<MailboxLine> getLines() {
        return lines;
    }

    /** Whether the plan allows fewer than there are, so that somebody may choose. */
    public boolean isOverLimit() {
        return lines.stream()
                .anyMatch(l -> l.getMailbox().planStop().equals(java.util.Optional.of(PlanStop.Cause.OVER_LIMIT)));
    }

    /** How many the plan lets stay now. */
    public long getStaying() {
        return lines.stream()
                .filter(l -> l.getMailbox().state() != MailboxState.PAUSED_BY_USER)
                .filter(l -> l.getMailbox().planStop().isEmpty())
                .count();
    }

    List<Long> ticked() {
        return lines.stream()
                .filter(MailboxLine::isKeep)
                .map(l -> l.getMailbox().id())
                .toList();
    }
}
