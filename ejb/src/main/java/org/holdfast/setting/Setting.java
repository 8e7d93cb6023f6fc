package org.holdfast.setting;

import java.util.Locale;
import java.util.Optional;

/**
 * One value that an installation can set: a system property, else an environment variable of the same
 * name in capitals with underscores, else the default. The README's table lists exactly these.
 */
public enum Setting {
    KEYSET("holdfast.keyset", null, true, "File with the Tink keyset that encrypts mailbox secrets"),
    MAIL_ALLOW(
            "holdfast.mail.allow",
            "",
            false,
            "Hosts, addresses or CIDR blocks, comma-separated, that mail connections may reach although they are"
                    + " private, on any port and in clear text"),
    WEBHOOK_ALLOW(
            "holdfast.webhook.allow",
            "",
            false,
            "Hosts, addresses or CIDR blocks, comma-separated, that webhooks may reach although they are private, on"
                    + " any port and in clear text"),
    API_RATE(
            "holdfast.api.rate",
            "3000",
            false,
            "Requests that one token may make in a minute on one node, at least 1; 0 for no limit"),
    SYNC_INTERVAL(
            "holdfast.sync.interval",
            "300",
            false,
            "Seconds between two passes over a mailbox, at least 10; after quiet ones up to six times as long"),
    SYNC_WORKERS("holdfast.sync.workers", "4", false, "Mailboxes that one node synchronises at once, 1 to 256"),
    SYNC_PER_ACCOUNT("holdfast.sync.per-account", "8", false, "Connections for one account over all nodes, 1 to 1000"),
    SYNC_PER_HOST("holdfast.sync.per-host", "50", false, "Connections to one mail host over all nodes, 1 to 10000"),
    SYNC_KEPT(
            "holdfast.sync.kept",
            "1000",
            false,
            "Connections that one node keeps open for news (IDLE), 0 to 100000; of an account and of a host at most half"
                    + " of what they may have"),
    PURGE_WORKERS("holdfast.purge.workers", "2", false, "Worker slots of a purge run, 1 to 64"),
    PURGE_CHUNK("holdfast.purge.chunk", "2000", false, "Copies purged in one transaction, 1 to 100000"),
    PURGE_AT(
            "holdfast.purge.at",
            "02:30",
            false,
            "When runs start: a time of day, a cron expression of five fields such as `30 2 * * 1-5`, or off"),
    PURGE_ZONE("holdfast.purge.zone", "UTC", false, "Time zone of the schedule and its window"),
    PURGE_WINDOW(
            "holdfast.purge.window", "off", false, "Hours in which scheduled runs work, such as `22:00-06:00`, or off"),
    PURGE_RATE("holdfast.purge.rate", "off", false, "Copies that a run purges in a second at most, or off"),
    PURGE_YIELD(
            "holdfast.purge.yield",
            "250",
            false,
            "Milliseconds that a small transaction may take before a run rests to let others through, or off"),
    PURGE_BRAKE(
            "holdfast.purge.brake",
            "5",
            false,
            "Percent by which a run may exceed its preview before it is held for approval, or off"),
    PURGE_SHARE(
            "holdfast.purge.share",
            "off",
            false,
            "Percent of an account's copies that a run may remove beyond its preview before it is held, or off"),
    PURGE_JUMP(
            "holdfast.purge.jump",
            "36",
            false,
            "Hours between the instants of two runs above which the later one is held, or off; not looked at on a"
                    + " demonstration clock"),
    PURGE_APPROVAL(
            "holdfast.purge.approval",
            "on",
            false,
            "Whether another administrator than who started a held run approves it: on or off"),
    TERMS_NOTICE("holdfast.terms.notice", "30", false, "Days between publishing new terms and their date, 0 to 365"),
    TERMS_APPROVAL(
            "holdfast.terms.approval", "on", false, "Whether a second administrator approves new terms: on or off"),
    SECRET_DAYS(
            "holdfast.secret.days",
            "30",
            false,
            "Days that a mailbox's secret is kept while the plan does not allow the mailbox, 0 to 365"),
    PREVIEW_AGE(
            "holdfast.preview.age", "168", false, "Hours for which a change may rest on a stored preview, 1 to 8760"),
    PREVIEW_KEEP(
            "holdfast.preview.keep",
            "90",
            false,
            "Days that a stored preview is kept which no change, plan or run names, 1 to 3650"),
    NOTICE_DAYS(
            "holdfast.notice.days",
            "30,7,1",
            false,
            "Days before copies first go by a change on which their owners are told, each 1 to 365"),
    NOTICE_PLAN("holdfast.notice.plan", "300", false, "Seconds between two looks for changes to tell of, 10 to 86400"),
    NOTICE_HOST(
            "holdfast.notice.host",
            null,
            false,
            "Mail relay that notices go through; none is sent without it. A private one is also in the list of"
                    + " holdfast.mail.allow"),
    NOTICE_PORT("holdfast.notice.port", "465", false, "Port of the mail relay"),
    NOTICE_SECURITY("holdfast.notice.security", "TLS", false, "How the mail relay is reached: TLS, STARTTLS or NONE"),
    NOTICE_LOGIN("holdfast.notice.login", null, false, "User name at the mail relay; none by default"),
    NOTICE_PASSWORD("holdfast.notice.password", null, true, "Password at the mail relay"),
    NOTICE_FROM("holdfast.notice.from", null, false, "Address that notices come from"),
    NOTICE_LINK(
            "holdfast.notice.link",
            null,
            false,
            "Address of the page My mail that notices point to, such as https://mail.example.org/holdfast/console/my-mail.xhtml"),
    REMOVALS_EVERY(
            "holdfast.removals.every", "60", false, "Minutes between two reckonings of what leaves when, 1 to 10080"),
    NODE("holdfast.node", null, false, "Name of this node in leases and logs; the host's name and process by default"),
    CLOCK_START(
            "holdfast.clock.start",
            null,
            false,
            "For demonstrations only: the instant at which the application's clock starts instead of now");

