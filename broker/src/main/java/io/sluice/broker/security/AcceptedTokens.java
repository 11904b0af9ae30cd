package io.sluice.broker.security;

import java.util.Objects;
import java.util.Optional;

/**
 * Which tokens are taken in place of passwords. Immutable, any thread.
 *
 * @param jwt for JSON Web Tokens; empty: none are taken
 * @param sas for shared access signatures; empty: none are taken
 * @param claims whether peers may come without credentials and put tokens to {@code $cbs}
 * @param claimsTimeoutMillis how long one of those may have no token that is good
 */
public record AcceptedTokens(
        Optional<TokenVerifier> jwt, Optional<TokenVerifier> sas, boolean claims, int claimsTimeoutMillis) {
    public static final int DEFAULT_CLAIMS_TIMEOUT_MILLIS = 20_000;

    public static final AcceptedTokens NONE =
            new AcceptedTokens(Optional.empty(), Optional.empty(), false, DEFAULT_CLAIMS_TIMEOUT_MILLIS);

    public AcceptedTokens {
        Objects.requireNonNull(jwt, "jwt");
        Objects.requireNonNull(sas, "sas");
    }
}
