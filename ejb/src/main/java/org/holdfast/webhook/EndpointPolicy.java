package org.holdfast.webhook;

import jakarta.enterprise.context.ApplicationScoped;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.holdfast.mailbox.CheckedServer;
import org.holdfast.mailbox.HostPolicy;
import org.holdfast.mailbox.HostRefused;
import org.holdfast.mailbox.MailServer;
import org.holdfast.mailbox.TransportSecurity;
import org.holdfast.setting.Setting;

/**
 * Where events may be sent: HTTPS to public addresses, and what the administrator's list allows. The same
 * guard as for mail servers: every address of a name is checked, and the checked ones are connected to.
 */
@ApplicationScoped
public class EndpointPolicy {

    private static final int LONGEST = 2_000;

    private final HostPolicy hosts;

    /** With the administrator's list {@link Setting#WEBHOOK_ALLOW} and the system's resolver. */
    public EndpointPolicy() {
        this(new HostPolicy(Setting.WEBHOOK_ALLOW.value().orElse(""), InetAddress::getAllByName));
    }

    /** With a list and a resolver of its own. */
    public EndpointPolicy(HostPolicy hosts) {
        this.hosts = hosts;
    }

    /**
     * Resolves an endpoint once and checks it.
     *
     * @throws EndpointRefused if nothing is sent there
     */
    Endpoint check(String url) {
        URI uri = parse(url);
        boolean tls = "https".equals(uri.getScheme());
        int port = uri.getPort() == -1 ? (tls ? 443 : 80) : uri.getPort();
        try {
            CheckedServer server = hosts.checkWeb(
                    new MailServer(uri.getHost(), port, tls ? TransportSecurity.TLS : TransportSecurity.NONE));
            return new Endpoint(tls, server.host(), port, uri.getRawAuthority(), target(uri), server.addresses());
        } catch (HostRefused | IllegalArgumentException e) {
            throw new EndpointRefused(
                    "Events are not sent to " + uri.getHost() + ": use https at a public address, port 443 or 8443, or"
                            + " ask the administrator to allow the host in " + Setting.WEBHOOK_ALLOW.key(),
                    e);
        }
    }

    private static String target(URI uri) {
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    }

    /** A plain absolute address: nothing that two readers could understand differently. */
    private static URI parse(String url) {
        try {
            URI uri = new URI(url);
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            boolean plain = uri.getHost() != null && uri.getRawUserInfo() == null && uri.getRawFragment() == null;
            boolean ascii = url.chars().allMatch(c -> c > 0x20 && c < 0x7f);
            if (plain && ascii && url.length() <= LONGEST && (scheme.equals("https") || scheme.equals("http"))) {
                return new URI(scheme + url.substring(scheme.length()));
            }
        } catch (URISyntaxException e) {
            throw new EndpointRefused("Not an address such as https://crm.example.org/events", e);
        }
        throw new EndpointRefused(
                "An endpoint is an absolute https address without user and fragment, up to " + LONGEST
                        + " characters, such as https://crm.example.org/events",
                null);
    }
}
