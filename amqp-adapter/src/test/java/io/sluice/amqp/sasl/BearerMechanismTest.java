package io.sluice.amqp.sasl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.sluice.broker.security.AcceptedTokens;
import io.sluice.broker.security.Authenticator;
import io.sluice.broker.security.Principal;
import io.sluice.broker.security.TokenGrant;
import io.sluice.broker.security.TokenRefusedException;
import io.sluice.broker.security.TokenVerifier;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** OAUTHBEARER (RFC 7628), XOAUTH2, and tokens in the place of a password. */
class BearerMechanismTest {
    private static final String TOKEN = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm5hIn0.c2ln";
    private static final TokenGrant GRANT =
            new TokenGrant(new Principal("anna"), Optional.empty(), Optional.empty(), 5_000);
    private static final TokenVerifier TOKENS = (token, nowMillis) -> {
        if (!token.equals(TOKEN)) {
            throw TokenRefusedException.refused("another token");
        }
        return GRANT;
    };

    private static SaslMechanism.Exchange begin(BearerMechanism.Form form) {
        return new BearerMechanism(form, new TokenLogin(TOKENS, () -> 1_000, new Broker())).begin();
    }

    private static Optional<byte[]> bytes(String text) {
        return Optional.of(text.replace('^', '\u0001').getBytes(StandardCharsets.UTF_8));
    }