    private final String key;
    private final String fallback;
    private final boolean secret;
    private final String meaning;

    Setting(String key, String fallback, boolean secret, String meaning) {
        this.key = key;
        this.fallback = fallback;
        this.secret = secret;
        this.meaning = meaning;
    }

    /** The system property. */
    public String key() {
        return key;
    }

    /** The environment variable. */
    public String variable() {
        return key.toUpperCase(Locale.ROOT).replace('.', '_');
    }

    /** What it is for, in a sentence. */
    public String meaning() {
        return meaning;
    }

    /** Whether the value is shown masked. */
    public boolean isSecret() {
        return secret;
    }

    /** The value in force; empty when neither set nor defaulted. */
    public Optional<String> value() {
        String set = System.getProperty(key);
        if (set == null) {
            set = System.getenv(variable());
        }
        return Optional.ofNullable(set == null ? fallback : set)
                .map(String::strip)
                .filter(v -> !v.isEmpty());
    }

    /** The value as a whole number within bounds; a value outside them is refused with the setting's name. */
    public int intValue(int least, int most) {
        String text = value().orElseThrow(() -> new IllegalStateException(key + " is not set"));
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // answered below
        }
        throw new IllegalStateException(key + " is a number from " + least + " to " + most + ", not " + text);
    }

    /** Where the value in force comes from. */
    public Source source() {
        if (System.getProperty(key) != null) {
            return Source.SYSTEM_PROPERTY;
        }
        return System.getenv(variable()) != null ? Source.ENVIRONMENT : Source.DEFAULT;
    }

    /** Where a value comes from. */
    public enum Source {
        SYSTEM_PROPERTY,
        ENVIRONMENT,
        DEFAULT
    }
}
