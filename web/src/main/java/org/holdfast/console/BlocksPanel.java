package org.holdfast.console;

import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.time.Clock;
import java.util.List;
import org.holdfast.account.Account;
import org.holdfast.account.Accounts;
import org.holdfast.block.ImportBlock;
import org.holdfast.block.ImportBlocks;
import org.holdfast.refusal.Refusal;

/** Senders whose mail is not imported: those of an account, or those that count for an owner. */
@Named
@ViewScoped
public class BlocksPanel implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final int MOST = 500;

    @Inject
    private ImportBlocks blocks;

    @Inject
    private Accounts accounts;

    @Inject
    private Visitor visitor;

    @Inject
    private Words words;

    @Inject
    private Clock clock;

    private String sender;
    private String reason;
    private Trouble trouble;
    private transient List<ImportBlock> list;

    /** Blocks a sender from now on. */
    public void add(long account) {
        act(() -> {
            blocks.add(account, sender == null ? "" : sender, reason == null ? "" : reason);
            sender = null;
            reason = null;
        });
    }

    /** Takes a block off. */
    public void remove(long account, long id) {
        act(() -> blocks.remove(account, id));
    }

    private void act(Runnable work) {
        trouble = null;
        list = null;
        try {
            work.run();
        } catch (Refusal e) {
            FacesContext.getCurrentInstance()
                    .addMessage(null, new FacesMessage(FacesMessage.SEVERITY_ERROR, words.refusal(e), null));
        } catch (RuntimeException e) {
            trouble = Trouble.log("blocks.trouble", clock.instant(), e);
        }
    }

    /** In the order in which they were added; null when they could not be read. */
    public List<ImportBlock> of(long account) {
        if (list == null && trouble == null) {
            try {
                list = blocks.page(account, 0, MOST);
            } catch (RuntimeException e) {
                trouble = Trouble.log("blocks.trouble", clock.instant(), e);
            }
        }
        return list;
    }

    /** Why they cannot be shown; reads first, since it stands above what it is about. */
    public Trouble troubleOf(long account) {
        of(account);
        return trouble;
    }

    /** Whether the visitor may take it off: an owner only the own ones. */
    public boolean mayRemove(ImportBlock block) {
        return visitor.isAdministrator()
                || (!visitor.isOperator() && block.userId().isPresent());
    }

    /** Whose mailboxes it counts for, in words. */
    public String scopeOf(ImportBlock block) {
        if (block.userId().isEmpty()) {
            return words.of("blocks.for.account");
        }
        return visitor.isOperator() ? words.of("blocks.for.user", block.createdBy()) : words.of("blocks.for.you");
    }

    /** The account of an owner. */
    public long getOwnAccount() {
        return accounts.page(0, 1).stream().mapToLong(Account::id).findFirst().orElse(0);
    }

    public String getSender() {
        return sender;
    }

    public void setSender(String sender) {
        this.sender = sender;
    }

    public String getReason() {
        return reason;
    }

    public void setReason(String reason) {
        this.reason = reason;
    }
}
