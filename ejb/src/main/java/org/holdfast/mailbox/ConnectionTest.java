package org.holdfast.mailbox;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.net.InetAddress;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.holdfast.account.Role;
import org.holdfast.mailbox.ConnectionCheck.Outcome;
import org.holdfast.mailbox.ConnectionCheck.Step;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.CurrentCaller;
import org.holdfast.security.SecretBox;

/** Tries everything that connecting a mailbox needs, line by line, and stores nothing. */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.OWNER_NAME})
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class ConnectionTest {

    @Inject
    private CurrentCaller currentCaller;

    @Inject
    private Enrolment enrolment;

    @Inject
    private HostPolicy hosts;

    @Inject
    private ServerCheck servers;

    @Inject
    private SubmissionCheck submission;

    @Inject
    private SecretBox secrets;

    /**
     * A line for each step, in their order. The first that fails says why; those after it are not tried. Talks
     * to the provider with the password given.
     *
     * @throws Refusal if the caller may not connect a mailbox for that owner
     */
    public List<ConnectionCheck> run(ConnectMailbox request) {
        request.requireMayConnect(currentCaller.get());
        Lines lines = new Lines();
        try {
            attempt(request, lines);
        } catch (Refusal refusal) {
            lines.failed(refusal);
        }
        return lines.all();
    }

    private void attempt(ConnectMailbox request, Lines lines) {
        lines.begin(Step.PLAN);
        enrolment.admit(request);
        secrets.requireKey();
        lines.passed(null);
        lines.begin(Step.NAME);
        CheckedServer server = hosts.checkImap(request.imap());
        lines.passed(server.addresses().stream()
                .map(InetAddress::getHostAddress)
                .distinct()
                .collect(Collectors.joining(", ")));
        lines.begin(Step.ALLOWED);
        lines.passed(null);
        lines.begin(Step.TLS);
        List<FoundFolder> folders = servers.login(request.imap(), request.login(), request.password());
        lines.passed(request.imap().toString());
        lines.begin(Step.LOGIN);
        lines.passed(request.login());
        lines.begin(Step.FOLDERS);
        lines.passed(Integer.toString(folders.size()));
        lines.begin(Step.SEND);
        if (request.smtp() == null) {
            lines.ended(Outcome.LEFT_OUT, null);
        } else {
            hosts.checkSmtp(request.smtp());
            submission.signIn(request.smtp(), request.login(), request.password());
            lines.passed(request.smtp().toString());
        }
    }

    /** The lines so far; a refusal is put on the step that its code belongs to. */
    private static final class Lines {

        private final Map<Step, ConnectionCheck> done = new EnumMap<>(Step.class);
        private Step at = Step.PLAN;

        void begin(Step step) {
            at = step;
        }

        void passed(String detail) {
            ended(Outcome.PASSED, detail);
        }

        void ended(Outcome outcome, String detail) {
            done.put(at, new ConnectionCheck(at, outcome, detail));
        }

        void failed(Refusal refusal) {
            Step where = at == Step.SEND ? Step.SEND : where(refusal.code());
            for (Step step : Step.values()) {
                if (step.compareTo(at) >= 0 && step.compareTo(where) < 0) {
                    done.put(step, new ConnectionCheck(step, Outcome.PASSED, null));
                }
            }
            done.put(where, new ConnectionCheck(where, Outcome.FAILED, refusal.getMessage()));
        }

        private Step where(String code) {
            return switch (code) {
                case HostRefused.NOT_ALLOWED -> Step.ALLOWED;
                case HostRefused.UNKNOWN -> Step.NAME;
                case "login-refused" -> Step.LOGIN;
                default -> at;
            };
        }

        List<ConnectionCheck> all() {
            return List.of(Step.values()).stream()
                    .map(step -> done.getOrDefault(step, new ConnectionCheck(step, Outcome.NOT_TRIED, null)))
                    .toList();
        }
    }
}
