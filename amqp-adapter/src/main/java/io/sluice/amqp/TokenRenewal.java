package io.sluice.amqp;

import io.sluice.broker.Refusal;
import io.sluice.broker.Refusal.Kind;
import java.util.Optional;

/** Tokens that a peer shows while it is connected. The connection's event loop. */
public interface TokenRenewal {
    /** Of peers that did not log in with one. */
    TokenRenewal NONE = token -> Optional.of(Refusal.of(
            Kind.PRECONDITION_FAILED, "the connection did not log in with a token, so there is none to renew"));

    /**
     * Takes a JSON Web Token in place of the one the peer logged in with, for all of its connection: its end and what it allows count from now
     * on. A link that it does not allow any more is detached.
     *
     * @return why it is not taken, which leaves everything as it was: {@code PRECONDITION_FAILED} where the peer logged in otherwise, {@code
     *     INVALID_FIELD} where it is no token, {@code UNAUTHORIZED} where it does not count or is another user's
     */
    Optional<Refusal> renew(String token);
}
