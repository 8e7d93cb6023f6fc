package org.holdfast.persistence;

import javax.naming.InitialContext;
import javax.naming.NamingException;
import org.hibernate.engine.transaction.jta.platform.internal.SunOneJtaPlatform;
import org.hibernate.engine.transaction.jta.platform.spi.JtaPlatform;
import org.hibernate.engine.transaction.jta.platform.spi.JtaPlatformProvider;

/**
 * Tells Hibernate of the transaction manager of GlassFish and Payara, which it does not find by itself.
 * On other servers it has no opinion, and Hibernate's own detection applies.
 */
public final class GlassFishJtaPlatformProvider implements JtaPlatformProvider {

    /** The name is a constant of the server's own tree; nothing from outside is looked up. */
    @Override
    @SuppressWarnings("BanJNDI")
    public JtaPlatform getProvidedJtaPlatform() {
        try {
            return new InitialContext().lookup("java:appserver/TransactionManager") == null
                    ? null
                    : new SunOneJtaPlatform();
        } catch (NamingException e) {
            return null;
        }
    }
}
