package org.holdfast.mailbox;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Lets the states of mailboxes follow the plan, set by set: pauses what it stops, resumes what it paused before
 * with the settings it had, and leaves alone what a person paused or a provider refused. Does nothing twice.
 */
public final class PlanFollower {

    private static final String DIFFERS = "(v.stop IS DISTINCT FROM v.plan_stop"
            + " OR (v.stop IS NOT NULL AND v.state IN ('ACTIVE', 'UNREACHABLE'))"
            + " OR (v.stop IS NULL AND v.state = 'PAUSED_BY_PLAN'))";

    private static final String SENTENCE = "'The plan ' || v.plan_code || CASE v.stop WHEN 'NO_SYNC'"
            + " THEN ' does not synchronise mailboxes' ELSE ' allows ' || v.allowed || CASE WHEN v.shared"
            + " THEN ' shared mailboxes' ELSE ' mailboxes per user' END || '; others come first' END";

    private static final String ERASED =
            "'The password was erased while the plan did not allow the mailbox: enter it again'";

    /** The words of a pause that was made before its cause was kept stay. */
    private static final String FOLLOW = "UPDATE mailbox m SET plan_stop = v.stop,"
            + " plan_stopped_at = CASE WHEN v.stop IS NOT NULL THEN coalesce(m.plan_stopped_at,"
            + "  CASE WHEN m.state = 'PAUSED_BY_PLAN' THEN m.state_since ELSE :at END) END,"
            + " state = n.next, state_since = CASE WHEN n.next = m.state THEN m.state_since ELSE :at END,"
            + " state_reason = CASE WHEN n.next = 'PAUSED_BY_PLAN' THEN CASE WHEN m.state = n.next AND m.plan_stop IS NULL"
            + "  THEN coalesce(m.state_reason, " + SENTENCE + ") ELSE " + SENTENCE + " END"
            + "  WHEN n.next = m.state THEN m.state_reason WHEN n.next = 'AUTH_FAILED' THEN " + ERASED + " END"
            + " FROM <verdicts> JOIN mailbox o ON o.id = v.id, LATERAL (SELECT CASE"
            + "  WHEN v.stop IS NOT NULL AND v.state IN ('ACTIVE', 'UNREACHABLE') THEN 'PAUSED_BY_PLAN'"
            + "  WHEN v.stop IS NULL AND v.state = 'PAUSED_BY_PLAN' THEN CASE WHEN o.secret_erased_at IS NOT NULL THEN 'AUTH_FAILED'"
            + "   ELSE 'ACTIVE' END ELSE v.state END AS next) n"
            + " WHERE m.id = v.id AND " + DIFFERS + " RETURNING m.id, v.state AS was, m.state AS becomes";

    private static final String AUDIT = "INSERT INTO audit_event (at, actor, action, subject, reason)"
            + " SELECT :at, 'plan', :action, 'mailbox:' || m.id, m.state_reason FROM mailbox m WHERE m.id = ANY (:ids)";

    private final Handle handle;

    /** Works in the transaction of the handle. */
    public PlanFollower(Handle handle) {
        this.handle = handle;
    }

    /** What is due at an instant: up to so many accounts; empty if there is nothing. */
    public Optional<Followed> step(Instant now, int accounts) {
        List<Long> changed = handle.createQuery("DELETE FROM policy_due WHERE id IN (SELECT id FROM policy_due"
                        + " WHERE due_at <= :now AND account_id IS NOT NULL ORDER BY due_at LIMIT :most"
                        + " FOR UPDATE SKIP LOCKED) RETURNING account_id")
                .bind("now", now)
                .bind("most", accounts)
                .mapTo(Long.class)
                .list();
        return changed.isEmpty() ? terms(now, accounts) : Optional.of(accounts(changed, now));
    }

    /** The row of a change of terms is locked meanwhile: nodes take turns, and a lost one leaves it to the others. */
    private Optional<Followed> terms(Instant now, int accounts) {
        return handle.createQuery("SELECT id, last_account FROM policy_due WHERE due_at <= :now AND account_id IS NULL"
                        + " ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED")
                .bind("now", now)
                .map((row, context) -> new long[] {row.getLong("id"), row.getLong("last_account")})
                .findOne()
                .map(due -> range(due[0], due[1], now, accounts));
    }

