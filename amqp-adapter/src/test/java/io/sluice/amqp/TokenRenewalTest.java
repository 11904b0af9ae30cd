package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Message;
import io.sluice.broker.NamePattern;
import io.sluice.broker.Refusal;
import io.sluice.broker.security.AcceptedTokens;
import io.sluice.broker.security.Permissions;
import io.sluice.broker.security.Permissions.Action;
import io.sluice.broker.security.Principal;
import io.sluice.broker.security.TokenGrant;
import io.sluice.broker.security.TokenRefusedException;
import io.sluice.broker.security.TokenVerifier;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.security.SaslInit;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Open;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A connection that was logged in by a token, and what a later token makes of it. */
class TokenRenewalTest {
    private static final Symbol UNAUTHORIZED = Symbol.valueOf("amqp:unauthorized-access");

    private final TestBroker broker = new TestBroker();
    private TestPeer peer;
    private Access access;

    /** {@code user:queue:seconds}: who may send to which queue, and for how long; without a queue it does not say what he may. */
    private static final TokenVerifier JWT = (token, nowMillis) -> {
        String[] parts = token.split(":");
        if (parts.length != 3) {
            throw TokenRefusedException.malformed("no token");
        }
        if (parts[2].equals("0")) {
            throw TokenRefusedException.refused("the token has expired");
        }
        return new TokenGrant(
                new Principal(parts[0]),
                parts[1].isEmpty()
                        ? Optional.empty()
                        : Optional.of(new Permissions(Map.of(Action.SEND, List.of(new NamePattern(parts[1]))))),
                Optional.empty(),
                nowMillis + Long.parseLong(parts[2]) * 1000);
    };

    @BeforeEach
    void set() {
        broker.anonymous = false;
        broker.tokens = new AcceptedTokens(Optional.of(JWT), Optional.empty(), false, 1000);
        broker.nodes.put("$node", new LocalNode() {
            @Override
            public void request(Message request, String replyTo, Consumer<Message> reply) {
                throw new AssertionError("asked without saying what the peer may do");
            }

            @Override
            public void request(Message request, String replyTo, Access asker, Consumer<Message> reply) {
                access = asker;
            }
        });
    }

    private void login(String mechanism, String response) {
        peer = new TestPeer(broker);
        peer.bytes(TestPeer.SASL);
        SaslInit init = new SaslInit();
        init.setMechanism(Symbol.valueOf(mechanism));
        init.setInitialResponse(new Binary(response.getBytes(StandardCharsets.UTF_8)));
        peer.sasl(init);
        peer.bytes(TestPeer.AMQP);
        peer.send(0, TestPeer.openFrame());
        peer.nextOf(Open.class);
        peer.send(0, TestPeer.begin());
        peer.expect(Begin.class);
        // What a node of the broker is given with a request.
        peer.attachSender(0, "asks", "$node");
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.message("x"));
        peer.settle();
        assertTrue(access != null, "the node was not asked");
    }

    private void loginByToken(String token) {
        login("OAUTHBEARER", "n,,\1auth=Bearer " + token + "\1\1");
    }

    private void advance(long millis) {
        broker.advance(millis);
        peer.connection.tick(broker.nowMillis);
        peer.settle();
    }

    private long count(Class<?> kind) {
        return peer.frames.stream()
                .filter(frame -> kind.isInstance(frame.body()))
                .count();
    }

    @Test
    void whenTheTokenIsOverSoIsTheConnection() {
        loginByToken("anna:q:30");
        peer.send(0, TestPeer.sender(1, "s", "q"));
        advance(29_999);
        assertEquals(0, count(Close.class));
        advance(1);
        Close close = peer.nextOf(Close.class);
        assertEquals(UNAUTHORIZED, close.getError().getCondition());
        assertEquals(
                "the token that user 'anna' logged in with has expired",
                close.getError().getDescription());
    }

    @Test
    void anotherTokenOfTheUserTakesItsPlace() {
        loginByToken("anna:q:30");
        peer.send(0, TestPeer.sender(1, "s", "q"));
        advance(29_000);
        assertEquals(Optional.empty(), access.tokens().renew("anna:q:30"));
        advance(29_999);
        assertEquals(0, count(Close.class));
        assertEquals(0, count(Detach.class));
        advance(1);
        assertEquals(1, count(Close.class));
    }

    @Test
    void linksThatItDoesNotAllowAreDetached() {
        loginByToken("anna:q:30");
        peer.send(0, TestPeer.sender(1, "s", "q"));
        peer.nextOf(Attach.class);
        assertEquals(Optional.empty(), access.tokens().renew("anna:auto.r:30"));
        peer.settle();
        Detach detach = peer.nextOf(Detach.class);
        assertEquals(UNAUTHORIZED, detach.getError().getCondition());
        assertEquals("user 'anna' may not send to 'q'", detach.getError().getDescription());
        assertEquals(0, count(Close.class));
    }

    @Test
    void whereTheTokenSaysNothingOfRightsItsBearerHasThoseOfAUserOrNone() {
        broker.users = "anna"::equals;
        loginByToken("anna::30");
        peer.send(0, TestPeer.sender(1, "s", "q"));
        peer.nextOf(Attach.class);
        assertEquals(0, count(Detach.class));
        // From here on she is none.
        broker.users = name -> false;
        peer.send(0, TestPeer.sender(2, "t", "q"));
        assertEquals(
                "user 'anna' may not send to 'q'",
                peer.nextOf(Detach.class).getError().getDescription());

        loginByToken("berta::30");
        peer.send(0, TestPeer.sender(1, "s", "q"));
        Detach detach = peer.nextOf(Detach.class);
        assertEquals(UNAUTHORIZED, detach.getError().getCondition());
        assertEquals("user 'berta' may not send to 'q'", detach.getError().getDescription());
    }

    @Test
    void whatIsNotTakenLeavesEverythingAsItWas() {
        loginByToken("anna:q:30");
        refused(Refusal.Kind.INVALID_FIELD, "no token", access.tokens().renew("x"));
        refused(
                Refusal.Kind.UNAUTHORIZED,
                "the token has expired",
                access.tokens().renew("anna:q:0"));
        refused(
                Refusal.Kind.UNAUTHORIZED,
                "the token is of user 'berta', and the connection of 'anna'",
                access.tokens().renew("berta:q:60"));
        advance(30_000);
        assertEquals(1, count(Close.class));
    }

    @Test
    void whoLoggedInOtherwiseHasNoneToRenew() {
        login("PLAIN", "\0anna\0secret");
        refused(
                Refusal.Kind.PRECONDITION_FAILED,
                "the connection did not log in with a token, so there is none to renew",
                access.tokens().renew("anna:q:30"));
    }

    private static void refused(Refusal.Kind kind, String text, Optional<Refusal> refusal) {
        assertEquals(kind, refusal.orElseThrow().kind());
        assertEquals(text, refusal.get().text());
    }
}
