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
 * an argument makes a second line, which was not announced and stays here.
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

    private static final Pattern COMMAND =
            Pattern.compile("[A-Z0-9]{1,16} ((?:UID )?[A-Za-z]+)(?: .*)?", Pattern.DOTALL);
    private static final Pattern RESPONSE = Pattern.compile("[A-Za-z0-9+/=]*");
    private static final int LONGEST = 64 * 1024;

    private final OutputStream out;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private int announced;
    private boolean continuation;
    private CommandForbidden failure;

    CommandGate(OutputStream out) {
        this.out = out;
    }

    /** One more command line may leave. */
    void announceCommand() {
        announced++;
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
        for (int i = offset; i < offset + length; i++) {
            write(bytes[i]);
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
        if (continuation && RESPONSE.matcher(body).matches()) {
            continuation = false;
            return;
        }
        Matcher command = COMMAND.matcher(body);
        if (announced == 0 || !command.matches()) {
            throw stop("A line that was not announced as a command");
        }
        String name = command.group(1).toUpperCase(Locale.ROOT);
        if (!READING.contains(name)) {
            throw stop("The command " + name);
        }
        if (body.endsWith("}") || (name.equals("UID FETCH") && body.contains(" BODY["))) {
            throw stop("A form of " + name + " that the pull does not use");
        }
        announced--;
    }

    private CommandForbidden stop(String what) {
        failure = new CommandForbidden(what + " was stopped: the pull only reads");
        return failure;
    }
}
