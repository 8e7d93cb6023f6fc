package org.holdfast.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.holdfast.mailbox.HostPolicy;
import org.holdfast.mailbox.MailServer;
import org.holdfast.mailbox.TransportSecurity;
import org.holdfast.run.LocalDovecot;
import org.holdfast.run.LocalPostgres;
import org.holdfast.sync.MailboxPass.Outcome;
import org.holdfast.sync.imap.ImapClient;
import org.holdfast.sync.imap.ImapSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Situation 40: a bad certificate is refused before credentials go out, by a real server with TLS. */
class CertificatesIT {

    private static final String PASSWORD = "changeit";

    private static LocalPostgres postgres;

    @TempDir
    static Path folder;

    @BeforeAll
    static void start() throws Exception {
        MailServers.requireDovecot();
        folder.toFile().setExecutable(true, false);
        postgres = LocalPostgres.start();
        keytool("-genkeypair", "-alias", "ca", "-dname", "CN=Test CA", "-ext", "bc:c", "-validity", "3650");
    }

    @AfterAll
    static void stop() {
        if (postgres != null) {
            postgres.close();
        }
    }

    private static void keytool(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", folder.resolve("keys.p12").toString(), "-storepass", PASSWORD));
        if (arguments[0].equals("-genkeypair")) {
            command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1"));
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    /** A key with a certificate of the test's authority, as PEM. */
    private static Path certificate(String alias, String names, String... validity) throws Exception {
        Path request = folder.resolve(alias + ".csr");
        Path signed = folder.resolve(alias + ".crt");
        keytool("-genkeypair", "-alias", alias, "-dname", "CN=" + alias, "-validity", "3650");
        keytool("-certreq", "-alias", alias, "-file", request.toString());
        List<String> sign = new ArrayList<>(List.of(
                "-gencert",
                "-alias",
                "ca",
                "-infile",
                request.toString(),
                "-outfile",
                signed.toString(),
                "-ext",
                "san=" + names));
        sign.addAll(List.of(validity));
        keytool(sign.toArray(new String[0]));
        keytool("-importcert", "-noprompt", "-alias", alias, "-file", signed.toString());
        return pem(alias);
    }

    private static Path pem(String alias) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(folder.resolve("keys.p12"))) {
            keys.load(in, PASSWORD.toCharArray());
        }
        Certificate certificate = keys.getCertificate(alias);
        Key key = keys.getKey(alias, PASSWORD.toCharArray());
        Base64.Encoder base64 = Base64.getMimeEncoder(64, new byte[] {'\n'});
        Path file = folder.resolve(alias + ".pem");
        Files.writeString(
                file,
                "-----BEGIN CERTIFICATE-----\n" + base64.encodeToString(certificate.getEncoded())
                        + "\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n"
                        + base64.encodeToString(key.getEncoded()) + "\n-----END PRIVATE KEY-----\n");
        return file;
    }

