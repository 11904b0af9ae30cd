package io.sluice.amqp.sasl;

import io.sluice.broker.port.Clock;
import io.sluice.broker.security.Authenticator;
import io.sluice.broker.security.TokenGrant;
import io.sluice.broker.security.TokenRefusedException;
import io.sluice.broker.security.TokenVerifier;

/**
 * Logs a peer in by a JSON Web Token.
 *
 * @param clock wall clock
 * @param users know whom a name means
 */
record TokenLogin(TokenVerifier tokens, Clock clock, Authenticator users) {
    /** @param user whom the peer says it is; "" where it leaves that to the token */
    TokenGrant verify(String user, String token) throws TokenRefusedException {
        TokenGrant grant = tokens.verify(token.trim(), clock.millis());
        if (!user.isEmpty() && !user.equals(grant.who().name())) {
            throw TokenRefusedException.refused(
                    "the token is of user '" + grant.who().name() + "', and the peer says it is '" + user + "'");
        }
        return grant.withWho(users.named(grant.who().name()));
    }

    /** Three parts, the first of which is JSON in base64. */
    static boolean looksLikeOne(String password) {
        return password.startsWith("eyJ")
                && password.chars().filter(c -> c == '.').count() == 2;
    }
}
