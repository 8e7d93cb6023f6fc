package org.holdfast.run.server;

import java.io.File;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.Archive;
import org.jboss.shrinkwrap.api.GenericArchive;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.importer.ZipImporter;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Base of tests that talk to the packaged application from outside: extend it, and the WAR or EAR that
 * this module built runs on its server, once for all test classes of the module.
 */
@ExtendWith(ArquillianExtension.class)
public abstract class PackagedApplication {

    /** The file that {@code mvn package} made, as it is. */
    @Deployment(testable = false)
    public static Archive<?> packaged() {
        File file = new File(System.getProperty("holdfast.archive"));
        return ShrinkWrap.create(ZipImporter.class, file.getName())
                .importFrom(file)
                .as(GenericArchive.class);
    }

    /** The server with its database and its first administrator. */
    protected static RunningHoldfast holdfast() {
        return RunningHoldfast.current();
    }
}