    private static PullBench trusting() throws Exception {
        KeyStore trust = KeyStore.getInstance(KeyStore.getDefaultType());
        trust.load(null, null);
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(folder.resolve("keys.p12"))) {
            keys.load(in, PASSWORD.toCharArray());
        }
        trust.setCertificateEntry("ca", keys.getCertificate("ca"));
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trust);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        PullBench bench = new PullBench(postgres, folder, "CRM_PLUS");
        bench.hosts = new HostPolicy("127.0.0.1", java.net.InetAddress::getAllByName);
        bench.tls = context.getSocketFactory();
        return bench;
    }

    private static Outcome pull(PullBench bench, String user, int port, String security) {
        long mailbox = bench.mailbox(user, port);
        bench.jdbi.useHandle(h -> h.execute("UPDATE mailbox SET imap_security = ? WHERE id = ?", security, mailbox));
        return bench.pull(mailbox);
    }

    private static void assertRefused(Path certificate, String reason) throws Exception {
        try (LocalDovecot dovecot = LocalDovecot.start(new LocalDovecot.Options(null, null, false, certificate))) {
            for (String security : List.of("TLS", "STARTTLS")) {
                PullBench bench = trusting();
                int port = security.equals("TLS") ? dovecot.tlsPort() : dovecot.port();
                assertThat(pull(bench, "anna", port, security)).isEqualTo(Outcome.REFUSED);
                assertThat(bench.count(
                                "mailbox WHERE state = 'CERTIFICATE_REFUSED' AND state_reason LIKE '%" + reason + "%'"))
                        .as(state(bench))
                        .isOne();
                // Dovecot makes it at the first login.
                assertThat(dovecot.home("anna")).doesNotExist();
            }
        }
    }

    private static String state(PullBench bench) {
        return bench.jdbi.withHandle(
                h -> h.createQuery("SELECT state || ': ' || coalesce(state_reason, '') FROM mailbox")
                        .mapTo(String.class)
                        .one());
    }

    @Test
    void goodCertificateIsAccepted() throws Exception {
        Path good = certificate("good", "ip:127.0.0.1");
        try (LocalDovecot dovecot = LocalDovecot.start(new LocalDovecot.Options(null, null, false, good))) {
            assertThat(pull(trusting(), "anna", dovecot.tlsPort(), "TLS")).isEqualTo(Outcome.COMPLETED);
            assertThat(pull(trusting(), "anna", dovecot.port(), "STARTTLS")).isEqualTo(Outcome.COMPLETED);
        }
    }

    @Test
    void situation40_expiredCertificateIsRefused() throws Exception {
        assertRefused(certificate("expired", "ip:127.0.0.1", "-startdate", "-40d", "-validity", "10"), "");
    }

    @Test
    void situation40_certificateOfAnotherHostIsRefused() throws Exception {
        assertRefused(certificate("other", "dns:mail.example.com"), "");
    }

    @Test
    void situation40_selfSignedCertificateIsRefused() throws Exception {
        keytool(
                "-genkeypair",
                "-alias",
                "self",
                "-dname",
                "CN=127.0.0.1",
                "-ext",
                "san=ip:127.0.0.1",
                "-validity",
                "3650");
        assertRefused(pem("self"), "");
    }

    @Test
    void situation40_missingStartTlsIsRefused() throws IOException {
        try (LocalDovecot dovecot = LocalDovecot.start()) {
            PullBench bench = new PullBench(postgres, folder, "CRM_PLUS");
            assertThat(pull(bench, "anna", dovecot.port(), "STARTTLS")).isEqualTo(Outcome.REFUSED);
            assertThat(bench.count("mailbox WHERE state = 'CERTIFICATE_REFUSED'"))
                    .isOne();
            assertThat(dovecot.home("anna")).doesNotExist();
        }
    }

    /** The goal of thousands of idle connections on a node. */
    @Test
    void situation47_idleConnectionOverTlsTakesAtMost64KilobytesOfHeap() throws Exception {
        Path good = certificate("idle", "ip:127.0.0.1", "-validity", "30");
        PullBench bench = trusting();
        List<ImapSession> sessions = new ArrayList<>();
        try (LocalDovecot dovecot = LocalDovecot.start(new LocalDovecot.Options(null, null, false, good));
                Selector selector = Selector.open()) {
            ImapClient client = new ImapClient(bench.hosts, bench.limits, bench.tls);
            MailServer server = new MailServer("127.0.0.1", dovecot.tlsPort(), TransportSecurity.TLS);
            for (int i = 0; i < 10; i++) {
                sessions.add(idle(client, server, selector));
            }
            long before = heap();
            for (int i = 0; i < 100; i++) {
                sessions.add(idle(client, server, selector));
            }
            long each = (heap() - before) / 100;
            System.out.println("An idle connection over TLS takes " + each + " bytes of heap");
            assertThat(each).isBetween(1_000L, 64L * 1024);
            selector.selectNow();
            assertThat(selector.selectedKeys()).as("nothing to read").isEmpty();
        } finally {
            sessions.forEach(ImapSession::close);
        }
    }

    private static ImapSession idle(ImapClient client, MailServer server, Selector selector) throws Exception {
        ImapSession session = client.open(server, "anna", LocalDovecot.PASSWORD, true);
        session.examine("INBOX", null, ModSeq.NONE);
        session.beginIdle();
        session.watch(selector, "anna");
        return session;
    }

    private static long heap() throws InterruptedException {
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            Thread.sleep(200);
            used = Math.min(
                    used,
                    Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        return used;
    }
}
