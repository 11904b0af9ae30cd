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
}
