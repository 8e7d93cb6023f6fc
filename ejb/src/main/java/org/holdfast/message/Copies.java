package org.holdfast.message;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.persistence.TypedQuery;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.holdfast.account.Role;
import org.holdfast.mailbox.MailboxAccess;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;
import org.jdbi.v3.core.Jdbi;

/**
 * Reads copies. Metadata: administrators, auditors, and the users whose mailbox it is or is shared with.
 * Content: only those users.
 */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
public class Copies {

    private static final int MOST = 1_000;

    @PersistenceContext(unitName = "holdfast")
    private EntityManager entities;

    @Inject
    private Jdbi jdbi;

    @Inject
    private CurrentCaller currentCaller;

    /**
     * Metadata of one copy.
     *
     * @throws Refusal if it is not there or not the caller's to see
     */
    public Copy get(long id) {
        return visible(currentCaller.get(), id);
    }

    /**
     * A page, newest clock first.
     *
     * @param after where the page before ended; null: from the newest
     * @param limit 1 to 1000
     */
    public List<Copy> page(CopyFilter filter, CopyCursor after, int limit) {
        Caller caller = currentCaller.get();
        if (filter.accountId() != null) {
            caller.requireSees(filter.accountId(), "account", filter.accountId());
        }
        List<Condition> conditions = conditions(filter, after, caller);
        StringBuilder query = new StringBuilder("SELECT c FROM Copy c WHERE 1 = 1");
        conditions.forEach(condition -> query.append(" AND ").append(condition.text()));
        TypedQuery<Copy> typed = entities.createQuery(
                query.append(" ORDER BY c.clock DESC, c.id DESC").toString(), Copy.class);
        conditions.forEach(condition -> condition.bind(typed));
        return typed.setMaxResults(Math.max(1, Math.min(limit, MOST))).getResultList();
    }

    /**
     * Metadata of several copies, in the order of their ids here; those that are gone or not the caller's to see are left
     * out.
     */
    public List<Copy> inOrder(List<Long> ids) {
        if (ids.isEmpty()) {
            return List.of();
        }
        Caller caller = currentCaller.get();
        List<Long> own = caller.role() == Role.OWNER ? new MailboxAccess(jdbi).of(caller.userId()) : List.of();
        Map<Long, Copy> found = entities.createQuery("SELECT c FROM Copy c WHERE c.id IN :ids", Copy.class)
                .setParameter("ids", ids)
                .getResultStream()
                .filter(copy -> caller.sees(copy.accountId()))
                .filter(copy -> caller.role() != Role.OWNER || own.contains(copy.mailboxId()))
                .collect(Collectors.toMap(Copy::id, copy -> copy));
        return ids.stream().map(found::get).filter(Objects::nonNull).toList();
    }

    /**
     * The raw RFC 5322 content, byte for byte as the provider served it.
     *
     * @throws Refusal if it is not there, or the mailbox neither belongs to the caller nor is shared with them
     */
    public InputStream raw(long copyId) {
        return raw(copyId, 0, Long.MAX_VALUE);
    }

    /**
     * Some of the raw content; read while the stream is read, in constant memory. The stream fails with an
     * IOException should the copy be removed meanwhile.
     *
     * @param from the first byte, counted from 0
     * @param end the last one, exclusive; beyond the end: to the end
     * @throws Refusal as {@link #raw(long)}
     */
    public InputStream raw(long copyId, long from, long end) {
        Caller caller = currentCaller.get();
        Copy copy = visible(caller, copyId);
        if (!new MailboxAccess(jdbi).has(caller.userId(), copy.mailboxId())) {
            throw new Refusal(
                    Refusal.Kind.FORBIDDEN,
                    "content-private",
                    "The content of a message is for the mailbox's owner and those it is shared with");
        }
        long length = ContentStream.length(jdbi, copyId).orElseThrow(() -> Refusal.notFound("message", copyId));
        return new ContentStream(jdbi, copyId, from, Math.min(end, length));
    }

    private Copy visible(Caller caller, long id) {
        Copy copy = entities.find(Copy.class, id);
        if (copy == null) {
            throw Refusal.notFound("message", id);
        }
        if (!new MailboxAccess(jdbi).sees(caller, copy.accountId(), copy.mailboxId())) {
            throw Refusal.notFound("message", id);
        }
        return copy;
    }

    private List<Condition> conditions(CopyFilter filter, CopyCursor after, Caller caller) {
        List<Condition> all = new ArrayList<>();
        Long account = caller.account().orElse(filter.accountId());
        if (account != null) {
            all.add(new Condition("c.accountId = :account", "account", account));
        }
        if (filter.mailboxId() != null) {
            all.add(new Condition("c.mailboxId = :mailbox", "mailbox", filter.mailboxId()));
        }
        if (filter.bound() != null) {
            all.add(new Condition(filter.bound() ? "c.bindCount > 0" : "c.bindCount = 0", null, null));
        }
        if (after != null) {
            all.add(new Condition("c.clock <= :clock", "clock", after.clock()));
            all.add(new Condition("(c.clock < :clock OR c.id < :id)", "id", after.id()));
        }
        if (caller.role() == Role.OWNER) {
            all.add(new Condition("c.mailboxId IN :visible", "visible", new MailboxAccess(jdbi).of(caller.userId())));
        }
        return all;
    }

    private record Condition(String text, String parameter, Object value) {

        void bind(TypedQuery<Copy> query) {
            if (parameter != null) {
                query.setParameter(parameter, value);
            }
        }
    }
}
