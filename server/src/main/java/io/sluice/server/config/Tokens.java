package io.sluice.server.config;

import io.sluice.broker.security.Permissions;
import java.util.List;

/**
 * The section {@code security.tokens}: tokens that are taken in place of passwords.
 *
 * @param cbs whether peers may come without credentials and put tokens to {@code $cbs}
 * @param cbsTimeoutMillis how long one of those may have no token that is good
 * @param sasKeys of shared access signatures
 * @param jwt of JSON Web Tokens
 */
public record Tokens(boolean cbs, int cbsTimeoutMillis, List<SasKey> sasKeys, Jwt jwt) {
    public Tokens {
        sasKeys = List.copyOf(sasKeys);
    }

    /**
     * @param key its characters, as clients have it in their connection strings
     * @param user whom its bearers act for
     */
    public record SasKey(String name, String key, String user) {
        @Override
        public String toString() {
            return "SasKey[" + name + "]";
        }
    }

    /**
     * @param keysFile public keys of who issues them, a JSON Web Key Set or PEM; empty: none are taken
     * @param issuer as a token has to name it
     * @param audience as a token has to name it
     * @param userClaim who the bearer is
     * @param scopeClaim what it may; counts where there are {@link #scopes}
     * @param scopes empty: permissions are those of the user
     * @param clockSkewSeconds by how much the issuer's clock may be another
     * @param reloadCheckMillis how often the file is looked at; 0 for never
     */
    public record Jwt(
            String keysFile,
            String issuer,
            String audience,
            String userClaim,
            String scopeClaim,
            List<Scope> scopes,
            int clockSkewSeconds,
            int reloadCheckMillis) {
        public Jwt {
            scopes = List.copyOf(scopes);
        }

        public boolean isOn() {
            return !keysFile.isEmpty();
        }
    }

    /** What who has a scope of this name may do. */
    public record Scope(String name, Permissions permissions) {}
}
