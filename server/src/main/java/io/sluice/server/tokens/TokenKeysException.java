package io.sluice.server.tokens;

/** A file with keys for tokens that cannot be used. */
public final class TokenKeysException extends Exception {
    private static final long serialVersionUID = 1L;

    TokenKeysException(Object file, String text, Throwable cause) {
        super(file + ": " + text, cause);
    }
}
