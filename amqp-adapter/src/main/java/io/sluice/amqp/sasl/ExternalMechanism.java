package io.sluice.amqp.sasl;

import io.sluice.broker.security.Authenticator;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** EXTERNAL (RFC 4422 appendix A): the peer is who its TLS certificate says; offered only to peers that have shown one. */
final class ExternalMechanism implements SaslMechanism {
    private final String certified;
    private final Authenticator users;

    /** @param users know whom a name means */
    ExternalMechanism(String certified, Authenticator users) {
        this.certified = certified;
        this.users = users;
    }

    @Override
    public String name() {
        return "EXTERNAL";
    }

    @Override
    public boolean isForUsers() {
        return false;
    }

    @Override
    public Exchange begin() {
        return new Exchange() {
            private boolean asked;

            @Override
            public Step next(Optional<byte[]> response) {
                if (response.isEmpty() && !asked) {
                    asked = true;
                    return new Challenge(new byte[0]);
                }
                return response.map(ExternalMechanism.this::verify).orElse(Refused.REFUSED);
            }
        };
    }

    /** It may name whom it wants to act for: nobody but itself. */
    private Step verify(byte[] response) {
        String authorizeAs = new String(response, StandardCharsets.UTF_8);
        return authorizeAs.isEmpty() || authorizeAs.equals(certified)
                ? new Accepted(users.named(certified), new byte[0])
                : Refused.REFUSED;
    }
}
