package org.holdfast.console;

import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.holdfast.binding.BindingKind;
import org.holdfast.binding.BindingTarget;
import org.holdfast.binding.Bindings;
import org.holdfast.binding.Bound;
import org.holdfast.binding.CrmRecord;
import org.holdfast.binding.CrmRecords;
import org.holdfast.message.Copies;
import org.holdfast.refusal.Refusal;

/** Binds the chosen messages to a record of the CRM, or takes bindings off them. */
@Named
@ViewScoped
public class BindPanel implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final int MOST_RECORDS = 20;
    private static final int MOST_MESSAGES = 200;

    @Inject
    private Bindings bindings;

    @Inject
    private CrmRecords records;

    @Inject
    private Copies copies;

    @Inject
    private MessagesPage page;

    @Inject
    private Words words;

    @Inject
    private Clock clock;

    private ArrayList<Long> chosen = new ArrayList<>();
    private String mode = "none";
    private String kind;
    private String find;
    private Trouble trouble;
    private transient List<CrmRecord> found;

    /** A record that some of the chosen messages are bound to. */
    public record Tied(BindingTarget target, long messages) {}

    /** Opens for binding. */
    public void openToBind() {
        open("bind");
    }

    /** Opens for taking bindings off. */
    public void openToUnbind() {
        open("unbind");
    }

    /** The boxes are plain ones, whose values are ids. */
    private void open(String wanted) {
        String[] picked = FacesContext.getCurrentInstance()
                .getExternalContext()
                .getRequestParameterValuesMap()
                .getOrDefault("pick", new String[0]);
        chosen = new ArrayList<>(List.of(picked).stream()
                .filter(id -> id.matches("[0-9]{1,18}"))
                .limit(MOST_MESSAGES)
                .map(Long::valueOf)
                .toList());
        mode = chosen.isEmpty() ? "none" : wanted;
        found = null;
        trouble = null;
        if (chosen.isEmpty()) {
            tell(FacesMessage.SEVERITY_WARN, words.of("messages.choose.first"));
        }
    }

    public void close() {
        mode = "none";
    }

    /** Reads the records anew. */
    public void look() {
        found = null;
        trouble = null;
    }

    /** Records whose title begins with what was typed. */
    public List<CrmRecord> getFound() {
        if (found == null && trouble == null) {
            try {
                long account = copies.get(chosen.get(0)).accountId();
                String text = find == null || find.isBlank() ? null : find.strip();
                found = records.search(account, kind, text, 0, MOST_RECORDS).stream()
                        .filter(record -> record.deletedAt().isEmpty())
                        .toList();
            } catch (Refusal e) {
                found = List.of();
                tell(FacesMessage.SEVERITY_ERROR, words.refusal(e));
            } catch (RuntimeException e) {
                trouble = Trouble.log("messages.trouble", clock.instant(), e);
            }
        }
        return found;
    }

    /** What the chosen messages are bound to. */
    public List<Tied> getTied() {
        Map<String, Tied> all = new TreeMap<>();
        for (long copy : chosen) {
            try {
                for (Bound bound : bindings.of(copy)) {
                    all.merge(
                            bound.target().toString(),
                            new Tied(bound.target(), 1),
                            (one, other) -> new Tied(one.target(), one.messages() + 1));
                }
            } catch (Refusal e) {
                // Gone meanwhile: nothing to take off.
            } catch (RuntimeException e) {
                trouble = trouble == null ? Trouble.log("messages.trouble", clock.instant(), e) : trouble;
                return List.of();
            }
        }
        return all.values().stream()
                .sorted(Comparator.comparing(Tied::messages).reversed())
                .toList();
    }

    public void bind(BindingTarget target) {
        each("messages.bound", target, copy -> bindings.bind(copy, target));
    }

    public void unbind(BindingTarget target) {
        each("messages.unbound", target, copy -> {
            if (bindings.of(copy).stream().anyMatch(bound -> bound.target().equals(target))) {
                bindings.unbind(copy, target);
            }
        });
    }

    /** Each by itself: what cannot be done to one is said and does not keep the others from it. */
    private void each(String done, BindingTarget target, Consumer<Long> work) {
        int count = 0;
        Map<String, Integer> refused = new TreeMap<>();
        trouble = null;
        for (long copy : chosen) {
            try {
                work.accept(copy);
                count++;
            } catch (Refusal e) {
                refused.merge(words.refusal(e), 1, Integer::sum);
            } catch (RuntimeException e) {
                trouble = Trouble.log("messages.trouble.some", clock.instant(), e);
                break;
            }
        }
        refused.forEach(
                (sentence, times) -> tell(FacesMessage.SEVERITY_ERROR, words.of("messages.refused", times, sentence)));
        if (count > 0) {
            tell(FacesMessage.SEVERITY_INFO, words.of(done, count, target));
        }
        if (trouble == null) {
            close();
        }
        page.refresh();
    }

    private static void tell(FacesMessage.Severity severity, String sentence) {
        FacesContext.getCurrentInstance().addMessage(null, new FacesMessage(severity, sentence, null));
    }

    public List<BindingKind> getKinds() {
        return records.kinds();
    }

    public boolean isBinding() {
        return mode.equals("bind");
    }

    public boolean isUnbinding() {
        return mode.equals("unbind");
    }

    public int getCount() {
        return chosen.size();
    }

    /** Of what the dialog shows, and so read before it. */
    public Trouble getTrouble() {
        if (isBinding()) {
            getFound();
        } else if (isUnbinding()) {
            getTied();
        }
        return trouble;
    }

    public String getKind() {
        return kind;
    }

    public void setKind(String kind) {
        this.kind = kind;
    }

    public String getFind() {
        return find;
    }

    public void setFind(String find) {
        this.find = find;
    }
}
