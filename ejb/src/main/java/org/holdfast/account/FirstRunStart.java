package org.holdfast.account;

import jakarta.annotation.PostConstruct;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.inject.Inject;
import org.holdfast.security.SecretToken;
import org.jdbi.v3.core.Jdbi;

/** Prints the first-run token once at start-up while there is no administrator. */
@Singleton
@Startup
@DependsOn("SchemaMigration")
@TransactionManagement(TransactionManagementType.BEAN)
public class FirstRunStart {

    private static final System.Logger LOG = System.getLogger(FirstRunStart.class.getName());

    @Inject
    private Jdbi jdbi;

    @PostConstruct
    void offer() {
        SecretToken token = SecretToken.random();
        if (jdbi.withHandle(h -> new FirstRunTable(h).offer(token.sha256()))) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "There is no administrator yet. Open /setup.xhtml of this application (or POST /api/v1/setup)"
                            + " and use this token, which works once.\nFirst-run token: {0}",
                    token.reveal());
        } else if (jdbi.withHandle(h -> !new FirstRunTable(h).hasAdministrator())) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "There is no administrator yet; another node or an earlier start printed the first-run token"
                            + " less than five minutes ago. Restart after that time for a new one.");
        }
    }
}
