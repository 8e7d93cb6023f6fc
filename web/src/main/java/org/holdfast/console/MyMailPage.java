package org.holdfast.console;

import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.holdfast.mailbox.MailboxState;
import org.holdfast.message.CopyCursor;
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
    private Clock clock;

    @Inject
    private Words words;

    private long afterMicros;
    private long afterId;
    private boolean more;
    private Trouble trouble;
    private transient MyMail.Standing standing;
    private transient List<MyMail.Leaving> leaving;

    /** Reads anew; what was read before stays when that fails. */
    public void refresh() {
        try {
            MyMail.Standing now = myMail.now();
            CopyCursor after = afterId == 0 ? null : new CopyCursor(instant(afterMicros), afterId);
            List<MyMail.Leaving> read = myMail.leaving(null, after, PAGE + 1);
            more = read.size() > PAGE;
            leaving = more ? List.copyOf(read.subList(0, PAGE)) : read;
            standing = now;
            trouble = null;
        } catch (RuntimeException e) {
            trouble = Trouble.log("mymail.trouble", clock.instant(), e);
        }
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

    /** Whether nothing but the next purge is waited for; how long ago it came due is not told as a time to come. */
    public boolean due(MyMail.Leaving copy) {
        return !copy.leavesAt().isAfter(clock.instant());
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
}
