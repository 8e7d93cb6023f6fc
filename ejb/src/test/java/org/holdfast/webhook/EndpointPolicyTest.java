package org.holdfast.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.holdfast.mailbox.HostPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointPolicyTest {

    private static EndpointPolicy answering(String allow, String... addresses) {
        return new EndpointPolicy(new HostPolicy(allow, host -> {
            InetAddress[] answer = new InetAddress[addresses.length];
            for (int i = 0; i < answer.length; i++) {
                answer[i] = InetAddress.getByName(addresses[i]);
            }
            return answer;
        }));
    }

    @Test
    void httpsToAPublicAddressIsLetThroughAtExactlyTheCheckedAddresses() throws Exception {
        Endpoint endpoint = answering("", "9.9.9.9", "2620:fe::fe").check("https://crm.example.org/in?x=1");
        assertThat(endpoint.tls()).isTrue();
        assertThat(endpoint.port()).isEqualTo(443);
        assertThat(endpoint.target()).isEqualTo("/in?x=1");
        assertThat(endpoint.addresses())
                .containsExactly(InetAddress.getByName("9.9.9.9"), InetAddress.getByName("2620:fe::fe"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://crm.example.org/",
                "https://crm.example.org:22/",
                "https://crm.example.org:80/",
                "https://user@crm.example.org/",
                "https://user:secret@crm.example.org/",
                "https://crm.example.org/#here",
                "ftp://crm.example.org/",
                "file:///etc/passwd",
                "gopher://crm.example.org/",
                "//crm.example.org/",
                "crm.example.org",
                "https:///x",
                "https://crm.example.org\\@127.0.0.1/",
                "https://crm.example.org/\r\nX: y",
                "https://crm.example.org/ x",
                "https://2130706433/",
                "https://0x7f000001/",
                "https://0177.0.0.1/",
                "https://127.1/",
            })
    void whatIsNotPlainHttpsIsRefused(String url) {
        assertThatThrownBy(() -> answering("", "9.9.9.9").check(url)).isInstanceOf(EndpointRefused.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "10.0.0.1",
                "172.16.0.1",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "0.0.0.0",
                "::1",
                "fd00::1",
                "fe80::1",
                "::ffff:127.0.0.1",
                "64:ff9b::7f00:1",
                "2002:7f00:1::",
            })
    void nameThatLeadsInsideIsRefusedAlsoBesideAPublicAddress(String inside) {
        assertThatThrownBy(() -> answering("", "9.9.9.9", inside).check("https://crm.example.org/"))
                .isInstanceOf(EndpointRefused.class)
                .hasMessageContaining("holdfast.webhook.allow");
        assertThatThrownBy(() -> answering("", inside).check("https://crm.example.org/"))
                .isInstanceOf(EndpointRefused.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://127.0.0.1/", "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://localhost/"})
    void literalsOfInsideAreRefused(String url) {
        EndpointPolicy real = new EndpointPolicy(new HostPolicy("", InetAddress::getAllByName));
        assertThatThrownBy(() -> real.check(url)).isInstanceOf(EndpointRefused.class);
    }

    @Test
    void whatTheAdministratorListsMayBePrivateAndInClearText() {
        Endpoint endpoint = answering("10.0.0.0/8", "10.1.2.3").check("http://crm.inside.example:8080/in");
        assertThat(endpoint.tls()).isFalse();
        assertThat(endpoint.port()).isEqualTo(8080);
        assertThat(endpoint.authority()).isEqualTo("crm.inside.example:8080");
    }
}
