package io.sluice.amqp.sasl;

import io.sluice.broker.security.Principal;
import java.util.Optional;

/**
 * ANONYMOUS (RFC 4505): offered only where a peer without credentials is welcome, or one that puts tokens. What it says of itself is not looked
 * at. Some clients of the latter kind call it MSSBCBS.
 */
final class AnonymousMechanism implements SaslMechanism, SaslMechanism.Exchange {
    private final String name;
    private final boolean forClaims;

    private AnonymousMechanism(String name, boolean forClaims) {
        this.name = name;
        this.forClaims = forClaims;
    }

    /** @param forClaims the peer may do nothing before it has put a token */
    static AnonymousMechanism anonymous(boolean forClaims) {
        return new AnonymousMechanism("ANONYMOUS", forClaims);
    }

    static AnonymousMechanism ofServiceBus() {
        return new AnonymousMechanism("MSSBCBS", true);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean isForUsers() {
        return false;
    }

    @Override
    public boolean isForClaims() {
        return forClaims;
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
