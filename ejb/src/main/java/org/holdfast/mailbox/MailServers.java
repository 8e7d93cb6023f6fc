package org.holdfast.mailbox;

import jakarta.enterprise.context.ApplicationScoped;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Suggests the servers of a mail address: known for the large providers, else the usual names of its domain
 * that have an address. A suggestion only; whoever connects the mailbox tests it.
 */
@ApplicationScoped
public class MailServers {

    private static final Found GMAIL = known("imap.gmail.com", smtps("smtp.gmail.com"));
    private static final Found MICROSOFT = known("outlook.office365.com", startTls("smtp.office365.com"));
    private static final Found YAHOO = known("imap.mail.yahoo.com", smtps("smtp.mail.yahoo.com"));
    private static final Found APPLE = known("imap.mail.me.com", startTls("smtp.mail.me.com"));

    /** As each provider's own help pages say. */
    private static final Map<String, Found> KNOWN = Map.ofEntries(
            Map.entry("gmail.com", GMAIL),
            Map.entry("googlemail.com", GMAIL),
            Map.entry("outlook.com", MICROSOFT),
            Map.entry("hotmail.com", MICROSOFT),
            Map.entry("live.com", MICROSOFT),
            Map.entry("msn.com", MICROSOFT),
            Map.entry("yahoo.com", YAHOO),
            Map.entry("icloud.com", APPLE),
            Map.entry("me.com", APPLE),
            Map.entry("mac.com", APPLE),
            Map.entry("fastmail.com", known("imap.fastmail.com", smtps("smtp.fastmail.com"))),
            Map.entry("gmx.net", known("imap.gmx.net", startTls("mail.gmx.net"))),
            Map.entry("gmx.com", known("imap.gmx.com", startTls("mail.gmx.com"))),
            Map.entry("web.de", known("imap.web.de", startTls("smtp.web.de"))),
            Map.entry("zoho.com", known("imap.zoho.com", smtps("smtp.zoho.com"))));

    private final HostPolicy.Resolver resolver;

    /** With the system's resolver. */
    public MailServers() {
        this(InetAddress::getAllByName);
    }

    MailServers(HostPolicy.Resolver resolver) {
        this.resolver = resolver;
    }

    /**
     * The servers of an address. Asks the name server, and nobody else.
     *
     * @param address a mail address
     */
    public Found of(String address) {
        String domain = address.substring(address.lastIndexOf('@') + 1).strip().toLowerCase(Locale.ROOT);
        Found known = KNOWN.get(domain);
        if (known != null) {
            return known;
        }
        String imap = first(Stream.of("imap." + domain, "mail." + domain).toList());
        String smtp = first(Stream.of("smtp." + domain, "mail." + domain).toList());
        return new Found(
                new MailServer(imap == null ? "imap." + domain : imap, 993, TransportSecurity.TLS),
                smtps(smtp == null ? "smtp." + domain : smtp),
                imap == null || smtp == null ? Certainty.GUESSED : Certainty.RESOLVED);
    }

    private String first(List<String> hosts) {
        return hosts.stream().filter(this::hasAddress).findFirst().orElse(null);
    }

    private boolean hasAddress(String host) {
        try {
            return resolver.resolve(host).length > 0;
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static Found known(String imap, MailServer smtp) {
        return new Found(new MailServer(imap, 993, TransportSecurity.TLS), smtp, Certainty.KNOWN);
    }

    private static MailServer smtps(String host) {
        return new MailServer(host, 465, TransportSecurity.TLS);
    }

    private static MailServer startTls(String host) {
        return new MailServer(host, 587, TransportSecurity.STARTTLS);
    }

    /** What was found. */
    public record Found(MailServer imap, MailServer smtp, Certainty certainty) {}

    /** How sure it is. */
    public enum Certainty {
        /** The provider says so. */
        KNOWN,
        /** The names have addresses. */
        RESOLVED,
        /** The usual names, which have none. */
        GUESSED
    }
}
