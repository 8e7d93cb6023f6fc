package org.holdfast.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The domain.xml of Payara Server for one machine: loopback only, free ports, and no listener that the
 * application does not need. What asadmin can set before boot is not set here.
 */
final class PayaraDomain {

    private PayaraDomain() {}

    /** Changes the file in place; fails if the distribution's file is not as expected. */
    static void prepare(Path file, int http, int admin, List<String> jvmOptions) throws IOException {
        String xml = Files.readString(file);
        xml = replace(
                xml,
                "<network-listener port=\"8080\"",
                "<network-listener address=\"127.0.0.1\" port=\"" + http + "\"");
        xml = replace(
                xml,
                "<network-listener port=\"8181\"",
                "<network-listener enabled=\"false\" port=\"" + FreePort.any() + "\"");
        xml = replace(
                xml,
                "<network-listener port=\"4848\"",
                "<network-listener address=\"127.0.0.1\" port=\"" + admin + "\"");
        for (int port : List.of(3700, 3820, 3920)) {
            xml = replace(
                    xml,
                    "address=\"0.0.0.0\" port=\"" + port + "\"",
                    "address=\"127.0.0.1\" enabled=\"false\" port=\"" + FreePort.any() + "\"");
        }
        xml = replace(
                xml,
                "security-enabled=\"false\" address=\"0.0.0.0\" port=\"8686\"",
                "security-enabled=\"false\" enabled=\"false\" address=\"127.0.0.1\" port=\"" + FreePort.any() + "\"");
        // Without a messaging service of its own the server starts the embedded broker, on every address.
        String grid = "<hazelcast-config-specific-configuration></hazelcast-config-specific-configuration>";
        xml = replace(
                xml,
                grid,
                grid + "<jms-service type=\"REMOTE\" default-jms-host=\"none\"><jms-host name=\"none\""
                        + " host=\"127.0.0.1\" port=\"" + FreePort.any() + "\"/></jms-service>");
        xml = replace(xml, "-Dosgi.shell.telnet.port=6666", "-Dosgi.shell.telnet.port=" + FreePort.any());
        String options = jvmOptions.stream()
                .map(option -> "<jvm-options>" + escaped(option) + "</jvm-options>")
                .collect(Collectors.joining("\n"));
        xml = replace(xml, "<jvm-options>-Xmx512m</jvm-options>", "<jvm-options>-Xmx768m</jvm-options>\n" + options);
        Files.writeString(file, xml);
    }

    /** The first occurrence: the server's own configuration comes before the template for new ones. */
    private static String replace(String xml, String old, String changed) {
        if (!xml.contains(old)) {
            throw new IllegalStateException("This version of Payara Server has no " + old + " in its domain.xml");
        }
        return Pattern.compile(Pattern.quote(old)).matcher(xml).replaceFirst(Matcher.quoteReplacement(changed));
    }

    /** A dollar sign would begin a reference. */
    private static String escaped(String option) {
        return option.replace("&", "&amp;").replace("<", "&lt;").replace("$", "$$");
    }
}
