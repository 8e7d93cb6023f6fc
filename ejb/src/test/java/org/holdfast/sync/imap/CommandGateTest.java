package org.holdfast.sync.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.holdfast.sync.failure.CommandForbidden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandGateTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final CommandGate gate = new CommandGate(out);

    private void send(String line) throws Exception {
        gate.announceCommand();
        gate.write(line.getBytes(StandardCharsets.ISO_8859_1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "A1 UID STORE 1 +FLAGS (\\Seen)\r\n",
                "A1 STORE 1 FLAGS ()\r\n",
                "A1 EXPUNGE\r\n",
                "A1 UID EXPUNGE 1\r\n",
                "A1 APPEND INBOX {3+}\r\n",
                "A1 UID MOVE 1 Trash\r\n",
                "A1 UID COPY 1 Trash\r\n",
                "A1 DELETE INBOX\r\n",
                "A1 CREATE x\r\n",
                "A1 RENAME a b\r\n",
                "A1 SELECT INBOX\r\n",
                "A1 CLOSE\r\n",
                "A1 SUBSCRIBE x\r\n",
                "A1 SETMETADATA x\r\n",
                "a1 uid store 1 flags ()\r\n",
                "A1 UID FETCH 1 (UID BODY[])\r\n",
                "A1 NOOP\n",
                "A1 NOOP\rA2 EXPUNGE\r\n",
                "A1 LOGIN a {3+}\r\n",
                "EXPUNGE\r\n",
                "\r\n",
                "A1 \0NOOP\r\n"
            })
    void whatCouldChangeAnythingStays(String line) {
        assertThatThrownBy(() -> send(line)).isInstanceOf(CommandForbidden.class);
        assertThat(out.size()).isZero();
        assertThatThrownBy(() -> send("A2 NOOP\r\n")).isInstanceOf(CommandForbidden.class);
    }

    @Test
    void readingCommandsLeaveOnceEach() throws Exception {
        send("A1 UID FETCH 1:5 (UID FLAGS BODY.PEEK[])\r\n");
        send("A2 EXAMINE \"INBOX\" (CONDSTORE)\r\n");
        assertThat(out.toString(StandardCharsets.US_ASCII))
                .contains("A1 UID FETCH")
                .contains("A2 EXAMINE");
        assertThatThrownBy(() -> gate.write("A3 NOOP\r\n".getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOf(CommandForbidden.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "U7-1 SELECT \"INBOX\"\r\n",
                "U7-1 UID STORE 5 +FLAGS.SILENT (\\Seen)\r\n",
                "U7-1 UID STORE 5 (UNCHANGEDSINCE 12) -FLAGS.SILENT ($Work)\r\n",
                "U7-1 UID COPY 5 \"Junk\"\r\n",
                "U7-1 UID MOVE 5 \"Junk\"\r\n",
                "U7-1 UID EXPUNGE 5\r\n",
                "U7-1 CREATE \"x\"\r\n",
                "U7-1 RENAME \"a\" \"b\"\r\n",
                "U7-1 SUBSCRIBE \"x\"\r\n"
            })
    void changingCommandsLeaveOnlyWithinTheUsersCommandWhoseIdTheyCarry(String line) throws Exception {
        gate.begin(7);
        send(line);
        assertThat(out.toString(StandardCharsets.US_ASCII)).isEqualTo(line);
        assertThatThrownBy(() -> send(line.replace("U7-", "U8-"))).isInstanceOf(CommandForbidden.class);
        CommandGate ended = new CommandGate(out);
        ended.begin(7);
        ended.end();
        ended.announceCommand();
        assertThatThrownBy(() -> ended.write(line.getBytes(StandardCharsets.ISO_8859_1)))
                .isInstanceOf(CommandForbidden.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "U7-1 EXPUNGE\r\n",
                "U7-1 CLOSE\r\n",
                "U7-1 DELETE \"x\"\r\n",
                "U7-1 STORE 5 +FLAGS (\\Deleted)\r\n",
                "U7-1 UID STORE 5 FLAGS ()\r\n",
                "U7-1 UID STORE 1:5 +FLAGS (\\Deleted)\r\n",
                "U7-1 UID STORE * +FLAGS (\\Deleted)\r\n",
                "U7-1 UID EXPUNGE 1:*\r\n",
                "U7-1 UID EXPUNGE 1,2\r\n",
                "U7-1 APPEND \"Drafts\" () {3+}\r\n",
                "U7-1 UID MOVE 5 \"a\"\r\nU7-2 EXPUNGE\r\n"
            })
    void nothingThatReachesMoreThanWasNamedLeavesEvenWithinAUsersCommand(String line) {
        gate.begin(7);
        assertThatThrownBy(() -> send(line)).isInstanceOf(CommandForbidden.class);
        assertThat(out.toString(StandardCharsets.US_ASCII)).doesNotContain("EXPUNGE");
    }
}
