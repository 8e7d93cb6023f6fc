package org.holdfast.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/**
 * GreenMail in a process of its own on 127.0.0.1; it keeps mail in memory. It is not on our class path
 * because it brings another Jakarta Mail.
 */
public final class LocalGreenMail implements MailProvider {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ServerProcess process;
    private final int imap;
    private final int smtp;
    private final URI users;
    private final HttpClient client = HttpClient.newHttpClient();

    private LocalGreenMail(ServerProcess process, int imap, int smtp, int api) {
        this.process = process;
        this.imap = imap;
        this.smtp = smtp;
        this.users = URI.create("http://127.0.0.1:" + api + "/api/user");
    }

    /**
     * Starts on free ports and waits until it answers.
     *
     * @param log where it logs to
     */
    public static LocalGreenMail start(Path log) {
        int imap = FreePort.any();
        int smtp = FreePort.any();
        int api = FreePort.any();
        List<String> command = new ArrayList<>(List.of(ServerProcess.java(), "-XX:TieredStopAtLevel=1", "-Xmx256m"));
        Map.of("imap", imap, "smtp", smtp, "api", api).forEach((service, port) -> {
            command.add("-Dgreenmail." + service + ".hostname=127.0.0.1");
            command.add("-Dgreenmail." + service + ".port=" + port);
        });
        command.addAll(
                List.of("-jar", ServerFiles.get("greenmail-standalone.jar").toString()));
        LocalGreenMail provider = new LocalGreenMail(ServerProcess.start("GreenMail", command, log), imap, smtp, api);
        provider.awaitAnswer();
        return provider;
    }

    @Override
    public String name() {
        return "GreenMail";
    }

    @Override
    public int imapPort() {
        return imap;
    }

    @Override
    public OptionalInt smtpPort() {
        return OptionalInt.of(smtp);
    }

    @Override
    public String createMailbox(String address) {
        if (!address.matches("[a-z0-9@.-]+")) {
            throw new IllegalArgumentException("A plain address, please, not " + address);
        }
        String password = Tenant.password();
        String user = "{\"email\":\"" + address + "\",\"login\":\"" + address + "\",\"password\":\"" + password + "\"}";
        HttpRequest request = HttpRequest.newBuilder(users)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(user))
                .build();
        try {
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IllegalStateException("GreenMail refused the mailbox " + address + ": " + answer.body());
            }
            return password;
        } catch (IOException e) {
            throw new UncheckedIOException("GreenMail did not create the mailbox " + address, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while creating the mailbox " + address, e);
        }
    }

    @Override
    public void close() {
        process.close();
    }

    private void awaitAnswer() {
        HttpProbe probe = new HttpProbe();
        long until = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (probe.status(users) != 200) {
                if (!process.isAlive() || System.nanoTime() > until) {
                    throw process.failure("GreenMail did not start.");
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while GreenMail started", e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }
}
