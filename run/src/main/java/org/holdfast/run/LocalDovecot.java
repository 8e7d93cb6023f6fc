package org.holdfast.run;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A real Dovecot 2.3 on 127.0.0.1, started for this object and stopped with it, by root or by any user. It
 * takes every user name with the password {@value #PASSWORD}; a mailbox is made at its first login.
 */
public final class LocalDovecot implements AutoCloseable {

    /** The password of every user. */
    public static final String PASSWORD = "secret";

    private static final Path PROGRAM = Path.of("/usr/sbin/dovecot");

    private final Path folder;
    private final int port;
    private final int tlsPort;
    private final long pid;

    private LocalDovecot(Path folder, int port, int tlsPort, long pid) {
        this.folder = folder;
        this.port = port;
        this.tlsPort = tlsPort;
        this.pid = pid;
    }

    /** Whether Dovecot is installed here. */
    public static boolean isInstalled() {
        return Files.isExecutable(PROGRAM);
    }

    /** Starts with everything Dovecot can do. */
    public static LocalDovecot start() {
        return start(new Options(null, null, false));
    }

    /**
     * Starts as the options say.
     *
     * @throws IllegalStateException if it does not start; the message has its log
     */
    public static LocalDovecot start(Options options) {
        try {
            Path folder = Files.createTempDirectory("dovecot");
            // The mail user must pass through.
            folder.toFile().setExecutable(true, false);
            folder.toFile().setReadable(true, false);
            int port = freePort();
            int tlsPort = options.certificate() == null ? 0 : freePort();
            configure(folder, port, tlsPort, options);
            Process daemon = new ProcessBuilder(
                            PROGRAM.toString(),
                            "-c",
                            folder.resolve("dovecot.conf").toString())
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("start.log").toFile())
                    .start();
            boolean ended = daemon.waitFor(20, TimeUnit.SECONDS);
            if (!ended || daemon.exitValue() != 0 || !answers(port, folder.resolve("run/master.pid"))) {
                throw new IllegalStateException(
                        "Dovecot did not start: " + Files.readString(folder.resolve("start.log")) + log(folder));
            }
            String pid = Files.readString(folder.resolve("run/master.pid")).strip();
            return new LocalDovecot(folder, port, tlsPort, Long.parseLong(pid));
        } catch (IOException e) {
            throw new UncheckedIOException("Dovecot did not start", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while Dovecot started", e);
        }
    }

    /**
     * How a server differs from one that can do everything.
     *
     * @param capability the only capabilities it shows; null: all
     * @param quota storage of each user, such as {@code 50K}; null: plenty
     * @param rawLog whether every command and answer is kept, see {@link LocalDovecot#commands}
     * @param certificate PEM file with certificate and key for TLS on a port of its own; null: no TLS
     */
    public record Options(String capability, String quota, boolean rawLog, Path certificate) {

        /** Without TLS. */
        public Options(String capability, String quota, boolean rawLog) {
            this(capability, quota, rawLog, null);
        }
    }

    private static void configure(Path folder, int port, int tlsPort, Options options)
            throws IOException, InterruptedException {
        boolean root = "root".equals(System.getProperty("user.name"));
        String user = System.getProperty("user.name");
        String mailUser = root ? "mail" : user;
        Files.createDirectories(folder.resolve("run"));
        Path mail = Files.createDirectories(folder.resolve("mail"));
        if (root) {
            run("chown", mailUser, mail.toString());
        }
        String group = run("id", "-gn", mailUser).strip();
        String text = TEMPLATE.replace("@DIR@", folder.toString())
                .replace("@PORT@", Integer.toString(port))
                .replace("@TLSPORT@", Integer.toString(tlsPort))
                .replace(
                        "@SSL@",
                        tlsPort == 0
                                ? "ssl = no"
                                : "ssl = yes\nssl_cert = <" + options.certificate() + "\nssl_key = <"
                                        + options.certificate())
                .replace("@LOGIN@", root ? "dovenull" : user)
                .replace("@INTERNAL@", root ? "dovecot" : user)
                .replace("@INTERNALGROUP@", root ? "dovecot" : group)
                .replace("@MAILUSER@", mailUser)
                .replace("@MAILGROUP@", group)
                .replace("@PASSWORD@", PASSWORD)
                .replace("@QUOTA@", options.quota() == null ? "100G" : options.quota())
                .replace(
                        "@CAPABILITY@", options.capability() == null ? "" : "imap_capability = " + options.capability())
                .replace("@RAWLOG@", options.rawLog() ? "rawlog_dir = %h/rawlog" : "");
        Files.writeString(folder.resolve("dovecot.conf"), text);
    }

    /** Prepares the folder for the command log of a user; before the user's first session. */
    public void keepCommands(String user) {
        try {
            Path log = Files.createDirectories(home(user).resolve("rawlog"));
            if ("root".equals(System.getProperty("user.name"))) {
                run("chown", "-R", "mail", home(user).toString());
            }
            log.toFile().setWritable(true, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Every line that clients of a user have sent, session after session; needs {@link Options#rawLog}. */
    public List<String> commands(String user) {
        Path log = home(user).resolve("rawlog");
        List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.list(log)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".in"))
                    .sorted()
                    .toList()) {
                for (String line :
                        Files.readString(file, StandardCharsets.ISO_8859_1).split("\r?\n", -1)) {
                    if (!line.isBlank()) {
                        lines.add(line);
                    }
                }
            }
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The home of a user, with the mail store in it. */
    public Path home(String user) {
        return folder.resolve("mail").resolve(user);
    }

    public int port() {
        return port;
    }

    /** The port that begins with TLS; 0 if there is none. */
    public int tlsPort() {
        return tlsPort;
    }

    /** Runs doveadm on this server, such as {@code mailbox update -u anna --uid-validity 7 INBOX}. */
    public String doveadm(String... arguments) {
        List<String> command = new ArrayList<>(
                List.of("doveadm", "-c", folder.resolve("dovecot.conf").toString()));
        command.addAll(List.of(arguments));
        try {
            return run(command.toArray(new String[0]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        Optional<ProcessHandle> master = ProcessHandle.of(pid);
        master.ifPresent(ProcessHandle::destroy);
        try {
            if (master.isPresent()) {
                master.get().onExit().get(5, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("Dovecot " + pid + " did not stop", e);
        }
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException | UncheckedIOException e) {
            // a child that is still ending holds a file: it is a temporary folder
        }
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output);
        }
        return output;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean answers(int port, Path pid) throws InterruptedException {
        for (int tries = 0; tries < 100; tries++) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
                if (Files.exists(pid) && !Files.readString(pid).isBlank()) {
                    return true;
                }
                Thread.sleep(100);
            } catch (IOException e) {
                Thread.sleep(100);
            }
        }
        return false;
    }

    private static String log(Path folder) throws IOException {
        Path log = folder.resolve("dovecot.log");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    private static final String TEMPLATE = """
            base_dir = @DIR@/run
            state_dir = @DIR@/run
            log_path = @DIR@/dovecot.log
            protocols = imap
            listen = 127.0.0.1
            @SSL@
            disable_plaintext_auth = no
            default_login_user = @LOGIN@
            default_internal_user = @INTERNAL@
            default_internal_group = @INTERNALGROUP@
            first_valid_uid = 1
            mail_location = sdbox:~/sdbox
            mailbox_idle_check_interval = 1s
            mail_max_userip_connections = 1000
            mail_plugins = quota
            passdb {
              driver = static
              args = password=@PASSWORD@
            }
            userdb {
              driver = static
              args = uid=@MAILUSER@ gid=@MAILGROUP@ home=@DIR@/mail/%u
            }
            plugin {
              quota = count:User quota
              quota_vsizes = yes
              quota_rule = *:storage=@QUOTA@
            }
            protocol imap {
              mail_plugins = quota imap_quota
              @CAPABILITY@
              @RAWLOG@
            }
            namespace inbox {
              inbox = yes
              separator = /
              mailbox Sent {
                auto = subscribe
                special_use = \\Sent
              }
              mailbox Drafts {
                auto = subscribe
                special_use = \\Drafts
              }
              mailbox Trash {
                auto = subscribe
                special_use = \\Trash
              }
              mailbox Junk {
                auto = subscribe
                special_use = \\Junk
              }
            }
            service imap-login {
              chroot =
              service_count = 0
              inet_listener imap {
                port = @PORT@
              }
              inet_listener imaps {
                port = @TLSPORT@
                ssl = yes
              }
            }
            service imap {
              process_limit = 700
              service_count = 1000
            }
            service anvil {
              chroot =
            }
            service stats {
              chroot =
            }
            """;
}
