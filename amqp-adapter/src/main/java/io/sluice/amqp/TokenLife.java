package io.sluice.amqp;

import io.sluice.broker.Refusal;
import io.sluice.broker.Refusal.Kind;
import java.util.Optional;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Receiver;

/** What becomes of a connection and its links when tokens end, change, or do not come. The connection's event loop. */
final class TokenLife {
    private static final long NOT_WAITING = -1;

    private final ConnectionScope scope;
    private final PeerTokens tokens;
    private long waitsSinceMillis = NOT_WAITING;

    TokenLife(ConnectionScope scope) {
        this.scope = scope;
        this.tokens = scope.access().claims();
        tokens.onChange(() -> scope.calls().whenItsTurnComes(this::detachUnallowed));
    }

    /** @return why the connection is over */
    Optional<ErrorCondition> tick(long nowMillis) {
        if (tokens.expire()) {
            return Optional.of(Conditions.of(
                    Kind.UNAUTHORIZED,
                    "the token that user '" + scope.principal().name() + "' logged in with has expired"));
        }
        if (!tokens.awaits()) {
            waitsSinceMillis = NOT_WAITING;
            return Optional.empty();
        }
        if (waitsSinceMillis == NOT_WAITING) {
            waitsSinceMillis = nowMillis;
        }
        int limitMillis = scope.environment().authenticator().tokens().claimsTimeoutMillis();
        return nowMillis - waitsSinceMillis < limitMillis
                ? Optional.empty()
                : Optional.of(Conditions.of(
                        Kind.UNAUTHORIZED,
                        "no token was put to " + ClaimsNode.ADDRESS + " within " + limitMillis + " ms"));
    }

    private void detachUnallowed() {
        scope.eachEndpoint(endpoint -> {
            Optional<Refusal> refusal = scope.access().refusal(endpoint.link()).or(endpoint::refusal);
            refusal.ifPresent(why -> endpoint.close(Conditions.of(why)));
        });
        scope.calls().turnEnded();
    }

    /** What the peer's end of a link names; "" where that is nothing. */
    static String address(Link link) {
        Object terminus = link instanceof Receiver ? link.getRemoteTarget() : link.getRemoteSource();
        String address = null;
        if (terminus instanceof Target target) {
            address = target.getAddress();
        } else if (terminus instanceof Source source) {
            address = source.getAddress();
        }
        return address == null ? "" : address;
    }
}
