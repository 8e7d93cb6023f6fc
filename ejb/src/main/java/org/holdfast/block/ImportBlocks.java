package org.holdfast.block;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.holdfast.account.Role;
import org.holdfast.plan.PlanPolicy;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.AuditTrail;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;
import org.jdbi.v3.core.Jdbi;

/**
 * Blocks of senders: administrators keep those of a whole account, owners those of their own mailboxes. What
 * was imported before stays, and nothing happens to the originals.
 */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.OWNER_NAME})
public class ImportBlocks {

    private static final Pattern VALUE =
            Pattern.compile("(?:[\\p{L}\\p{N}!#$%&'*+/=?^_`{|}~.-]{1,64}@)?[a-z0-9-]{1,63}(?:\\.[a-z0-9-]{1,63})+");

    @Inject
    private Jdbi jdbi;

    @Inject
    private CurrentCaller currentCaller;

    @Inject
    private PlanPolicy policy;

    @Inject
    private AuditTrail audit;

    @Inject
    private Clock clock;

    /**
     * Blocks a sender from now on: for the whole account if an administrator asks, else for the caller's mailboxes.
     *
     * @param sender a mail address, or a domain, which is blocked with all below it
     * @param reason 1 to 500 characters
     * @throws Refusal {@code block-unusable}, {@code block-exists}, or {@code not-found} for the account
     */
    public ImportBlock add(long accountId, String sender, String reason) {
        Caller caller = currentCaller.get();
        requireAccount(caller, accountId);
        ImportBlock block = new ImportBlock(
                0, accountId, ownOf(caller), usable(sender, reason), reason.strip(), caller.name(), clock.instant(), 0);
        return jdbi.withHandle(h -> {
            BlockRows rows = new BlockRows(h);
            long id = rows.insert(block)
                    .orElseThrow(() ->
                            new Refusal(Refusal.Kind.CONFLICT, "block-exists", block.sender() + " is blocked already"));
            audit.record(caller.name(), "block.add", "account:" + accountId, block.reason(), block.sender());
            return rows.find(id).orElseThrow();
        });
    }

    private static String usable(String sender, String reason) {
        String value = SenderBlocks.canonical(sender);
        if (value.length() > 320 || !VALUE.matcher(value).matches() || reason.isBlank() || reason.length() > 500) {
            throw new Refusal(
                    Refusal.Kind.UNUSABLE,
                    "block-unusable",
                    "A block has a mail address or a domain, such as shop.example, and a reason of up to 500 characters");
        }
        return value;
    }

    /** A page in the order of ids; an owner sees those that count for the own mailboxes. */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
    public List<ImportBlock> page(long accountId, long afterId, int limit) {
        Caller caller = currentCaller.get();
        requireAccount(caller, accountId);
        return jdbi.withHandle(
                h -> new BlockRows(h).page(accountId, ownOf(caller).orElse(null), afterId, limit));
    }

    /**
     * Removes a block: what it kept out and still lies in the window comes in with the next pass.
     *
     * @throws Refusal {@code not-found}, or {@code block-of-account} where an owner asks for an administrator's
     */
    public void remove(long accountId, long id) {
        Caller caller = currentCaller.get();
        requireAccount(caller, accountId);
        Optional<Long> own = ownOf(caller);
        jdbi.useHandle(h -> {
            BlockRows rows = new BlockRows(h);
            ImportBlock block = rows.find(id)
                    .filter(present -> present.accountId() == accountId)
                    .filter(present -> own.isEmpty()
                            || present.userId().isEmpty()
                            || present.userId().equals(own))
                    .orElseThrow(() -> Refusal.notFound("block", id));
            if (own.isPresent() && block.userId().isEmpty()) {
                throw new Refusal(
                        Refusal.Kind.FORBIDDEN,
                        "block-of-account",
                        "This block counts for the whole account: ask an administrator to remove it");
            }
            rows.remove(id, clock.instant());
            audit.record(caller.name(), "block.remove", "account:" + accountId, null, block.sender());
        });
    }

    private static Optional<Long> ownOf(Caller caller) {
        return caller.role() == Role.OWNER ? Optional.of(caller.userId()) : Optional.empty();
    }

    private void requireAccount(Caller caller, long accountId) {
        caller.requireSees(accountId, "account", accountId);
        policy.entitlement(accountId, clock.instant());
    }
}
