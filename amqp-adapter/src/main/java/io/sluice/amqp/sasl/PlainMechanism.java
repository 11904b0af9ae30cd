package io.sluice.amqp.sasl;

import io.sluice.broker.security.Authenticator;
import io.sluice.broker.security.TokenGrant;
import io.sluice.broker.security.TokenRefusedException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** PLAIN (RFC 4616): user and password as they are; or a token in place of the password, and then nobody need say whose it is. */
final class PlainMechanism implements SaslMechanism {
    private final Authenticator authenticator;
    private final boolean loopback;
    private final Optional<TokenLogin> tokens;

    PlainMechanism(Authenticator authenticator, boolean loopback, Optional<TokenLogin> tokens) {
        this.authenticator = authenticator;
        this.loopback = loopback;
        this.tokens = tokens;
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
        boolean token = tokens.isPresent() && parts.length == 3 && TokenLogin.looksLikeOne(parts[2]);
        if (parts.length != 3 || (parts[1].isEmpty() && !token)) {
            return Refused.REFUSED;
        }
        boolean forItself = parts[0].isEmpty() || parts[0].equals(parts[1]);
        if (!forItself) {
            return Refused.REFUSED;
        }
        return token ? byToken(parts[1], parts[2]) : byPassword(parts[1], parts[2]);
    }

    /** What looks like a token may be a password all the same. */
    private Step byToken(String user, String token) {
        try {
            TokenGrant grant = tokens.orElseThrow().verify(user, token);
            return new Accepted(grant.who(), new byte[0], Optional.of(grant));
        } catch (TokenRefusedException e) {
            Step step = user.isEmpty() ? Refused.REFUSED : byPassword(user, token);
            return step instanceof Refused ? new Refused(e.getMessage()) : step;
        }
    }

    private Step byPassword(String user, String password) {
        return authenticator
                .authenticate(user, password, loopback)
                .<Step>map(principal -> new Accepted(principal, new byte[0]))
                .orElse(Refused.REFUSED);
    }
}
