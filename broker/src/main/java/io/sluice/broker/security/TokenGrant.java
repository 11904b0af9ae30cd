package io.sluice.broker.security;

import java.util.Objects;
import java.util.Optional;

/**
 * What a token that was verified is good for. Immutable, any thread.
 *
 * @param who the bearer
 * @param permissions what the token itself allows; empty: what the bearer may do as a user
 * @param audience what it was made out for, as the token has it; empty: the broker as a whole
 * @param expiresAtMillis when it ends, of the wall clock
 */
public record TokenGrant(
        Principal who, Optional<Permissions> permissions, Optional<String> audience, long expiresAtMillis) {
    public TokenGrant {
        Objects.requireNonNull(who, "who");
        Objects.requireNonNull(permissions, "permissions");
        Objects.requireNonNull(audience, "audience");
    }
}
