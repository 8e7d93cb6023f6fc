package org.holdfast.notice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.holdfast.notice.NoticeStage.before;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import javax.net.ssl.SSLSocketFactory;
import org.holdfast.mailbox.HostPolicy;
import org.holdfast.mailbox.MailServer;
import org.holdfast.mailbox.TransportSecurity;
import org.holdfast.message.HeadParser;
import org.holdfast.run.LocalGreenMail;
import org.holdfast.run.LocalPostgres;
import org.holdfast.sync.imap.ImapClient;
import org.holdfast.sync.imap.ImapSession;
import org.holdfast.sync.imap.WireLimits;
import org.holdfast.sync.smtp.ScriptedSmtp;
import org.holdfast.sync.smtp.SmtpClient;
import org.holdfast.sync.smtp.SmtpRoute;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Notices over real SMTP: to GreenMail, and to a server that refuses, is down, or goes after the final dot. */
class NoticeMailIT {

    private static final HostPolicy HOSTS = new HostPolicy("127.0.0.1", InetAddress::getAllByName);

    private static LocalPostgres postgres;

    @TempDir
    Path folder;

    private NoticeStage stage;

    @BeforeAll
    static void start() {
        postgres = LocalPostgres.start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void twoOwners() {
        stage = new NoticeStage(postgres);
        stage.account(1, "STANDARD", "UTC", "vi");
        stage.owner(1, 2, "en");
        stage.copiesAt(1, 100);
        stage.plan(before(30));
    }

    private static Relay relay(int port) {
        MailServer server = new MailServer("127.0.0.1", port, TransportSecurity.NONE);
        return new SmtpRelay(new SmtpClient(HOSTS), new SmtpRoute(server, null, null));
    }

    @Test
    void arrivesAsPlainTextAndHtmlWithHeadersThatAreUnderstood() throws Exception {
        try (LocalGreenMail provider = LocalGreenMail.start(folder.resolve("greenmail.log"))) {
            String password = provider.createMailbox("o1@example.org");
            provider.createMailbox("o2@example.org");
            stage.send(before(30), relay(provider.smtpPort().orElseThrow()));
            assertThat(stage.notices()).contains("1/30 SENT", "2/30 SENT");
            MailServer imap = new MailServer("127.0.0.1", provider.imapPort(), TransportSecurity.NONE);
            try (ImapSession session = new ImapClient(
                            HOSTS, WireLimits.DEFAULT, (SSLSocketFactory) SSLSocketFactory.getDefault())
                    .open(imap, "o1@example.org", password, false)) {
                session.examine("INBOX", null, org.holdfast.sync.ModSeq.NONE);
                byte[] raw = session.fetchAlone(1).raw();
                var head = new HeadParser().parse(raw);
                assertThat(head.note()).isNull();
                assertThat(head.subject())
                        .isEqualTo(stage.text("SELECT subject FROM notice WHERE user_id = 1 AND days = 30"));
                assertThat(head.subject()).startsWith("1 bản sao thư của bạn sẽ bị xóa vào ");
                assertThat(head.messageId())
                        .isEqualTo(stage.text("SELECT message_id FROM notice WHERE user_id = 1 AND days = 30"));
                assertThat(head.recipients()).contains("o1@example.org");
                assertThat(new String(raw, StandardCharsets.US_ASCII))
                        .contains("Auto-Submitted: auto-generated")
                        .contains("multipart/alternative")
                        .contains("text/plain; charset=UTF-8")
                        .contains("text/html; charset=UTF-8");
            }
        }
    }

    @Test
    void aRefusedRecipientFailsAndTheOtherArrives() throws Exception {
        try (ScriptedSmtp server = new ScriptedSmtp()) {
            server.script =
                    (command, usual) -> command.startsWith("RCPT TO:<o1@") ? "550 5.1.1 no such user\r\n" : usual;
            stage.send(before(30), relay(server.port()));
            assertThat(stage.notices()).contains("1/30 FAILED", "2/30 SENT");
            assertThat(server.accepted).hasSize(1);
        }
    }

    @Test
    void aServerThatIsDownOrBusyIsTriedAgain() throws Exception {
        int nobody;
        try (ScriptedSmtp server = new ScriptedSmtp()) {
            nobody = server.port();
        }
        stage.send(before(30), relay(nobody));
        assertThat(stage.notices()).contains("1/30 PLANNED", "2/30 PLANNED");
        stage.execute("UPDATE notice SET try_at = clock_timestamp()");
        try (ScriptedSmtp server = new ScriptedSmtp()) {
            server.script =
                    (command, usual) -> command.startsWith("MAIL FROM") ? "451 4.7.1 come back later\r\n" : usual;
            stage.send(before(30), relay(server.port()));
            assertThat(stage.notices()).contains("1/30 PLANNED", "2/30 PLANNED");
            assertThat(stage.number("SELECT min(tries) FROM notice WHERE days = 30"))
                    .isEqualTo(2);
            stage.execute("UPDATE notice SET try_at = clock_timestamp()");
            server.script = (command, usual) -> usual;
            stage.send(before(30), relay(server.port()));
            assertThat(stage.notices()).contains("1/30 SENT", "2/30 SENT");
            assertThat(server.accepted).hasSize(2);
        }
    }

    @Test
    void aConnectionCutBehindTheFinalDotIsUnknownAndNeverRepeated() throws Exception {
        try (ScriptedSmtp server = new ScriptedSmtp()) {
            server.script = (command, usual) -> command.equals(ScriptedSmtp.FINAL_DOT) ? ScriptedSmtp.CUT : usual;
            stage.send(before(30), relay(server.port()));
            assertThat(stage.notices()).contains("1/30 UNKNOWN", "2/30 UNKNOWN");
            server.script = (command, usual) -> usual;
            stage.plan(before(29));
            stage.send(before(29), relay(server.port()));
            assertThat(server.accepted).hasSize(2);
            assertThat(stage.notices()).contains("1/30 UNKNOWN", "2/30 UNKNOWN");
        }
    }
}
