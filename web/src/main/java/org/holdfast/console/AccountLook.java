package org.holdfast.console;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Named;
import org.holdfast.plan.Allowance;

/** Tones and numbers of the account pages. */
@Named
@ApplicationScoped
public class AccountLook {

    public Tone getGood() {
        return Tone.GOOD;
    }

    public Tone getWarning() {
        return Tone.WARNING;
    }

    public Tone getWaiting() {
        return Tone.WAITING;
    }

    public Tone getBad() {
        return Tone.BAD;
    }

    /** Of a legal hold in force. */
    public Tone getHeld() {
        return Tone.NOTICE;
    }

    /** A limit in words. */
    public String limit(Allowance allowance, String unlimited) {
        return allowance.count().isPresent()
                ? Integer.toString(allowance.count().getAsInt())
                : unlimited;
    }
}
