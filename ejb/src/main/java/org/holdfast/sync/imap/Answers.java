package org.holdfast.sync.imap;

import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.holdfast.sync.failure.AuthenticationRejected;
import org.holdfast.sync.failure.CommandRefused;
import org.holdfast.sync.failure.ProviderBusy;
import org.holdfast.sync.failure.ProviderFailure;

/** What a server's NO or BAD means (RFC 5530). */
final class Answers {

    private static final Pattern CODE = Pattern.compile("\\[([A-Za-z0-9-]+)");
    private static final Pattern BACKOFF = Pattern.compile("Suggested Backoff Time: ([0-9]{1,10}) milliseconds");
    private static final Set<String> TEMPORARY = Set.of("UNAVAILABLE", "INUSE", "LIMIT", "THROTTLED", "OVERQUOTA");
    private static final Pattern TEMPORARY_TEXT =
            Pattern.compile("too many|throttled|maximum number of connections|backoff time");

    /** Of a login these say nothing about the credentials; of a message they may hold for ever. */
    private static final Pattern LOGIN_LATER =
            Pattern.compile("\\[serverbug|try again|not connected|temporar|exceeded|bandwidth|unavailable|internal");

    /** Whatever else the text says. */
    private static final Set<String> LASTING =
            Set.of("AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "PRIVACYREQUIRED", "CONTACTADMIN");

    private static final Duration LONGEST_WAIT = Duration.ofHours(24);

    private Answers() {}

    /** The answer to a login. Only a clear refusal counts as one. */
    static ProviderFailure login(String text, boolean bad) {
        boolean later = bad
                || isTemporary(text)
                || LOGIN_LATER.matcher(text.toLowerCase(Locale.ROOT)).find();
        return later && !LASTING.contains(code(text))
                ? busy(text)
                : new AuthenticationRejected("The provider refused the login: " + printable(text));
    }

    /** The answer to any other command. */
    static ProviderFailure command(String text) {
        return isTemporary(text) ? busy(text) : new CommandRefused("The provider answered: " + printable(text));
    }

    private static boolean isTemporary(String text) {
        String code = code(text);
        return !LASTING.contains(code)
                && (TEMPORARY.contains(code)
                        || TEMPORARY_TEXT.matcher(text.toLowerCase(Locale.ROOT)).find());
    }

    /** Empty if there is none. */
    private static String code(String text) {
        Matcher code = CODE.matcher(text);
        return code.find() ? code.group(1).toUpperCase(Locale.ROOT) : "";
    }

    private static ProviderBusy busy(String text) {
        Matcher wait = BACKOFF.matcher(text);
        return new ProviderBusy(
                "The provider asks to come back later: " + printable(text),
                wait.find()
                        ? Duration.ofMillis(Math.min(LONGEST_WAIT.toMillis(), Long.parseLong(wait.group(1))))
                        : null);
    }

    /** A server's text for people: short, without control characters. */
    static String printable(String text) {
        String clean = text.replaceAll("[^\\x20-\\x7E]", "?");
        return clean.length() <= 300 ? clean : clean.substring(0, 300) + "...";
    }
}
