package org.holdfast.console;

import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import org.holdfast.notice.Notice;
import org.holdfast.notice.NoticeStatus;
import org.holdfast.notice.Notices;
import org.holdfast.refusal.Refusal;

/** Who was and will be told what and when, latest first; which ones is said by the address. */
@Named
@ViewScoped
public class NoticesPage implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final int PAGE = 25;

    @Inject
    private Notices notices;

    @Inject
    private Clock clock;

    @Inject
    private Words words;

    private String status;
    private long before;
    private boolean more;
    private String relay;
    private Trouble trouble;
    private transient List<Notice> list;

    /** Reads anew; what was read before stays when that fails. */
    public void refresh() {
        try {
            NoticeStatus wanted = status == null ? null : NoticeStatus.valueOf(status);
            List<Notice> read = notices.page(null, wanted, before == 0 ? null : before, PAGE + 1);
            more = read.size() > PAGE;
            list = more ? List.copyOf(read.subList(0, PAGE)) : read;
            relay = notices.trouble().orElse(null);
            trouble = null;
        } catch (RuntimeException e) {
            trouble = Trouble.log("notices.trouble", clock.instant(), e);
        }
    }

    /** Has one sent again that failed or is unknown. */
    public void resend(long id) {
        try {
            notices.resend(id);
            say(FacesMessage.SEVERITY_INFO, words.of("notices.resent"));
            refresh();
        } catch (Refusal e) {
            say(FacesMessage.SEVERITY_ERROR, words.refusal(e));
        } catch (RuntimeException e) {
            trouble = Trouble.log("notices.resend.trouble", clock.instant(), e);
        }
    }

    private static void say(FacesMessage.Severity severity, String text) {
        FacesContext.getCurrentInstance().addMessage(null, new FacesMessage(severity, text, null));
    }

    /** The notices; null when they could not be read even once. */
    public List<Notice> getList() {
        if (list == null && trouble == null) {
            refresh();
        }
        return list;
    }

    public NoticeLook look(Notice notice) {
        return NoticeLook.of(notice.status());
    }

    /** What a notice is, in words. */
    public String what(Notice notice) {
        return words.of("notice.kind." + notice.kind(), notice.days());
    }

    /** Why no notice can be sent; null if they can. */
    public String getRelay() {
        return relay;
    }

    public List<String> getStatuses() {
        return Arrays.stream(NoticeStatus.values()).map(Enum::name).toList();
    }

    public boolean isMore() {
        return more;
    }

    /** The key of the next, older page. */
    public long getOldest() {
        return list.get(list.size() - 1).id();
    }

    /** What failed; stands above the list, so that it has to see to the reading. */
    public Trouble getTrouble() {
        getList();
        return trouble;
    }

    public String getStatus() {
        return status;
    }

    /** From the address: a status, or anything else for all. */
    public void setStatus(String status) {
        this.status = getStatuses().contains(status) ? status : null;
    }

    public long getBefore() {
        return before;
    }

    public void setBefore(long before) {
        this.before = before;
    }
}
