package org.holdfast.console;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.holdfast.refusal.Refusal;
import org.holdfast.retention.Fates;
import org.holdfast.retention.Why;

/** Why a copy is here and when it goes, in a line. */
@Named
@RequestScoped
public class WhyLine {

    @Inject
    private Fates fates;

    @Inject
    private Words words;

    @Inject
    private Viewer viewer;

    @Inject
    private Moments moments;

    /** A line in the viewer's language with its tone. */
    public record Line(Tone tone, String text) {}

    private final Map<Long, Line> known = new HashMap<>();

    /** The line of a copy; says so where it has gone meanwhile. */
    public Line of(long copyId) {
        return known.computeIfAbsent(copyId, this::read);
    }

    private Line read(long copyId) {
        try {
            return fates.why(copyId, viewer.getLanguage())
                    .why()
                    .map(this::line)
                    .orElseGet(() -> new Line(Tone.NOTICE, words.of("messages.why.gone")));
        } catch (Refusal e) {
            return new Line(Tone.NOTICE, words.of("messages.why.gone"));
        }
    }

    private Line line(Why why) {
        return switch (why.fate().verdict()) {
            case BOUND ->
                new Line(
                        Tone.GOOD,
                        words.of(
                                "messages.why.bound",
                                why.bindings().stream()
                                        .map(bond -> bond.kind() + ":" + bond.reference())
                                        .collect(Collectors.joining(", "))));
            case HELD -> new Line(Tone.GOOD, words.of("messages.why.held"));
            case DUE -> new Line(Tone.WARNING, words.of("messages.why.due"));
            case YOUNG, IN_GRACE ->
                why.fate()
                        .leavesAt()
                        .map(at -> new Line(
                                Tone.WAITING, words.of("messages.why.leaves", moments.day(at), moments.relative(at))))
                        .orElseGet(() -> new Line(Tone.WAITING, words.of("messages.why.unlimited")));
        };
    }
}
