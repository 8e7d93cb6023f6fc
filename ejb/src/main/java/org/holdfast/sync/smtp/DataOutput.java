package org.holdfast.sync.smtp;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Content on its way after DATA: every line end becomes CR LF, a leading dot is doubled (RFC 5321 section
 * 4.5.2), so that nothing in a message can end it and begin another.
 */
final class DataOutput extends FilterOutputStream {

    private static final byte[] END_OF_LINE = {'\r', '\n'};

    private boolean atLineStart = true;
    private boolean afterReturn;

    DataOutput(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int b) throws IOException {
        if (b == '\r' || (b == '\n' && !afterReturn)) {
            out.write(END_OF_LINE);
            atLineStart = true;
        } else if (b != '\n') {
            if (atLineStart && b == '.') {
                out.write('.');
            }
            out.write(b);
            atLineStart = false;
        }
        afterReturn = b == '\r';
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        for (int i = offset; i < offset + length; i++) {
            write(bytes[i]);
        }
    }

    /** Ends the last line and hands everything over; the final dot is still to come. */
    void endContent() throws IOException {
        if (!atLineStart) {
            out.write(END_OF_LINE);
            atLineStart = true;
        }
        out.flush();
    }

    /** After this the message may be delivered. */
    void finalDot() throws IOException {
        out.write(".\r\n".getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }
}
