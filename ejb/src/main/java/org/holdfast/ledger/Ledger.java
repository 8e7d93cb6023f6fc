package org.holdfast.ledger;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.util.Optional;
import java.util.function.Consumer;
import org.holdfast.account.Role;
import org.holdfast.event.EventType;
import org.holdfast.event.Events;
import org.holdfast.mailbox.MailboxAccess;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Reads the record of every purged copy: verifies the whole, and finds one. */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME})
public class Ledger {

    @Inject
    private Jdbi jdbi;

    @Inject
    private CurrentCaller currentCaller;

    /** Reads every entry and recomputes every hash; stops at the first break. Minutes on a large ledger. */
    public Verification verify() {
        return verify(progress -> {});
    }

    /** The same, telling on this thread how far it is. */
    public Verification verify(Consumer<VerificationProgress> progress) {
        return jdbi.withHandle(h -> {
            Verification found = new LedgerRows(h).verify(progress);
            found.firstBreak().ifPresent(broken -> told(h, broken));
            return found;
        });
    }

    static void told(Handle handle, Verification.Break broken) {
        JsonObject payload = Json.createObjectBuilder()
                .add("runId", Long.toString(broken.runId()))
                .add("slice", broken.slice())
                .add("entry", broken.entry())
                .add("kind", broken.kind().name())
                .build();
        Events.record(handle, EventType.LEDGER_BROKEN, Events.INSTALLATION, "ledger", payload);
    }

    /**
     * When, in which run and by which terms a copy was purged; empty if the ledger does not name it, or not
     * as one that the caller might have seen.
     */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
    public Optional<LedgerRecord> find(long copyId) {
        Caller caller = currentCaller.get();
        return jdbi.withHandle(h -> new LedgerSearch(h).find(copyId)).filter(found -> new MailboxAccess(jdbi)
                .sees(caller, found.copy().accountId(), found.copy().mailboxId()));
    }
}
