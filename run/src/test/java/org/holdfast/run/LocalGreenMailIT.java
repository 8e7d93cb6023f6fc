package org.holdfast.run;

import java.nio.file.Files;
import java.nio.file.Path;

/** GreenMail as a mail provider. */
class LocalGreenMailIT extends MailProviderContract {

    @Override
    MailProvider startProvider() throws Exception {
        Path target = Files.createDirectories(Path.of("target"));
        return LocalGreenMail.start(target.resolve("greenmail.log"));
    }
}
