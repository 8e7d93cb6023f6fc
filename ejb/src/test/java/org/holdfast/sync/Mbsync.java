package org.holdfast.sync;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.holdfast.run.LocalDovecot;

/** The peer of the bench: mbsync of the Debian package isync, pulling into Maildirs with durable writes. */
final class Mbsync {

    private static final Path PROGRAM = Path.of("/usr/bin/mbsync");

    private final Path folder;
    private final int port;

    /** At a server; everything it writes lies in a folder. */
    Mbsync(Path folder, int port) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.port = port;
    }

    static boolean isInstalled() {
        return Files.isExecutable(PROGRAM);
    }

    /** Seconds until the folder of all these users was looked at, each in a channel of its own. */
    double pull(List<String> users, String imapFolder) throws IOException, InterruptedException {
        StringBuilder text = new StringBuilder("FSync yes\n\n");
        for (String user : users) {
            Path near = Files.createDirectories(folder.resolve(user));
            text.append("IMAPAccount ")
                    .append(user)
                    .append("\nHost 127.0.0.1\nPort ")
                    .append(port);
            text.append("\nUser ").append(user).append("\nPass ").append(LocalDovecot.PASSWORD);
            text.append("\nSSLType None\nAuthMechs PLAIN\n\nIMAPStore far-").append(user);
            text.append("\nAccount ")
                    .append(user)
                    .append("\n\nMaildirStore near-")
                    .append(user);
            text.append("\nPath ")
                    .append(near)
                    .append("/\nInbox ")
                    .append(near)
                    .append("/INBOX\nSubFolders Verbatim\n\n");
            text.append("Channel ")
                    .append(user)
                    .append("\nFar :far-")
                    .append(user)
                    .append(":\nNear :near-");
            text.append(user)
                    .append(":\nPatterns ")
                    .append(imapFolder)
                    .append("\nCreate Near\nExpunge Near\nSync Pull\n");
            text.append("CopyArrivalDate yes\nSyncState *\n\n");
        }
        Path settings = Files.writeString(folder.resolve("mbsyncrc"), text);
        long start = System.nanoTime();
        Process process = new ProcessBuilder(PROGRAM.toString(), "-q", "-c", settings.toString(), "-a")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("mbsync.log").toFile())
                .start();
        int code = process.waitFor();
        double seconds = (System.nanoTime() - start) / 1e9;
        if (code != 0) {
            throw new IllegalStateException("mbsync: " + Files.readString(folder.resolve("mbsync.log")));
        }
        return seconds;
    }

    /** How many messages lie in a user's folder. */
    long messages(String user, String imapFolder) throws IOException {
        long count = 0;
        for (String part : List.of("cur", "new")) {
            Path files = folder.resolve(user).resolve(imapFolder).resolve(part);
            if (Files.isDirectory(files)) {
                try (Stream<Path> all = Files.list(files)) {
                    count += all.count();
                }
            }
        }
        return count;
    }

    /** Forgets all that it pulled. */
    void clear() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
        Files.createDirectories(folder);
    }
}
