package io.sluice.amqp.sasl;

import io.sluice.broker.security.Authenticator;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** PLAIN (RFC 4616): user and password as they are. */
final class PlainMechanism implements SaslMechanism {
    private final Authenticator authenticator;
    private final boolean loopback;

    PlainMechanism(Authenticator authenticator, boolean loopback) {
        this.authenticator = authenticator;
        this.loopback = loopback;
    }

    @Override
    public String name() {
        return "PLAIN";
    }

    @Override
    public Exchange begin() {
        return new Exchange() {
            private boolean asked;

            @Override
            public Step next(Optional<byte[]> response) {
                if (response.isEmpty() && !asked) {
                    // RFC 4422 §4.3.1: a client that sends no initial response is asked for it with nothing.
                    asked = true;
                    return new Challenge(new byte[0]);
                }
                return response.map(PlainMechanism.this::verify).orElse(Refused.REFUSED);
            }
        };
    }

    /** {@code [authzid] NUL authcid NUL passwd}. */
    private Step verify(byte[] response) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(response))
                    .toString();
        } catch (CharacterCodingException e) {
            return Refused.REFUSED;
        }
        String[] parts = text.split("\0", -1);
        if (parts.length != 3 || parts[1].isEmpty()) {
            return Refused.REFUSED;
        }
        boolean forItself = parts[0].isEmpty() || parts[0].equals(parts[1]);
        if (!forItself) {
            return Refused.REFUSED;
        }
        return authenticator
                .authenticate(parts[1], parts[2], loopback)
                .<Step>map(principal -> new Accepted(principal, new byte[0]))
                .orElse(Refused.REFUSED);
    }
}
