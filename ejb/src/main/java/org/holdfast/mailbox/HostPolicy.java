package org.holdfast.mailbox;

import jakarta.enterprise.context.ApplicationScoped;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.holdfast.setting.Setting;

/**
 * Which mail servers may be connected to: public addresses on the ports of mail, and what the
 * administrator's list allows. Every address of a name is checked, and connections go to exactly the
 * checked ones, so that a second answer of the name server changes nothing.
 */
@ApplicationScoped
public class HostPolicy {

    private static final Set<Integer> IMAP_PORTS = Set.of(143, 993);
    private static final Set<Integer> SMTP_PORTS = Set.of(25, 465, 587);
    private static final Set<Integer> WEB_PORTS = Set.of(443, 8443);

    /** Not for the public internet: IANA's special-purpose registries and multicast (RFC 6890). */
    private static final List<AddressBlock> SPECIAL = List.of(
            AddressBlock.of("0.0.0.0/8"),
            AddressBlock.of("10.0.0.0/8"),
            AddressBlock.of("100.64.0.0/10"),
            AddressBlock.of("127.0.0.0/8"),
            // the metadata service of one cloud
            AddressBlock.of("168.63.129.16"),
            AddressBlock.of("169.254.0.0/16"),
            AddressBlock.of("172.16.0.0/12"),
            AddressBlock.of("192.0.0.0/24"),
            AddressBlock.of("192.0.2.0/24"),
            AddressBlock.of("192.88.99.0/24"),
            AddressBlock.of("192.168.0.0/16"),
            AddressBlock.of("198.18.0.0/15"),
            AddressBlock.of("198.51.100.0/24"),
            AddressBlock.of("203.0.113.0/24"),
            AddressBlock.of("224.0.0.0/3"),
            // Teredo, ORCHID and others; documentation; 6to4
            AddressBlock.of("2001::/23"),
            AddressBlock.of("2001:db8::/32"),
            AddressBlock.of("2002::/16"),
            AddressBlock.of("3fff::/20"));

    /** The only IPv6 block of global unicast: everything else is local, mapped, NAT64 or reserved. */
    private static final AddressBlock GLOBAL_V6 = AddressBlock.of("2000::/3");

    /** Numbers that some resolvers take for addresses: 2130706433, 0x7f.1, 0177.0.0.1, 127.1. */
    private static final Pattern ODD_NUMBER =
            Pattern.compile("(?:0x[0-9a-f]*|[0-9]+)(?:\\.(?:0x[0-9a-f]*|[0-9]+))*\\.?", Pattern.CASE_INSENSITIVE);

    private final Set<String> allowedHosts = new HashSet<>();
    private final List<AddressBlock> allowedBlocks = new ArrayList<>();
    private final Resolver resolver;

    /** With the administrator's list {@link Setting#MAIL_ALLOW} and the system's resolver. */
    public HostPolicy() {
        this(Setting.MAIL_ALLOW.value().orElse(""), InetAddress::getAllByName);
    }

    /**
     * With a list of its own.
     *
     * @param allow hosts, addresses and CIDR blocks, separated by commas; may be empty
     */
    public HostPolicy(String allow, Resolver resolver) {
        this.resolver = resolver;
        for (String entry : allow.split(",", -1)) {
            String text = entry.strip().toLowerCase(Locale.ROOT);
            if (!text.isEmpty()) {
                AddressBlock.parse(text).ifPresentOrElse(allowedBlocks::add, () -> allowedHosts.add(text));
            }
        }
    }

    /** An IMAP server: ports 143 and 993. */
    public CheckedServer checkImap(MailServer server) {
        return check(server, IMAP_PORTS);
    }

    /** An SMTP server: ports 25, 465 and 587. */
    public CheckedServer checkSmtp(MailServer server) {
        return check(server, SMTP_PORTS);
    }

    /** A receiver of webhooks: ports 443 and 8443. */
    public CheckedServer checkWeb(MailServer server) {
        return check(server, WEB_PORTS);
    }

    /**
     * Resolves a server once and checks it.
     *
     * @throws HostRefused if it may not be connected to, or its name has no address
     */
    private CheckedServer check(MailServer server, Set<Integer> ports) {
        String host = plain(server.host());
        List<InetAddress> addresses = resolve(host);
        if (allowedHosts.contains(host) || addresses.stream().allMatch(this::isListed)) {
            return new CheckedServer(server, host, addresses);
        }
        if (server.security() == TransportSecurity.NONE) {
            throw new HostRefused("Clear text is not used with " + host + ": choose TLS or STARTTLS, or ask the"
                    + " administrator to allow the host in " + Setting.MAIL_ALLOW.key());
        }
        if (!ports.contains(server.port())) {
            throw new HostRefused("Port " + server.port() + " is not one of "
                    + ports.stream().sorted().toList()
                    + ": use one of them, or ask the administrator to allow the host in " + Setting.MAIL_ALLOW.key());
        }
        if (!addresses.stream().allMatch(address -> isPublic(address) || isListed(address))) {
            throw new HostRefused("The host " + host + " is not a public mail server: check its name, or ask the"
                    + " administrator to allow it in " + Setting.MAIL_ALLOW.key());
        }
        return new CheckedServer(server, host, addresses);
    }

    /** Without brackets and the final dot; odd numbers and zones are refused before anything resolves them. */
    private static String plain(String host) {
        String text = host;
        if (text.startsWith("[") && text.endsWith("]")) {
            text = text.substring(1, text.length() - 1);
        }
        if (text.endsWith(".")) {
            text = text.substring(0, text.length() - 1);
        }
        boolean odd = ODD_NUMBER.matcher(text).matches() || text.indexOf('%') >= 0 || text.indexOf(':') >= 0;
        if (text.isEmpty() || (odd && AddressBlock.literal(text).isEmpty())) {
            throw new HostRefused("Not a host name or an address in its usual form: " + host);
        }
        return text;
    }

    private List<InetAddress> resolve(String host) {
        try {
            List<InetAddress> addresses = List.of(resolver.resolve(host));
            if (!addresses.isEmpty()) {
                return addresses;
            }
        } catch (UnknownHostException e) {
            throw HostRefused.unknown(host, e);
        }
        throw HostRefused.unknown(host, null);
    }

    private boolean isListed(InetAddress address) {
        return allowedBlocks.stream().anyMatch(block -> block.contains(address));
    }

    private static boolean isPublic(InetAddress address) {
        if (address instanceof Inet6Address && !GLOBAL_V6.contains(address)) {
            return false;
        }
        return SPECIAL.stream().noneMatch(block -> block.contains(address));
    }

    /** Turns a name into its addresses. */
    @FunctionalInterface
    public interface Resolver {
        InetAddress[] resolve(String host) throws UnknownHostException;
    }
}
