package org.holdfast.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostPolicyTest {

    private final HostPolicy policy = new HostPolicy("", InetAddress::getAllByName);

    private static MailServer tls(String host) {
        return new MailServer(host, 993, TransportSecurity.TLS);
    }

    private static HostPolicy answering(String... addresses) {
        return new HostPolicy("", host -> {
            InetAddress[] answer = new InetAddress[addresses.length];
            for (int i = 0; i < answer.length; i++) {
                answer[i] = InetAddress.getByName(addresses[i]);
            }
            return answer;
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.1",
                "127.0.0.1.",
                "2130706433",
                "0x7f000001",
                "0x7f.0.0.1",
                "0177.0.0.1",
                "017700000001",
                "0",
                "0.0.0.0",
                "localhost",
                "localhost.",
                "LOCALHOST",
                "10.0.0.1",
                "10.1",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "169.254.169.254",
                "168.63.129.16",
                "100.64.0.1",
                "100.100.100.200",
                "192.0.2.1",
                "198.18.0.1",
                "198.51.100.7",
                "203.0.113.9",
                "224.0.0.1",
                "240.0.0.1",
                "255.255.255.255",
                "[::1]",
                "::1",
                "[::]",
                "[::ffff:127.0.0.1]",
                "::ffff:10.0.0.1",
                "::ffff:7f00:1",
                "::127.0.0.1",
                "[fe80::1]",
                "fe80::1%lo",
                "fc00::1",
                "fd00:ec2::254",
                "ff02::1",
                "64:ff9b::7f00:1",
                "64:ff9b:1::1",
                "2002:7f00:1::",
                "2001::1",
                "2001:db8::1",
                "3fff::1",
                "[",
                "]",
                ".",
                "%",
                "1.2.3",
                "999.1.1.1"
            })
    void hostileFormsAreRefused(String host) {
        assertThatThrownBy(() -> policy.checkImap(tls(host))).isInstanceOf(HostRefused.class);
    }

    @Test
    void publicAddressesPass() {
        assertThat(policy.checkImap(tls("8.8.8.8")).addresses()).hasSize(1);
        assertThat(policy.checkImap(tls("[2606:4700::1111]")).host()).isEqualTo("2606:4700::1111");
        assertThat(answering("8.8.8.8", "2606:4700::1111")
                        .checkImap(tls("mail.example."))
                        .host())
                .isEqualTo("mail.example");
    }

    @Test
    void oneForbiddenAddressAmongPublicOnesIsEnough() {
        assertThatThrownBy(() -> answering("8.8.8.8", "10.0.0.5").checkImap(tls("mail.example")))
                .isInstanceOf(HostRefused.class);
    }

    @Test
    void connectionsGoToTheCheckedAnswerNotToASecondOne() {
        AtomicInteger asked = new AtomicInteger();
        HostPolicy rebinding = new HostPolicy("", host ->
                new InetAddress[] {InetAddress.getByName(asked.getAndIncrement() == 0 ? "8.8.8.8" : "127.0.0.1")});
        CheckedServer checked = rebinding.checkImap(tls("rebind.example"));
        assertThat(checked.addresses()).extracting(InetAddress::getHostAddress).containsExactly("8.8.8.8");
        assertThat(asked).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {22, 25, 80, 465, 3306, 6379, 8080})
    void onlyThePortsOfImapAreUsed(int port) {
        assertThatThrownBy(() -> policy.checkImap(new MailServer("8.8.8.8", port, TransportSecurity.TLS)))
                .isInstanceOf(HostRefused.class)
                .hasMessageContaining("[143, 993]");
    }

    @Test
    void smtpHasItsOwnPorts() {
        assertThat(policy.checkSmtp(new MailServer("8.8.8.8", 587, TransportSecurity.STARTTLS)))
                .isNotNull();
        assertThatThrownBy(() -> policy.checkSmtp(new MailServer("8.8.8.8", 993, TransportSecurity.TLS)))
                .isInstanceOf(HostRefused.class);
    }

    @Test
    void clearTextNeedsTheAdministratorsList() {
        MailServer clear = new MailServer("8.8.8.8", 143, TransportSecurity.NONE);
        assertThatThrownBy(() -> policy.checkImap(clear)).isInstanceOf(HostRefused.class);
        assertThat(new HostPolicy("8.8.0.0/16", InetAddress::getAllByName).checkImap(clear))
                .isNotNull();
    }

    @Test
    void theListLiftsHostsAddressesAndBlocksAndNothingElse() {
        HostPolicy lifted = new HostPolicy("mail.intern, 127.0.0.1 ,10.9.0.0/16,::1", host -> new InetAddress[] {
            host.equals("mail.intern") ? InetAddress.getByName("192.168.7.7") : InetAddress.getByName(host)
        });
        for (String host : new String[] {"mail.intern", "127.0.0.1", "10.9.200.1", "[::1]", "MAIL.INTERN."}) {
            assertThat(lifted.checkImap(new MailServer(host, 10_143, TransportSecurity.NONE)))
                    .isNotNull();
        }
        for (String host : new String[] {"127.0.0.2", "10.8.0.1", "192.168.7.7"}) {
            assertThatThrownBy(() -> lifted.checkImap(tls(host))).isInstanceOf(HostRefused.class);
        }
    }
}