    private Followed range(long due, long after, Instant now, int accounts) {
        Long last = handle.createQuery(
                        "SELECT max(id) FROM (SELECT id FROM account WHERE id > :after ORDER BY id LIMIT :most) r")
                .bind("after", after)
                .bind("most", accounts)
                .mapTo(Long.class)
                .one();
        if (last == null) {
            handle.createUpdate("DELETE FROM policy_due WHERE id = :due")
                    .bind("due", due)
                    .execute();
            return Followed.NOTHING;
        }
        handle.createUpdate("UPDATE policy_due SET last_account = :last WHERE id = :due")
                .bind("last", last)
                .bind("due", due)
                .execute();
        return range(after + 1, last, now);
    }

    /** Mailboxes of the accounts with ids from one to another, both included: one look, and writes only where it differs. */
    public Followed range(long first, long last, Instant now) {
        List<Long> differing = handle.createQuery(
                        "SELECT DISTINCT v.account_id FROM " + PlanStops.ofRange() + " WHERE " + DIFFERS)
                .bind("first", first)
                .bind("last", last)
                .bind("at", now)
                .mapTo(Long.class)
                .list();
        return differing.isEmpty() ? Followed.NOTHING : accounts(differing, now);
    }

    /** Mailboxes of some accounts. */
    public Followed accounts(Collection<Long> accountIds, Instant now) {
        Object[] accounts = accountIds.stream().distinct().toArray();
        lock(accounts);
        List<Long> paused = new ArrayList<>();
        List<Long> resumed = new ArrayList<>();
        handle.createQuery(FOLLOW.replace("<verdicts>", PlanStops.ofAccounts()))
                .bindArray("accounts", Long.class, accounts)
                .bind("at", now)
                .map((row, context) -> new Step(row.getLong("id"), row.getString("was"), row.getString("becomes")))
                .forEach(step -> {
                    if (step.pauses()) {
                        paused.add(step.id());
                    } else if (step.resumes()) {
                        resumed.add(step.id());
                    }
                });
        Followed followed = new Followed(paused, resumed);
        tell(followed, now);
        return followed;
    }

    /** Locks an account's mailboxes as following the plan does; before any of them or the account is changed. */
    public void lock(long accountId) {
        lock(new Object[] {accountId});
    }

    /** In the order in which everybody locks: the lease of a pass, then its mailbox, the account, copies. */
    private void lock(Object[] accounts) {
        handle.createQuery("SELECT mailbox_id FROM mailbox_sync WHERE mailbox_id IN (SELECT id FROM mailbox"
                        + " WHERE account_id = ANY (:accounts)) ORDER BY mailbox_id FOR UPDATE")
                .bindArray("accounts", Long.class, accounts)
                .mapTo(Long.class)
                .list();
        handle.createQuery("SELECT id FROM mailbox WHERE account_id = ANY (:accounts) ORDER BY id FOR NO KEY UPDATE")
                .bindArray("accounts", Long.class, accounts)
                .mapTo(Long.class)
                .list();
    }

    private void tell(Followed followed, Instant now) {
        MailboxRows rows = new MailboxRows(handle);
        if (!followed.paused().isEmpty()) {
            rows.forgetFill(followed.paused(), now);
            audit("mailbox.pause-by-plan", followed.paused(), now);
        }
        if (!followed.resumed().isEmpty()) {
            rows.forgetFill(followed.resumed(), now);
            rows.dueNow(followed.resumed());
            audit("mailbox.resume-by-plan", followed.resumed(), now);
        }
    }

    private void audit(String action, List<Long> mailboxes, Instant now) {
        handle.createUpdate(AUDIT)
                .bind("at", now)
                .bind("action", action)
                .bindArray("ids", Long.class, mailboxes.toArray())
                .execute();
    }

    private record Step(long id, String was, String becomes) {

        boolean pauses() {
            return becomes.equals("PAUSED_BY_PLAN") && !was.equals(becomes);
        }

        boolean resumes() {
            return was.equals("PAUSED_BY_PLAN") && !was.equals(becomes);
        }
    }
}
