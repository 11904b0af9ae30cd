package io.sluice.broker.security;

/** A token that is not taken, and why, for its bearer. */
public final class TokenRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean malformed;

    private TokenRefusedException(String text, boolean malformed) {
        super(text, null, false, false);
        this.malformed = malformed;
    }

    /** It is none: there is no use in getting another one the same way. */
    public static TokenRefusedException malformed(String text) {
        return new TokenRefusedException(text, true);
    }

    /** It is one that does not count here, or not any more. */
    public static TokenRefusedException refused(String text) {
        return new TokenRefusedException(text, false);
    }

    public boolean isMalformed() {
        return malformed;
    }
}
