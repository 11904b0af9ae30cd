package io.sluice.amqp;

import io.sluice.broker.Refusal;
import io.sluice.broker.security.Permissions.Action;
import java.util.Optional;

/** What somebody may do, as permissions are at this moment. Any thread. */
@FunctionalInterface
public interface Access {
    /** Of who may do everything. */
    Access ALL = (action, address) -> Optional.empty();

    /** @return why not; empty where it is allowed */
    Optional<Refusal> refusal(Action action, String address);

    /** The tokens by which it may. The connection's event loop. */
    default TokenRenewal tokens() {
        return TokenRenewal.NONE;
    }

    /** Tells what came of a change that they asked for. Any thread. */
    default void audit(AuditedChange.What what, AuditedChange.Outcome outcome) {}

    /** A queue is theirs alone from now on, and goes with their connection; see {@link #frees}. */
    default void owns(String queue) {
        throw new UnsupportedOperationException("only a connection has queues of its own");
    }

    /** There is no queue of this name, or none that is anybody's. */
    default void frees(String queue) {}

    /**
     * Ends the session by which they ask for what they may not, where that is how their clients learn it. Any thread.
     *
     * @return whether it does: then there is nothing to answer
     */
    default boolean endsSession(Refusal refusal) {
        return false;
    }
}
