package org.holdfast.console;

import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.time.Clock;
import java.util.List;
import org.holdfast.notice.Notice;
import org.holdfast.notice.NoticeKind;
import org.holdfast.notice.NoticeTemplate;
import org.holdfast.notice.Notices;
import org.holdfast.refusal.Refusal;

/** Shows a template, its example and who wrote it; an administrator changes it and sends a test. */
@Named
@ViewScoped
public class TemplatePanel implements Serializable {

    private static final long serialVersionUID = 1L;

    @Inject
    private Notices notices;

    @Inject
    private Clock clock;

    @Inject
    private Words words;

    private String which = "LEAVING/en";
    private String subject;
    private String plain;
    private String html;
    private String editedBy;
    private String exampleSubject;
    private String examplePlain;
    private Trouble trouble;

    /** Reads the chosen template. */
    public void load() {
        run(() -> {
            NoticeTemplate template = notices.templates().stream()
                    .filter(t -> (t.kind() + "/" + t.language()).equals(which))
                    .findFirst()
                    .orElseThrow(() -> Refusal.notFound("template", which));
            show(template);
        });
    }

    private void show(NoticeTemplate template) {
        subject = template.text().subject();
        plain = template.text().plain();
        html = template.text().html();
        editedBy = template.edited().map(NoticeTemplate.Edit::by).orElse(null);
        exampleSubject = null;
    }

    /** Fills what is in the fields with an example; nothing is stored. */
    public void preview() {
        run(() -> {
            Notice.Text example = notices.preview(kind(), language(), text());
            exampleSubject = example.subject();
            examplePlain = example.plain();
        });
    }

    /** Puts what is in the fields in force. */
    public void save() {
        run(() -> {
            show(notices.edit(kind(), language(), text()));
            say("template.saved");
        });
    }

    /** Puts the shipped text in force again. */
    public void reset() {
        run(() -> {
            show(notices.reset(kind(), language()));
            say("template.reset.done");
        });
    }

    /** Sends an example of what is in the fields to whoever is signed in. */
    public void test() {
        run(() -> {
            Notice notice = notices.sendTest(kind(), language(), text());
            FacesContext.getCurrentInstance()
                    .addMessage(
                            null,
                            new FacesMessage(
                                    FacesMessage.SEVERITY_INFO, words.of("template.tested", notice.recipient()), null));
        });
    }

    private void run(Runnable step) {
        trouble = null;
        try {
            step.run();
        } catch (Refusal e) {
            FacesContext.getCurrentInstance()
                    .addMessage(null, new FacesMessage(FacesMessage.SEVERITY_ERROR, words.refusal(e), null));
        } catch (RuntimeException e) {
            trouble = Trouble.log("template.trouble", clock.instant(), e);
        }
    }

    private void say(String key) {
        FacesContext.getCurrentInstance()
                .addMessage(null, new FacesMessage(FacesMessage.SEVERITY_INFO, words.of(key), null));
    }

    private NoticeKind kind() {
        return NoticeKind.valueOf(which.substring(0, which.indexOf('/')));
    }

    private String language() {
        return which.substring(which.indexOf('/') + 1);
    }

    private Notice.Text text() {
        return new Notice.Text(subject, plain, html);
    }

    public List<String> getChoices() {
        return List.of("LEAVING/en", "LEAVING/vi", "RETRACTION/en", "RETRACTION/vi");
    }

    /** The variables, in double braces. */
    public String getVariables() {
        return notices.variables().stream()
                .map(name -> "{{" + name + "}}")
                .reduce((a, b) -> a + " " + b)
                .orElse("");
    }

    public boolean isLoaded() {
        return subject != null;
    }

    public Trouble getTrouble() {
        return trouble;
    }

    public String getWhich() {
        return which;
    }

    public void setWhich(String which) {
        this.which = getChoices().contains(which) ? which : getChoices().get(0);
    }

    public String getSubject() {
        return subject;
    }

    public void setSubject(String subject) {
        this.subject = subject;
    }

    public String getPlain() {
        return plain;
    }

    public void setPlain(String plain) {
        this.plain = plain;
    }

    public String getHtml() {
        return html;
    }

    public void setHtml(String html) {
        this.html = html;
    }

    public String getEditedBy() {
        return editedBy;
    }

    public String getExampleSubject() {
        return exampleSubject;
    }

    public String getExamplePlain() {
        return examplePlain;
    }
}
