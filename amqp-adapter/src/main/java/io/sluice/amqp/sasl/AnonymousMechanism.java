package io.sluice.amqp.sasl;

import io.sluice.broker.security.Principal;
import java.util.Optional;

/** ANONYMOUS (RFC 4505): offered only where a peer without credentials is welcome. What it says of itself is not looked at. */
final class AnonymousMechanism implements SaslMechanism, SaslMechanism.Exchange {
    @Override
    public String name() {
        return "ANONYMOUS";
    }

    @Override
    public boolean isForUsers() {
        return false;
    }

    @Override
    public Exchange begin() {
        return this;
    }

    @Override
    public Step next(Optional<byte[]> response) {
        return new Accepted(Principal.ANONYMOUS, new byte[0]);
    }
}
