package org.holdfast.run.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Starts everything on this machine, does the main job through the public REST API, and judges the
 * result from outside. Ends with status 0 only if every check held.
 */
public final class Demo {

    private static final long SPACE_NEEDED = 1_500_000_000L;
    private static final boolean EXIT = Boolean.getBoolean("demo.exit");

    private Demo() {}

    /** No arguments; system properties demo.war, demo.folder, demo.port and demo.exit. */
    public static void main(String[] arguments) {
        System.exit(run(new PrintStream(System.out, true, StandardCharsets.UTF_8)) ? 0 : 1);
    }

    private static boolean run(PrintStream out) {
        Report report = new Report(out);
        Path folder = Path.of(System.getProperty("demo.folder", "target/demo")).toAbsolutePath();
        try {
            prepare(folder);
            try (DemoServers servers = DemoServers.start(folder, report)) {
                Story story = new Story(servers, report);
                story.tell();
                report.verdict();
                servers.describe(story, report);
                if (!EXIT) {
                    waitForEnter(report);
                }
                report.step("Stopping");
            }
            return report.allHeld();
        } catch (Exception e) {
            out.println("\nThe demo cannot go on: " + sentence(e));
            out.println("Logs are in " + folder);
            keep(e, folder);
            return false;
        }
    }

    private static void prepare(Path folder) throws IOException {
        Files.createDirectories(folder);
        for (Path place : new Path[] {folder, Path.of(System.getProperty("java.io.tmpdir"))}) {
            long free = Files.getFileStore(place).getUsableSpace();
            if (free < SPACE_NEEDED) {
                throw new IllegalStateException(place + " has " + free / 1_000_000 + " MB left and "
                        + SPACE_NEEDED / 1_000_000 + " MB are needed: make room there.");
            }
        }
    }

    /** Also when there is no terminal: then the end of the input is no wish to end. */
    private static void waitForEnter(Report report) throws InterruptedException, IOException {
        report.plain("%nEverything stays up. Press Enter to end it (or run with -Ddemo.exit=true).");
        int character = System.in.read();
        while (character >= 0 && character != '\n') {
            character = System.in.read();
        }
        if (character < 0) {
            report.plain(
                    "There is no terminal: it stays up until process %d is ended.",
                    ProcessHandle.current().pid());
            Thread.currentThread().join();
        }
    }

    private static String sentence(Throwable problem) {
        for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
            if (String.valueOf(cause.getMessage()).contains("No space left on device")) {
                return "the disk is full (" + cause.getMessage() + "): make room and start again.";
            }
        }
        Throwable root = problem;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = problem.getMessage() == null ? problem.toString() : problem.getMessage();
        return root == problem || message.contains(String.valueOf(root.getMessage())) ? message : message + ": " + root;
    }

    private static void keep(Exception problem, Path folder) {
        try (PrintStream file = new PrintStream(folder.resolve("failure.txt").toFile(), StandardCharsets.UTF_8)) {
            problem.printStackTrace(file);
        } catch (IOException e) {
            problem.addSuppressed(e);
        }
    }
}
