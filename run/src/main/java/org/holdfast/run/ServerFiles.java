package org.holdfast.run;

import java.nio.file.Files;
import java.nio.file.Path;

/** The folder of server archives that this module's build copied from Maven Central. */
final class ServerFiles {

    private static final String FOLDER = "holdfast.servers";

    private ServerFiles() {}

    /**
     * One archive by its file name without a version.
     *
     * @throws IllegalStateException when the build did not put it there; the message says how to get it
     */
    static Path get(String name) {
        Path file = Path.of(System.getProperty(FOLDER, "run/target/servers"), name)
                .toAbsolutePath()
                .normalize();
        if (!Files.isRegularFile(file)) {
            throw new IllegalStateException(
                    "No " + file + ": build the module run first (mvn -pl run package), or set -D" + FOLDER
                            + "=FOLDER. It comes from Maven Central, which must be reachable once.");
        }
        return file;
    }
}
