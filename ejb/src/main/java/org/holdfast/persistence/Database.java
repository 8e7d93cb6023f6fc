package org.holdfast.persistence;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handles;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.CMTTransactionHandler;

/**
 * Makes the server's data source {@value #JNDI_NAME} injectable, and Jdbi over it for SQL that JPA is
 * not for. Handles opened in a bean's transaction take part in it; they never begin or end one.
 */
@ApplicationScoped
public class Database {

    /** The bare name: the only form that resolves on every server. */
    public static final String JNDI_NAME = "jdbc/holdfast";

    /** Looks the data source up at run time; resource annotations do not deploy everywhere. */
    @Produces
    @ApplicationScoped
    @SuppressWarnings("BanJNDI") // the name is a constant
    public DataSource dataSource() {
        try {
            return (DataSource) new InitialContext().lookup(JNDI_NAME);
        } catch (NamingException e) {
            throw new IllegalStateException(
                    "No data source " + JNDI_NAME + ": define it on the server before deploying Holdfast", e);
        }
    }

    /** Jdbi inside container-managed transactions. */
    @Produces
    @Singleton
    public Jdbi jdbi(DataSource dataSource) {
        Jdbi jdbi = Jdbi.create(dataSource);
        jdbi.setTransactionHandler(new CMTTransactionHandler());
        jdbi.getConfig(Handles.class).setForceEndTransactions(false);
        return jdbi;
    }
}
