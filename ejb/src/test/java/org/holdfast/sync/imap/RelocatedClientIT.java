package org.holdfast.sync.imap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** The packaged module carries its own protocol classes under its own name, and they load. */
class RelocatedClientIT {

    @Test
    void protocolClassesTravelInOurJarUnderOurName() throws Exception {
        File jar = new File(
                Wire.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        assertThat(jar).isFile();
        try (JarFile content = new JarFile(jar)) {
            assertThat(content.stream().map(entry -> entry.getName()))
                    .noneMatch(name -> name.startsWith("org/eclipse/angus")
                            || name.startsWith("META-INF/services/jakarta.mail")
                            || name.startsWith("META-INF/javamail"));
        }
        Class<?> protocol = Class.forName("org.holdfast." + "angus.mail.imap.protocol.IMAPProtocol");
        assertThat(protocol.getProtectionDomain().getCodeSource().getLocation().toURI())
                .isEqualTo(jar.toURI());
    }
}
