package org.holdfast.run;

import java.util.List;

/** What Payara Micro and Payara Server are configured with alike. */
final class PayaraFiles {

    private PayaraFiles() {}

    /** The asadmin commands that make {@code jdbc/holdfast}; the server insists on some password. */
    static List<String> dataSource(LocalPostgres postgres, String database) {
        return List.of(
                "create-jdbc-connection-pool --datasourceclassname=org.postgresql.ds.PGSimpleDataSource"
                        + " --restype=javax.sql.DataSource --steadypoolsize=4 --maxpoolsize=64"
                        + " --property=user=postgres:password=trust:serverName=127.0.0.1:portNumber="
                        + postgres.port() + ":databaseName=" + database + " HoldfastPool",
                "create-jdbc-resource --connectionpoolid=HoldfastPool jdbc/holdfast");
    }

    /** One line a record, and without what Hibernate repeats for each attribute. */
    static String logging() {
        return """
                handlers=java.util.logging.ConsoleHandler
                java.util.logging.ConsoleHandler.level=FINE
                java.util.logging.ConsoleHandler.formatter=java.util.logging.SimpleFormatter
                java.util.logging.SimpleFormatter.format=%1$tFT%1$tT.%1$tL%1$tz %4$s %3$s: %5$s%6$s%n
                .level=INFO
                com.hazelcast.level=WARNING
                javax.enterprise.system.tools.deployment.dol.level=WARNING
                javax.enterprise.system.tools.deployment.common.level=WARNING
                javax.enterprise.system.security.ssl.level=SEVERE
                fish.payara.nucleus.util.level=WARNING
                org.glassfish.admin.mbeanserver.level=WARNING
                org.hibernate.orm.incubating.level=SEVERE
                org.hibernate.orm.deprecation.level=SEVERE
                """;
    }
}