    private static SaslMechanism.Step next(BearerMechanism.Form form, String message) {
        return begin(form).next(bytes(message));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "n,,^auth=Bearer " + TOKEN + "^^",
                "y,,^auth=bearer " + TOKEN + "^^",
                "n,a=anna,^host=broker.example^port=5671^auth=Bearer " + TOKEN + "^^",
            })
    void whoSendsATokenIsItsBearer(String message) {
        SaslMechanism.Accepted accepted =
                assertInstanceOf(SaslMechanism.Accepted.class, next(BearerMechanism.Form.OAUTHBEARER, message));
        assertEquals(new Principal("anna"), accepted.principal());
        assertEquals(Optional.of(GRANT), accepted.token());
        assertArrayEquals(new byte[0], accepted.additionalData());
    }

    /** RFC 7628 §3.2.2: the error is a challenge, and the negotiation fails behind it. */
    @Test
    void whyATokenIsNotTakenIsSaidInJson() {
        SaslMechanism.Exchange exchange = begin(BearerMechanism.Form.OAUTHBEARER);
        SaslMechanism.Challenge challenge =
                assertInstanceOf(SaslMechanism.Challenge.class, exchange.next(bytes("n,,^auth=Bearer other^^")));
        assertEquals("{\"status\":\"invalid_token\"}", new String(challenge.bytes(), StandardCharsets.UTF_8));
        SaslMechanism.Refused refused = assertInstanceOf(SaslMechanism.Refused.class, exchange.next(bytes("^")));
        assertEquals("another token", refused.why());
    }

    @Test
    void afterAnErrorAGoodTokenIsTooLate() {
        SaslMechanism.Exchange exchange = begin(BearerMechanism.Form.OAUTHBEARER);
        exchange.next(bytes("n,,^auth=Bearer other^^"));
        assertInstanceOf(SaslMechanism.Refused.class, exchange.next(bytes("n,,^auth=Bearer " + TOKEN + "^^")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "n,,",
                "^auth=Bearer " + TOKEN + "^^",
                "n,,^auth=Bearer " + TOKEN + "^",
                "n,,^auth=Basic " + TOKEN + "^^",
                "p=tls-unique,,^auth=Bearer " + TOKEN + "^^",
                "n,b=anna,^auth=Bearer " + TOKEN + "^^",
                "user=anna^auth=Bearer " + TOKEN + "^^"
            })
    void whatIsNotOfItsFormIsSaidToBeNone(String message) {
        SaslMechanism.Challenge challenge =
                assertInstanceOf(SaslMechanism.Challenge.class, next(BearerMechanism.Form.OAUTHBEARER, message));
        assertEquals("{\"status\":\"invalid_request\"}", new String(challenge.bytes(), StandardCharsets.UTF_8));
    }

    @Test
    void nobodyActsForAnother() {
        assertInstanceOf(
                SaslMechanism.Challenge.class,
                next(BearerMechanism.Form.OAUTHBEARER, "n,a=berta,^auth=Bearer " + TOKEN + "^^"));
        assertInstanceOf(
                SaslMechanism.Challenge.class,
                next(BearerMechanism.Form.XOAUTH2, "user=berta^auth=Bearer " + TOKEN + "^^"));
    }

    @Test
    void theOlderFormNamesTheUserFirst() {
        assertInstanceOf(
                SaslMechanism.Accepted.class,
                next(BearerMechanism.Form.XOAUTH2, "user=anna^auth=Bearer " + TOKEN + "^^"));
        assertInstanceOf(
                SaslMechanism.Accepted.class, next(BearerMechanism.Form.XOAUTH2, "user=^auth=Bearer " + TOKEN + "^^"));
        SaslMechanism.Challenge challenge = assertInstanceOf(
                SaslMechanism.Challenge.class, next(BearerMechanism.Form.XOAUTH2, "user=anna^auth=Bearer x^^"));
        assertEquals(
                "{\"status\":\"401\",\"schemes\":\"bearer\"}", new String(challenge.bytes(), StandardCharsets.UTF_8));
    }

    @Test
    void whoSendsNothingAtFirstIsAsked() {
        SaslMechanism.Exchange exchange = begin(BearerMechanism.Form.OAUTHBEARER);
        assertArrayEquals(
                new byte[0],
                assertInstanceOf(SaslMechanism.Challenge.class, exchange.next(Optional.empty()))
                        .bytes());
        assertInstanceOf(SaslMechanism.Accepted.class, exchange.next(bytes("n,,^auth=Bearer " + TOKEN + "^^")));
    }

    /** A broker where the password of anna is "secret". */
    private static final class Broker implements Authenticator {
        @Override
        public boolean anonymousAllowed(boolean loopback) {
            return false;
        }

        @Override
        public Optional<Principal> authenticate(String user, String password, boolean loopback) {
            return user.equals("anna") && password.equals("secret")
                    ? Optional.of(new Principal("anna"))
                    : Optional.empty();
        }

        @Override
        public AcceptedTokens tokens() {
            return new AcceptedTokens(Optional.of(TOKENS), Optional.empty(), false, 1000);
        }
    }

    @Test
    void theyAreOfferedWhereNobodyCanReadThem() {
        assertEquals(
                List.of("OAUTHBEARER", "XOAUTH2", "PLAIN"),
                List.of(new SaslNegotiation(new Broker(), LoginHosts.NONE, PeerSecurity.plain(true), () -> 0)
                        .mechanisms()));
        assertEquals(
                List.of("PLAIN"),
                List.of(new SaslNegotiation(new Broker(), LoginHosts.NONE, PeerSecurity.plain(false), () -> 0)
                        .mechanisms()));
    }

    @Test
    void aTokenMayComeAsPassword() {
        SaslMechanism plain =
                new PlainMechanism(new Broker(), true, Optional.of(new TokenLogin(TOKENS, () -> 1_000, new Broker())));
        for (String user : new String[] {"", "anna"}) {
            SaslMechanism.Accepted accepted = assertInstanceOf(
                    SaslMechanism.Accepted.class,
                    plain.begin().next(Optional.of(("\0" + user + "\0" + TOKEN).getBytes(StandardCharsets.UTF_8))));
            assertEquals(Optional.of(GRANT), accepted.token());
        }
        assertInstanceOf(SaslMechanism.Refused.class, plain.begin().next(bytes("\0berta\0" + TOKEN)));
        assertInstanceOf(SaslMechanism.Refused.class, plain.begin().next(bytes("\0\0secret")));
        assertEquals(
                Optional.empty(),
                assertInstanceOf(SaslMechanism.Accepted.class, plain.begin().next(bytes("\0anna\0secret")))
                        .token());
    }
}
