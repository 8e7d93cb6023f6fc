package org.holdfast.run.demo;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.holdfast.run.FreePort;
import org.holdfast.run.Launch;
import org.holdfast.run.LocalGreenMail;
import org.holdfast.run.LocalPostgres;
import org.holdfast.run.MailProvider;
import org.holdfast.run.PayaraMicro;

/** The database, the mail provider and the application server of the demonstration. */
final class DemoServers implements AutoCloseable {

    /** Before the shipped terms take effect. */
    static final String CLOCK_START = "2019-04-20T08:00:00Z";

    private static final String DATABASE = "holdfast";
    private static final int USUAL_PORT = 8080;

    private final LocalPostgres postgres;
    private final MailProvider provider;
    private final PayaraMicro server;

    private DemoServers(LocalPostgres postgres, MailProvider provider, PayaraMicro server) {
        this.postgres = postgres;
        this.provider = provider;
        this.server = server;
    }

    static DemoServers start(Path folder, Report report) throws IOException {
        Path war = Path.of(System.getProperty("demo.war", "web/target/holdfast.war"))
                .toAbsolutePath()
                .normalize();
        if (!Files.isRegularFile(war)) {
            throw new IllegalStateException("there is no " + war + ". Run the whole: mvn -Pdemo verify");
        }
        int port = port(report);
        LocalPostgres postgres = LocalPostgres.start();
        MailProvider provider = null;
        try {
            postgres.createDatabase(DATABASE, "template1");
            report.step("PostgreSQL runs on 127.0.0.1:%d", postgres.port());
            provider = provider(folder.resolve("provider.log"));
            report.step("Mail provider %s runs, IMAP on 127.0.0.1:%d", provider.name(), provider.imapPort());
            report.step("Payara Micro starts with the application");
            PayaraMicro server = PayaraMicro.start(launch(war, folder, port, postgres));
            report.step("The application answers at %s", server.url());
            return new DemoServers(postgres, provider, server);
        } catch (RuntimeException e) {
            if (provider != null) {
                provider.close();
            }
            postgres.close();
            throw e;
        }
    }

    /** The best there is, unless -Ddemo.provider=greenmail asks for the one that is always there. */
    private static MailProvider provider(Path log) {
        return "greenmail".equals(System.getProperty("demo.provider"))
                ? LocalGreenMail.start(log)
                : MailProvider.start(log);
    }

    private static Launch launch(Path war, Path folder, int port, LocalPostgres postgres) {
        return Launch.of(war)
                .database(postgres, DATABASE)
                .folder(folder.resolve("server"))
                .port(port)
                .setting("holdfast.clock.start", CLOCK_START)
                .setting("holdfast.mail.allow", "127.0.0.1")
                .setting("holdfast.purge.at", "off")
                .setting("holdfast.keyset", folder.resolve("keyset.json").toString());
    }

    /** The port asked for, or it fails; else the usual one, or any. */
    private static int port(Report report) {
        String asked = System.getProperty("demo.port", "").strip();
        if (!asked.isEmpty()) {
            int port = Integer.parseInt(asked);
            FreePort.require(port, "Stop what listens there, or choose another by -Ddemo.port=PORT.");
            return port;
        }
        if (FreePort.isFree(USUAL_PORT)) {
            return USUAL_PORT;
        }
        report.step("Port %d is taken: another one is used (-Ddemo.port=PORT chooses it)", USUAL_PORT);
        return FreePort.any();
    }

    MailProvider provider() {
        return provider;
    }

    URI url() {
        return server.url();
    }

    String logged() {
        return server.logged();
    }

    void describe(Story story, Report report) {
        report.plain("%nThe console is at %s/", url());
        report.plain("  administrator: %s, password %s", story.administratorEmail(), story.administratorPassword());
        for (DemoMailbox mailbox : story.mailboxes()) {
            report.plain(
                    "  owner on %-12s: %s, password %s",
                    mailbox.plan.code(), mailbox.tenant.ownerEmail(), mailbox.tenant.ownerPassword());
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } finally {
            try {
                provider.close();
            } finally {
                postgres.close();
            }
        }
    }
}
