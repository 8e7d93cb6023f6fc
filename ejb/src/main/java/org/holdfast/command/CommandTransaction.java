package org.holdfast.command;

import jakarta.ejb.LocalBean;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** A short transaction of the container, apart from any other. */
@Stateless
@LocalBean
@TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
public class CommandTransaction {

    @Inject
    private Jdbi jdbi;

    /** Committed on return, rolled back on any exception. */
    public <T> T call(Function<Handle, T> work) {
        return jdbi.withHandle(work::apply);
    }
}
