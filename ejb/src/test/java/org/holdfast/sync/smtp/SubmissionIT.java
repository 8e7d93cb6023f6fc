package org.holdfast.sync.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLSocketFactory;
import org.holdfast.mailbox.HostPolicy;
import org.holdfast.mailbox.MailServer;
import org.holdfast.mailbox.TransportSecurity;
import org.holdfast.run.LocalGreenMail;
import org.holdfast.sync.imap.ImapClient;
import org.holdfast.sync.imap.ImapSession;
import org.holdfast.sync.imap.WireLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Submission to a real server, read back over IMAP. */
class SubmissionIT {

    @TempDir
    Path folder;

    @Test
    void whatIsHandedOverArrivesWithItsDots() throws Exception {
        HostPolicy hosts = new HostPolicy("127.0.0.1", InetAddress::getAllByName);
        try (LocalGreenMail provider = LocalGreenMail.start(folder.resolve("greenmail.log"))) {
            String password = provider.createMailbox("anna@example.org");
            MailServer smtp = new MailServer("127.0.0.1", provider.smtpPort().orElseThrow(), TransportSecurity.NONE);
            SmtpClient client = new SmtpClient(hosts);
            client.signIn(new SmtpRoute(smtp, "anna@example.org", password));
            assertThatThrownBy(() -> client.signIn(new SmtpRoute(smtp, "anna@example.org", password + "x")))
                    .isInstanceOf(org.holdfast.sync.failure.AuthenticationRejected.class);
            String text = "From: anna@example.org\r\nSubject: dots\r\n\r\n.\r\n..leading\r\nend\r\n";
            SmtpOutcome outcome = client.send(
                    new SmtpRoute(smtp, "anna@example.org", password),
                    "anna@example.org",
                    List.of("anna@example.org"),
                    text.getBytes(StandardCharsets.US_ASCII));
            assertThat(outcome.result()).isEqualTo(SmtpOutcome.Result.ACCEPTED);
            try (ImapSession session = new ImapClient(
                            hosts, WireLimits.DEFAULT, (SSLSocketFactory) SSLSocketFactory.getDefault())
                    .open(
                            new MailServer("127.0.0.1", provider.imapPort(), TransportSecurity.NONE),
                            "anna@example.org",
                            password,
                            false)) {
                session.examine("INBOX", null, org.holdfast.sync.ModSeq.NONE);
                byte[] raw = session.fetchAlone(1).raw();
                // GreenMail keeps the last line without its end.
                assertThat(new String(raw, StandardCharsets.US_ASCII).strip())
                        .endsWith("\r\n\r\n.\r\n..leading\r\nend");
            }
        }
    }
}
