package io.sluice.broker.security;

import java.util.Objects;
import java.util.Optional;

/**
 * What a token that was verified is good for. Immutable, any thread.
 *
 * @param who the bearer
 * @param permissions what the token itself allows; empty: what the bearer may do as a user of the broker
 * @param audience what it was made out for, as the token has it; empty: the broker as a whole
 * @param expiresAtMillis when it ends, of the wall clock
 * @param byOwnKey whether a key of the broker's own has made it: then a bearer who is no user may do everything. One that somebody else has
 *     issued gives such a bearer nothing but what it says itself
 */
public record TokenGrant(
        Principal who,
        Optional<Permissions> permissions,
        Optional<String> audience,
        long expiresAtMillis,
        boolean byOwnKey) {
    /** Of somebody else's. */
    public TokenGrant(
            Principal who, Optional<Permissions> permissions, Optional<String> audience, long expiresAtMillis) {
        this(who, permissions, audience, expiresAtMillis, false);
    }

    /** The same of somebody else. */
    public TokenGrant withWho(Principal other) {
        return new TokenGrant(other, permissions, audience, expiresAtMillis, byOwnKey);
    }

    public TokenGrant {
        Objects.requireNonNull(who, "who");
        Objects.requireNonNull(permissions, "permissions");
        Objects.requireNonNull(audience, "audience");
    }
}
