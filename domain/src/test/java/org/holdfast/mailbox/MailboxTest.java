package org.holdfast.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class MailboxTest {

    private static final Instant NOW = Instant.parse("2019-04-20T08:00:00Z");

    private final Mailbox mailbox = new Mailbox(
            1, 2, "a@example.org", new MailServer("IMAP.example.org", 993, TransportSecurity.TLS), "a", NOW);

    @Test
    void disconnectingErasesTheSecretAndIsFinal() {
        mailbox.keepSecret(new byte[] {1});
        mailbox.enter(MailboxState.DISCONNECTED, null, NOW.plusSeconds(1));
        assertThat(mailbox.secret()).isEmpty();
        assertThatIllegalStateException().isThrownBy(() -> mailbox.enter(MailboxState.ACTIVE, null, NOW));
    }

    @Test
    void enteringTheSameStateAgainKeepsItsBeginning() {
        mailbox.enter(MailboxState.PAUSED_BY_PLAN, "FREE does not synchronise", NOW.plusSeconds(5));
        mailbox.enter(MailboxState.PAUSED_BY_PLAN, "FREE does not synchronise", NOW.plusSeconds(9));
        assertThat(mailbox.stateSince()).isEqualTo(NOW.plusSeconds(5));
    }

    @Test
    void aServersNameIsLowerCasedAndItsPortChecked() {
        assertThat(mailbox.imap().host()).isEqualTo("imap.example.org");
        assertThatIllegalArgumentException().isThrownBy(() -> new MailServer("a b", 993, TransportSecurity.TLS));
        assertThatIllegalArgumentException().isThrownBy(() -> new MailServer("a", 0, TransportSecurity.TLS));
    }
}
