package org.holdfast.event;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Events of copies, packed: up to {@value #MOST} of a mailbox in one, so that a bulk of mail is no flood. */
public final class CopyEvents {

    private static final int MOST = 500;

    private CopyEvents() {}

    /** A copy that an event names. */
    public record Named(long accountId, long mailboxId, long copyId) {}

    /** Why copies are no longer there. */
    public enum Reason {
        /** The original is gone at the provider. */
        ORIGINAL_GONE,
        /** Its time was up. */
        PURGED,
        /** Its owner deleted it. */
        DELETED
    }

    /** Copies were stored. */
    public static void received(Handle handle, Collection<Named> copies) {
        record(handle, EventType.MESSAGE_RECEIVED, copies, null);
    }

    /** Copies were removed; call it in the transaction that removes them. */
    public static void gone(Handle handle, Collection<Named> copies, Reason reason) {
        record(handle, EventType.MESSAGE_GONE, copies, reason);
    }

    private static void record(Handle handle, EventType type, Collection<Named> copies, Reason reason) {
        if (copies.isEmpty()) {
            return;
        }
        Set<Long> accounts = copies.stream().map(Named::accountId).collect(Collectors.toSet());
        Set<Long> wanted = Events.wantedBy(handle, type, accounts);
        Map<Long, List<Named>> byMailbox = copies.stream()
                .filter(copy -> wanted.contains(copy.accountId()))
                .collect(Collectors.groupingBy(Named::mailboxId));
        byMailbox.forEach((mailbox, all) -> {
            for (int from = 0; from < all.size(); from += MOST) {
                pack(handle, type, all.subList(from, Math.min(from + MOST, all.size())), reason);
            }
        });
    }

    private static void pack(Handle handle, EventType type, List<Named> copies, Reason reason) {
        Named first = copies.get(0);
        JsonArrayBuilder ids = Json.createArrayBuilder();
        copies.forEach(copy -> ids.add(Long.toString(copy.copyId())));
        var payload = Json.createObjectBuilder()
                .add("mailboxId", Long.toString(first.mailboxId()))
                .add("messageIds", ids);
        if (reason != null) {
            payload.add("reason", reason.name());
        }
        Events.record(handle, type, first.accountId(), "mailbox:" + first.mailboxId(), payload.build());
    }
}
