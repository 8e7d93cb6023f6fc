package org.holdfast.console;

import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.json.JsonObject;
import java.io.Serializable;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.holdfast.account.Account;
import org.holdfast.account.Accounts;
import org.holdfast.binding.BindingKind;
import org.holdfast.binding.CrmRecords;
import org.holdfast.message.Copies;
import org.holdfast.refusal.Refusal;
import org.holdfast.rule.BindingRule;
import org.holdfast.rule.BindingRules;
import org.holdfast.rule.RuleBasis;
import org.holdfast.rule.RuleDraft;
import org.holdfast.work.LongWork;
import org.holdfast.work.WorkStatus;

/** The binding rules of an account, and what came of the one that the visitor looks at. */
@Named
@ViewScoped
public class RulesPage implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final int MOST = 200;

    @Inject
    private BindingRules rules;

    @Inject
    private Accounts accounts;

    @Inject
    private CrmRecords records;

    @Inject
    private Copies copies;

    @Inject
    private Words words;

    @Inject
    private Clock clock;

    private long account;
    private long chosen;
    private String name;
    private RuleBasis basis = RuleBasis.ADDRESS;
    private String kind = "contact";
    private String pattern;
    private Trouble trouble;
    private transient List<BindingRule> list;
    private transient Optional<LongWork> work;

    /** A copy that a rule matched. */
    public record Sample(String messageId, String target, String subject) {}

    /** Adds a rule, not enabled: it is tried first. */
    public void add() {
        act(() -> {
            int last = getList().stream()
                    .mapToInt(rule -> rule.draft().position())
                    .max()
                    .orElse(0);
            BindingRule made = rules.add(
                    account,
                    new RuleDraft(
                            name == null ? "" : name,
                            basis,
                            basis == RuleBasis.REPLY ? Optional.empty() : Optional.of(kind),
                            basis == RuleBasis.SUBJECT ? Optional.of(pattern == null ? "" : pattern) : Optional.empty(),
                            false,
                            last + 10));
            chosen = made.id();
            name = null;
            pattern = null;
        });
    }

    /** Enables or disables. */
    public void turn(BindingRule rule) {
        RuleDraft draft = rule.draft();
        act(() -> rules.change(
                rule.id(),
                rule.version(),
                new RuleDraft(
                        draft.name(),
                        draft.basis(),
                        draft.kind(),
                        draft.pattern(),
                        !draft.enabled(),
                        draft.position())));
    }

    public void trial(long id) {
        chosen = id;
        act(() -> rules.trial(id));
    }

    public void run(long id) {
        chosen = id;
        act(() -> rules.run(id));
    }

    public void undo(long id) {
        chosen = id;
        act(() -> rules.undo(id, null));
    }

    public void remove(long id) {
        act(() -> rules.remove(id, null));
    }

    private void act(Runnable work) {
        refresh();
        try {
            work.run();
        } catch (IllegalArgumentException e) {
            refuse(words.of("rules.unusable"));
        } catch (Refusal e) {
            refuse(words.refusal(e));
        } catch (RuntimeException e) {
            trouble = Trouble.log("rules.trouble", clock.instant(), e);
        }
        list = null;
        work = null;
    }

    private static void refuse(String why) {
        FacesContext.getCurrentInstance().addMessage(null, new FacesMessage(FacesMessage.SEVERITY_ERROR, why, null));
    }

    public void refresh() {
        trouble = null;
        work = null;
        list = null;
    }

    /** In the order in which they are asked; null when they could not be read. */
    public List<BindingRule> getList() {
        if (list == null && trouble == null) {
            try {
                // Before the rules: what they count is then not older than work that is shown as done.
                getWork();
                list = account == 0 ? List.of() : rules.of(account);
            } catch (Refusal e) {
                account = 0;
                list = List.of();
            } catch (RuntimeException e) {
                trouble = Trouble.log("rules.trouble", clock.instant(), e);
            }
        }
        return list;
    }

    /** The latest work of the rule that the visitor looks at; null if there is none. */
    public LongWork getWork() {
        if (work == null) {
            try {
                work = chosen == 0 ? Optional.empty() : rules.latestWork(chosen);
            } catch (Refusal e) {
                // Removed meanwhile.
                work = Optional.empty();
            }
        }
        return work.orElse(null);
    }

    /** Whether work is under way: then the page polls, else not. */
    public boolean isBusy() {
        LongWork present = getWork();
        return present != null && !present.status().isEnded();
    }

    /** How far the work is, 0 to 100. */
    public long getPercent() {
        LongWork shown = getWork();
        long total = shown.total().orElse(0L);
        return shown.status() == WorkStatus.COMPLETED || total == 0 ? 100 : Math.min(100, shown.done() * 100 / total);
    }

    /** What came of the work so far, in words. */
    public String getVerdict() {
        LongWork shown = getWork();
        JsonObject result = shown.result();
        return shown.kind().equals("rule-undo")
                ? words.of("rules.verdict.undo", number(result, "unbound"))
                : words.of(
                        "rules.verdict." + shown.kind().replace("rule-", ""),
                        number(result, "messages"),
                        number(result, "bindings"),
                        number(result, "alreadyBound"));
    }

    private static long number(JsonObject result, String name) {
        return result.containsKey(name) ? result.getJsonNumber(name).longValue() : 0;
    }

    /** Some of the copies that matched; those that are gone by now are left out. */
    public List<Sample> getSamples() {
        LongWork shown = getWork();
        return shown == null || !shown.result().containsKey("samples")
                ? List.of()
                : shown.result().getJsonArray("samples").stream()
                        .map(item -> item.asJsonObject())
                        .flatMap(item -> sample(item).stream())
                        .toList();
    }

    private Optional<Sample> sample(JsonObject item) {
        String message = item.getString("messageId");
        try {
            String subject = copies.get(Long.parseLong(message)).subject().orElse("");
            return Optional.of(
                    new Sample(message, item.getString("kind") + ":" + item.getString("reference"), subject));
        } catch (Refusal e) {
            return Optional.empty();
        }
    }

    /** What a rule goes by, in words. */
    public String basisOf(BindingRule rule) {
        return words.of(
                "rules.by." + rule.draft().basis(),
                rule.draft().kind().orElse("-"),
                rule.draft().pattern().orElse("-"));
    }

    public Tone tone(BindingRule rule) {
        return rule.draft().enabled() ? Tone.GOOD : Tone.WAITING;
    }

    /** Braces mean something in our texts, so the example is not one of them. */
    public String getPatternExample() {
        return "[deal {reference}]";
    }

    public List<Account> getAccounts() {
        return accounts.page(0, MOST);
    }

    public List<BindingKind> getKinds() {
        return records.kinds();
    }

    public RuleBasis[] getBases() {
        return RuleBasis.values();
    }

    /** Why the page cannot be shown; reads first, since it stands above what it is about. */
    public Trouble getTrouble() {
        getList();
        return trouble;
    }

    public long getAccount() {
        return account;
    }

    public void setAccount(long account) {
        this.account = account;
    }

    public long getChosen() {
        return chosen;
    }

    public void setChosen(long chosen) {
        this.chosen = chosen;
    }

    public String getName() {
        return name;
    }

    public void setName(String name) {
        this.name = name;
    }

    public RuleBasis getBasis() {
        return basis;
    }

    public void setBasis(RuleBasis basis) {
        this.basis = basis;
    }

    public String getKind() {
        return kind;
    }

    public void setKind(String kind) {
        this.kind = kind;
    }

    public String getPattern() {
        return pattern;
    }

    public void setPattern(String pattern) {
        this.pattern = pattern;
    }
}
