package org.holdfast.console;

import jakarta.enterprise.context.RequestScoped;
import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.inject.Inject;
import java.util.List;
import org.holdfast.refusal.Refusal;
import org.holdfast.retention.LegalHolds;

/** Says what came of many at once: how many were done, and of each other one why not. */
@RequestScoped
public class Outcomes {

    private static final int SHOWN = 5;

    @Inject
    private Words words;

    /**
     * Says it on the page.
     *
     * @param done the key of the sentence that has their number
     */
    public void say(List<LegalHolds.Result> results, String done) {
        long succeeded = results.stream().filter(r -> r.hold().isPresent()).count();
        if (succeeded > 0) {
            add(FacesMessage.SEVERITY_INFO, words.of(done, succeeded));
        }
        List<Refusal> refused =
                results.stream().flatMap(r -> r.refusal().stream()).toList();
        refused.stream().limit(SHOWN).forEach(r -> add(FacesMessage.SEVERITY_ERROR, words.refusal(r)));
        if (refused.size() > SHOWN) {
            add(FacesMessage.SEVERITY_ERROR, words.of("holds.refused.more", refused.size() - SHOWN));
        }
    }

    /** Says why nothing was done. */
    public void refuse(String why) {
        add(FacesMessage.SEVERITY_ERROR, why);
    }

    private static void add(FacesMessage.Severity severity, String text) {
        FacesContext.getCurrentInstance().addMessage(null, new FacesMessage(severity, text, null));
    }
}
