package org.holdfast.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.holdfast.mailbox.HostPolicy;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Receivers with TLS: nothing is sent to one whose certificate is not right, and the reason is told. */
class ReceiverCertificateIT {

    private static final String PASSWORD = "changeit";

    @TempDir
    static Path folder;

    @BeforeAll
    static void authority() throws Exception {
        keytool(
                "authority",
                "-genkeypair",
                "-alias",
                "ca",
                "-dname",
                "CN=Test CA",
                "-ext",
                "bc:c",
                "-validity",
                "3650");
        keytool(
                "authority",
                "-exportcert",
                "-alias",
                "ca",
                "-file",
                folder.resolve("ca.crt").toString());
        keytool(
                "trust",
                "-importcert",
                "-noprompt",
                "-alias",
                "ca",
                "-file",
                folder.resolve("ca.crt").toString());
    }

    private static void keytool(String store, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", folder.resolve(store + ".p12").toString(), "-storepass", PASSWORD));
        if (arguments[0].equals("-genkeypair")) {
            command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1"));
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    /** A store with one key and a certificate of the authority. */
    private static String signed(String store, String names, String... validity) throws Exception {
        Path request = folder.resolve(store + ".csr");
        Path certificate = folder.resolve(store + ".crt");
        keytool(store, "-genkeypair", "-alias", "own", "-dname", "CN=" + store, "-validity", "3650");
        keytool(store, "-certreq", "-alias", "own", "-file", request.toString());
        List<String> sign = new ArrayList<>(List.of("-gencert", "-alias", "ca", "-infile", request.toString()));
        sign.addAll(List.of("-outfile", certificate.toString(), "-ext", "san=" + names));
        sign.addAll(List.of(validity));
        keytool("authority", sign.toArray(new String[0]));
        keytool(
                store,
                "-importcert",
                "-noprompt",
                "-alias",
                "ca",
                "-file",
                folder.resolve("ca.crt").toString());
        keytool(store, "-importcert", "-noprompt", "-alias", "own", "-file", certificate.toString());
        return store;
    }

    private static KeyStore store(String name) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(folder.resolve(name + ".p12"))) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return keys;
    }

    /** As the server's own trust settings with the authority in them. */
    private static SSLSocketFactory trusting() throws Exception {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store("trust"));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context.getSocketFactory();
    }

    /** One delivery to a receiver with that key; how it ended, and what the receiver got. */
    private static Courier.Outcome deliver(String store, List<String> got) throws Exception {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store(store), PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/", exchange -> {
            got.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        try {
            EndpointPolicy policy = new EndpointPolicy(
                    new HostPolicy("crm.example.org", host -> new InetAddress[] {InetAddress.getLoopbackAddress()}));
            Endpoint endpoint = policy.check(
                    "https://crm.example.org:" + server.getAddress().getPort() + "/events");
            int status = new WebhookPost(trusting(), Duration.ofSeconds(15))
                    .send(endpoint, Map.of("webhook-id", "evt_1"), "{\"n\":1}");
            return new Courier.Outcome(status, null);
        } catch (IOException e) {
            return new Courier.Outcome(null, e.getMessage());
        } finally {
            server.stop(0);
        }
    }

    private static void assertRefused(String store, String... words) throws Exception {
        List<String> got = new CopyOnWriteArrayList<>();
        Courier.Outcome outcome = deliver(store, got);
        assertThat(outcome.error())
                .startsWith("The certificate of crm.example.org:")
                .containsIgnoringCase("is refused")
                .contains(words);
        assertThat(got).isEmpty();
    }

    @Test
    void aCertificateOfATrustedAuthorityForTheHostIsTaken() throws Exception {
        List<String> got = new CopyOnWriteArrayList<>();
        assertThat(deliver(signed("good", "dns:crm.example.org"), got).status()).isEqualTo(204);
        assertThat(got).containsExactly("{\"n\":1}");
    }

    @Test
    void aCertificateThatNobodySignedIsRefused() throws Exception {
        keytool(
                "self",
                "-genkeypair",
                "-alias",
                "own",
                "-dname",
                "CN=crm.example.org",
                "-ext",
                "san=dns:crm.example.org");
        assertRefused("self", "unable to find valid certification path");
    }

    @Test
    void aCertificateForAnotherHostIsRefused() throws Exception {
        assertRefused(signed("other", "dns:other.example.org"), "crm.example.org");
    }

    @Test
    void anExpiredCertificateIsRefused() throws Exception {
        String expired = signed("old", "dns:crm.example.org", "-startdate", "-40d", "-validity", "10");
        assertRefused(expired, "validity");
    }
}
