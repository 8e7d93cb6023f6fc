package org.holdfast.retention;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jdbi.v3.core.statement.SqlStatement;

/**
 * {@link DueRule} in SQL, once for previews, planning and purging. Its names: {@code e} is
 * {@link #ENTITLEMENT}, {@code a} its account, {@code c} the copy, {@code m} the copy's mailbox; the
 * instant is bound as {@code :asOf}. A test holds the two statements of the rule together.
 */
public final class DueRuleSql {

    /** Every account's plan as of the instant, as known now: the latest knowledge, by no clock. */
    public static final String ENTITLEMENT = "entitlement(CAST(:asOf AS timestamptz), 'infinity') e";

    private static final String CUTOFF = cutoff("e", ":asOf");

    /** The latest release grace of the copy, its mailbox and its account; NULL if there is none. */
    public static final String GRACE_END = "greatest(c.keep_until, m.keep_until, a.keep_until)";

    /** The condition under which a copy is due; never true where the plan keeps without limit. */
    public static final String DUE = due("e", ":asOf");

    /** The name of the copy's {@link DueRule.Verdict}. */
    public static final String VERDICT = "CASE WHEN c.bind_count > 0 THEN 'BOUND'"
            + " WHEN c.hold_count > 0 OR m.hold_count > 0 OR a.hold_count > 0 THEN 'HELD'"
            + " WHEN e.unbound_days IS NULL OR c.clock > " + CUTOFF + " THEN 'YOUNG'"
            + " WHEN " + GRACE_END + " > CAST(:asOf AS timestamptz) THEN 'IN_GRACE' ELSE 'DUE' END";

    /**
     * A further condition, beginning with AND, on accounts: their plan today, bound as {@code :now}, keeps no longer
     * than the instant says. A run may be older than an upgrade; what it would remove beyond today's cut-off has
     * been promised again since, and waits for a later run.
     */
    public static final String AGREEING_TODAY = " AND EXISTS (SELECT FROM entitlement(CAST(:now AS timestamptz),"
            + " 'infinity') n WHERE n.account_id = e.account_id AND " + CUTOFF
            + " <= CAST(:now AS timestamptz) - n.unbound_days * interval '24 hours')";

    private DueRuleSql() {}

    /**
     * {@link #DUE} under another plan or instant, for what compares two of them.
     *
     * @param plan the alias of the entitlement
     * @param at the instant's placeholder
     */
    static String due(String plan, String at) {
        return "c.bind_count = 0 AND c.hold_count = 0 AND m.hold_count = 0 AND a.hold_count = 0"
                + " AND c.clock <= " + cutoff(plan, at)
                + " AND coalesce(" + GRACE_END + " <= CAST(" + at + " AS timestamptz), true)";
    }

    private static String cutoff(String plan, String at) {
        return "(CAST(" + at + " AS timestamptz) - " + plan + ".unbound_days * interval '24 hours')";
    }

    /** As precise as the database: to the microsecond, never later. */
    public static Instant precise(Instant instant) {
        return instant.truncatedTo(ChronoUnit.MICROS);
    }

    /** A condition on {@code e} and {@code c} that keeps to a scope; begins with AND, or is empty. */
    public static String within(PurgeScope scope) {
        return switch (scope.kind()) {
            case EVERYTHING -> "";
            case PLAN -> " AND e.plan_code = :scope";
            case ACCOUNT -> " AND e.account_id = :scope";
            case MAILBOX ->
                " AND c.mailbox_id = :scope"
                        + " AND e.account_id = (SELECT s.account_id FROM mailbox s WHERE s.id = :scope)";
        };
    }

    /** Binds what {@link #within(PurgeScope)} asks for. */
    public static <S extends SqlStatement<S>> S bindScope(S statement, PurgeScope scope) {
        return switch (scope.kind()) {
            case EVERYTHING -> statement;
            case PLAN -> statement.bind("scope", scope.reference());
            case ACCOUNT, MAILBOX -> statement.bind("scope", Long.parseLong(scope.reference()));
        };
    }
}
