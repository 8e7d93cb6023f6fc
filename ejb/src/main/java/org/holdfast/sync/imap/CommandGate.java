package org.holdfast.sync.imap;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.holdfast.sync.failure.CommandForbidden;

/**
 * The write half under the protocol classes: lets out whole command lines, only those of a list that
 * cannot change anything at the provider, and only as many as were announced. A line break smuggled into
 * an argument makes a second line, which was not announced and stays here. Commands that change something
 * leave only within a user's command, with its id in their tag; none of them can reach more than was named.
 */
final class CommandGate extends OutputStream {

    private static final Set<String> READING = Set.of(
            "CAPABILITY",
            "NOOP",
            "LOGOUT",
            "AUTHENTICATE",
            "LOGIN",
            "ENABLE",
            "LIST",
            "EXAMINE",
            "IDLE",
            "UID FETCH",
            "UID SEARCH");

    private static final Set<String> WRITING = Set.of(
            "SELECT", "UID STORE", "UID COPY", "UID MOVE", "UID EXPUNGE", "APPEND", "CREATE", "RENAME", "SUBSCRIBE");

    /** Only differences of flags: a whole set would undo what others did. */
    private static final Pattern STORE =
            Pattern.compile("\\S+ UID STORE [0-9]+ (\\(UNCHANGEDSINCE [0-9]+\\) )?[+-]FLAGS(\\.SILENT)? \\([^()]*\\)");

    private static final System.Logger LOG = System.getLogger(CommandGate.class.getName());
    private static final Pattern COMMAND =
            Pattern.compile("[A-Z0-9-]{1,40} ((?:UID )?[A-Za-z]+)(?: .*)?", Pattern.DOTALL);
    private static final Pattern RESPONSE = Pattern.compile("[A-Za-z0-9+/=]*");
    private static final int LONGEST = 64 * 1024;

    private final OutputStream out;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private int announced;
    private boolean continuation;
    private CommandForbidden failure;

    /** The user's command that is under way; 0 without. */
    private long commandId;

    private long literal = -1;
    private long literalLeft;
    private boolean literalEnds;

    CommandGate(OutputStream out) {
        this.out = out;
    }

    /** One more command line may leave. */
    void announceCommand() {
        announced++;
    }

    /** From now on commands that change something may leave, tagged with the id of the user's command. */
    void begin(long userCommandId) {
        if (userCommandId <= 0 || commandId != 0) {
            throw new IllegalStateException("One user's command at a time, with its id");
        }
        commandId = userCommandId;
    }

    /** From now on only what reads may leave. */
    void end() {
        commandId = 0;
    }

    /** The next line announces so many bytes of content, which may leave behind it. */
    void announceLiteral(long bytes) {
        literal = bytes;
    }

    /** The server does not want the content that was announced. */
    void withdrawLiteral() {
        literalLeft = 0;
        literalEnds = false;
    }

    /** One line of base64 may leave, the answer to a challenge. */
    void announceResponse() {
        continuation = true;
    }

    /** What was stopped; null if nothing. */
    CommandForbidden failure() {
        return failure;
    }

    @Override
    public void write(int b) throws IOException {
        if (failure != null) {
            throw failure;
        }
        if (literalLeft > 0) {
            literalLeft--;
            out.write(b);
            return;
        }
        line.write(b);
        if (line.size() > LONGEST) {
            throw stop("A command longer than " + LONGEST + " bytes");
        }
        if (b == '\n') {
            release();
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int at = offset;
        int end = offset + length;
        while (at < end) {
            if (literalLeft > 0 && failure == null) {
                int count = (int) Math.min(literalLeft, end - at);
                literalLeft -= count;
                out.write(bytes, at, count);
                at += count;
            } else {
                write(bytes[at++]);
            }
        }
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    private void release() throws IOException {
        String text = line.toString(StandardCharsets.ISO_8859_1);
        check(text);
        out.write(line.toByteArray());
        line.reset();
    }

    private void check(String text) throws CommandForbidden {
        if (!text.endsWith("\r\n") || text.indexOf('\r') != text.length() - 2 || text.indexOf('\0') >= 0) {
            throw stop("A command with a bare line break or NUL");
        }
        String body = text.substring(0, text.length() - 2);
        if (literalEnds) {
            literalEnds = false;
            if (!body.isEmpty()) {
                throw stop("Something behind the content of a command");
            }
            return;
        }
        if (continuation && RESPONSE.matcher(body).matches()) {
            continuation = false;
            return;
        }
        Matcher command = COMMAND.matcher(body);
        if (announced == 0 || !command.matches()) {
            throw stop("A line that was not announced as a command");
        }
        String name = command.group(1).toUpperCase(Locale.ROOT);
        if (WRITING.contains(name)) {
            checkWriting(name, body);
        } else if (!READING.contains(name)) {
            throw stop("The command " + name);
        }
        if ((body.endsWith("}") && !name.equals("APPEND")) || (name.equals("UID FETCH") && body.contains(" BODY["))) {
            throw stop("A form of " + name + " that the pull does not use");
        }
        announced--;
    }

    private void checkWriting(String name, String body) throws CommandForbidden {
        if (commandId == 0 || !body.startsWith("U" + commandId + "-")) {
            throw stop("The command " + name + " without a user's command");
        }
        if (name.equals("UID STORE") && !STORE.matcher(body).matches()) {
            throw stop("A form of UID STORE that sets more than a difference");
        }
        if (name.equals("UID EXPUNGE") && !body.matches("\\S+ UID EXPUNGE [0-9]+")) {
            throw stop("A form of UID EXPUNGE that removes more than one message");
        }
        if (name.equals("APPEND")) {
            if (literal < 0 || !body.matches(".*\\{" + literal + "\\+?}")) {
                throw stop("An APPEND of content that was not announced");
            }
            literalLeft = literal;
            literalEnds = true;
            literal = -1;
        }
        LOG.log(System.Logger.Level.INFO, "User command {0}: {1}", Long.toString(commandId), name);
    }

    private CommandForbidden stop(String what) {
        failure = new CommandForbidden(what + " was stopped: without a user's command nothing is changed");
        return failure;
    }
}
