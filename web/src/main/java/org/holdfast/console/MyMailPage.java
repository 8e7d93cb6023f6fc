package org.holdfast.console;

import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.holdfast.binding.BindingTarget;
import org.holdfast.binding.Bindings;
import org.holdfast.mailbox.MailboxState;
import org.holdfast.message.CopyCursor;
import org.holdfast.refusal.Refusal;
import org.holdfast.retention.MyMail;

/** An owner's own mailboxes, what leaves them when, keeping it by binding, and what an upgrade changes. */
@Named
@ViewScoped
public class MyMailPage implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final int PAGE = 50;

    @Inject
    private MyMail myMail;

    @Inject
    private Bindings bindings;

    @Inject
    private Clock clock;

    @Inject
    private Words words;

    private long afterMicros;
    private long afterId;
    private final Map<Long, Boolean> chosen = new HashMap<>();
    private String kind = "deal";
    private String reference;
    private boolean more;
    private Trouble trouble;
    private transient MyMail.Standing standing;
    private transient List<MyMail.Leaving> leaving;

    /** Reads anew; what was read before stays when that fails. */
    public void refresh() {
        try {
            MyMail.Standing now = myMail.now();
            CopyCursor after = afterId == 0 ? null : new CopyCursor(instant(afterMicros), afterId);
            List<MyMail.Leaving> read = myMail.leaving(after, PAGE + 1);
            more = read.size() > PAGE;
            leaving = more ? List.copyOf(read.subList(0, PAGE)) : read;
            standing = now;
            trouble = null;
        } catch (RuntimeException e) {
            trouble = Trouble.log("mymail.trouble", clock.instant(), e);
        }
    }

    /** Binds every chosen copy to the record; one that is gone does not stop the others. */
    public void keep() {
        BindingTarget target;
        try {
            target = new BindingTarget(kind, reference == null ? "" : reference.strip());
        } catch (IllegalArgumentException e) {
            say(FacesMessage.SEVERITY_ERROR, words.of("mymail.target.bad"));
            return;
        }
        List<Long> ids = chosen.entrySet().stream()
                .filter(Map.Entry::getValue)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        if (ids.isEmpty()) {
            say(FacesMessage.SEVERITY_ERROR, words.of("mymail.none.chosen"));
            return;
        }
        int bound = 0;
        for (long id : ids) {
            bound += bind(id, target) ? 1 : 0;
        }
        chosen.clear();
        if (bound > 0) {
            say(FacesMessage.SEVERITY_INFO, words.of("mymail.kept", bound));
        }
        if (bound < ids.size()) {
            say(FacesMessage.SEVERITY_ERROR, words.of("mymail.not.kept", ids.size() - bound));
        }
        refresh();
    }

    private boolean bind(long id, BindingTarget target) {
        try {
            bindings.bind(id, target);
            return true;
        } catch (Refusal e) {
            return false;
        }
    }

    private static void say(FacesMessage.Severity severity, String text) {
        FacesContext.getCurrentInstance().addMessage(null, new FacesMessage(severity, text, null));
    }

    /** How it stands; null when it could not be read even once. */
    public MyMail.Standing getStanding() {
        if (standing == null && trouble == null) {
            refresh();
        }
        return standing;
    }

    public List<MyMail.Leaving> getLeaving() {
        return leaving;
    }

    public Tone tone(MailboxState state) {
        return switch (state) {
            case ACTIVE -> Tone.GOOD;
            case PAUSED_BY_USER, DISCONNECTED -> Tone.WAITING;
            case PAUSED_BY_PLAN, UNREACHABLE -> Tone.WARNING;
            case AUTH_FAILED, CERTIFICATE_REFUSED -> Tone.BAD;
        };
    }

    /** The plan and how long it keeps, in a sentence. */
    public String getRule() {
        String days = getStanding().days().isPresent()
                ? words.of("span.days", standing.days().getAsInt())
                : words.of("mymail.unlimited");
        return words.of("mymail.rule", standing.planName(), days);
    }

    /** What a plan would change, in a sentence. */
    public String sentence(MyMail.Upgrade upgrade) {
        String days = upgrade.days().isPresent()
                ? words.of("span.days", upgrade.days().getAsInt())
                : words.of("mymail.unlimited");
        return words.of("mymail.upgrade", upgrade.planName(), days, upgrade.stays());
    }

    public boolean isMore() {
        return more;
    }

    /** Where the next page begins, as the address has it. */
    public String getNext() {
        MyMail.Leaving last = leaving.get(leaving.size() - 1);
        long micros = ChronoUnit.MICROS.between(Instant.EPOCH, last.clock());
        return "after=" + micros + "&id=" + last.id();
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    public Map<Long, Boolean> getChosen() {
        return chosen;
    }

    public List<String> getKinds() {
        return List.of("deal", "contact", "company", "lead", "invoice", "task");
    }

    public Trouble getTrouble() {
        return trouble;
    }

    public long getAfterMicros() {
        return afterMicros;
    }

    public void setAfterMicros(long micros) {
        this.afterMicros = micros;
    }

    public long getAfterId() {
        return afterId;
    }

    public void setAfterId(long id) {
        this.afterId = id;
    }

    public String getKind() {
        return kind;
    }

    public void setKind(String kind) {
        this.kind = kind;
    }

    public String getReference() {
        return reference;
    }

    public void setReference(String reference) {
        this.reference = reference;
    }
}
