package org.holdfast.run;

import java.util.OptionalInt;

/** Dovecot as a mail provider; it only receives. */
public final class DovecotMail implements MailProvider {

    private final LocalDovecot dovecot;

    private DovecotMail(LocalDovecot dovecot) {
        this.dovecot = dovecot;
    }

    /** Starts it; ask {@link LocalDovecot#isInstalled} before. */
    public static DovecotMail start() {
        return new DovecotMail(LocalDovecot.start());
    }

    @Override
    public String name() {
        return "Dovecot";
    }

    @Override
    public int imapPort() {
        return dovecot.port();
    }

    @Override
    public OptionalInt smtpPort() {
        return OptionalInt.empty();
    }

    /** Dovecot makes it at the first login. */
    @Override
    public String createMailbox(String address) {
        return LocalDovecot.PASSWORD;
    }

    @Override
    public void close() {
        dovecot.close();
    }
}
