package org.holdfast.console;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.time.Clock;
import java.util.List;
import org.holdfast.notice.Notice;
import org.holdfast.notice.Notices;

/** The latest notices of an account, on its page; owners see what they were sent. Read with each request. */
@Named
@RequestScoped
public class AccountNotices {

    private static final int SHOWN = 10;

    @Inject
    private Notices notices;

    @Inject
    private AccountPage page;

    @Inject
    private Clock clock;

    @Inject
    private Words words;

    private Trouble trouble;
    private List<Notice> list;

    /** The latest; null when they could not be read even once. */
    public List<Notice> getList() {
        if (list == null && trouble == null) {
            try {
                list = notices.page(page.getId(), null, null, SHOWN);
            } catch (RuntimeException e) {
                trouble = Trouble.log("notices.trouble", clock.instant(), e);
            }
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

    /** What failed; stands above the list, so that it has to see to the reading. */
    public Trouble getTrouble() {
        getList();
        return trouble;
    }
}
