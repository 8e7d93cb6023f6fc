package org.holdfast.sync.smtp;

import java.io.IOException;
import java.io.InputStream;

/**
 * What a server has to be able to take.
 *
 * @param size in bytes as sent, every line ended by CR LF, before dot-stuffing
 * @param longestLine in bytes without its end
 * @param eightBit whether there is a byte beyond ASCII
 * @param eightBitHeader whether the header has one
 */
record MessageShape(long size, int longestLine, boolean eightBit, boolean eightBitHeader) {

    static MessageShape of(SmtpContent content) throws IOException {
        Reader reader = new Reader();
        byte[] chunk = new byte[16 * 1024];
        try (InputStream in = content.open()) {
            for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                for (int i = 0; i < count; i++) {
                    reader.step(chunk[i]);
                }
            }
        }
        return reader.shape();
    }

    private static final class Reader {

        private long size;
        private int line;
        private int longest;
        private boolean eightBit;
        private boolean eightBitHeader;
        private boolean header = true;
        private boolean afterReturn;

        void step(byte b) {
            if (b == '\r' || (b == '\n' && !afterReturn)) {
                header &= line > 0;
                size += 2;
                line = 0;
            } else if (b != '\n') {
                size++;
                longest = Math.max(longest, ++line);
                eightBit |= b < 0;
                eightBitHeader |= header && b < 0;
            }
            afterReturn = b == '\r';
        }

        MessageShape shape() {
            return new MessageShape(line > 0 ? size + 2 : size, longest, eightBit, eightBitHeader);
        }
    }
}
