package io.sluice.broker.security;

/** Looks whether a token is genuine and still good. Any thread; may take a fraction of a millisecond, does no I/O. */
@FunctionalInterface
public interface TokenVerifier {
    /**
     * @param token as its bearer sent it
     * @param nowMillis of the wall clock
     * @throws TokenRefusedException it is not; the text is for the bearer and holds nothing of a key
     */
    TokenGrant verify(String token, long nowMillis) throws TokenRefusedException;
}
