package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.amqp.token.SasKeys;
import io.sluice.amqp.token.SasTokens;
import io.sluice.broker.NamePattern;
import io.sluice.broker.security.AcceptedTokens;
import io.sluice.broker.security.Permissions;
import io.sluice.broker.security.Permissions.Action;
import io.sluice.broker.security.Principal;
import io.sluice.broker.security.TokenGrant;
import io.sluice.broker.security.TokenRefusedException;
import io.sluice.broker.security.TokenVerifier;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Section;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.security.SaslInit;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Open;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Claims based security: a peer without credentials puts tokens to {@code $cbs}, and lives by them. */
class ClaimsTest {
    private static final String SAS = "servicebus.windows.net:sastoken";
    private static final Symbol UNAUTHORIZED = Symbol.valueOf("amqp:unauthorized-access");
    /** Our handle of the first link behind those to the node for tokens. */
    private static final int THIRD = 2;

    private static final int LIMIT_MILLIS = 20_000;

    private final TestBroker broker = new TestBroker();
    private TestPeer peer;
    private int sent;

    /** Tokens that are the user's name, and the seconds they are good for; of clerk they say nothing else. */
    private static final TokenVerifier JWT = (token, nowMillis) -> {
        String[] parts = token.split(":");
        if (parts.length != 2) {
            throw TokenRefusedException.malformed("no token");
        }
        return new TokenGrant(
                new Principal(parts[0]),
                parts[0].equals("clerk")
                        ? Optional.empty()
                        : Optional.of(new Permissions(Map.of(Action.SEND, List.of(new NamePattern(parts[0]))))),
                Optional.empty(),
                nowMillis + Long.parseLong(parts[1]) * 1000);
    };

    @BeforeEach
    void set() {
        broker.anonymous = false;
        broker.tokens = new AcceptedTokens(
                Optional.of(JWT),
                Optional.of(new SasKeys(Map.of("root", new SasKeys.Key("key", "anna")))),
                true,
                LIMIT_MILLIS);
        peer = begun("ANONYMOUS");
    }

    private TestPeer begun(String mechanism) {
        TestPeer opened = new TestPeer(broker);
        opened.bytes(TestPeer.SASL);
        SaslInit init = new SaslInit();
        init.setMechanism(Symbol.valueOf(mechanism));
        opened.sasl(init);
        opened.bytes(TestPeer.AMQP);
        opened.send(0, TestPeer.openFrame());
        opened.nextOf(Open.class);
        opened.send(0, TestPeer.begin());
        opened.expect(Begin.class);
        return opened;
    }

    private void attachNode() {
        peer.attachSender(0, "cbs-out", "$cbs");
        Attach replies = TestPeer.receiver(1, "cbs-in", "$cbs");
        ((Target) replies.getTarget()).setAddress("back");
        peer.send(0, replies);
        peer.nextOf(Attach.class);
        peer.send(0, TestPeer.credit(1, 0, 100));
    }

    private static byte[] request(Map<String, Object> properties, Section body) {
        org.apache.qpid.proton.message.Message message = org.apache.qpid.proton.message.Message.Factory.create();
        message.setReplyTo("back");
        message.setMessageId("one");
        message.setApplicationProperties(new ApplicationProperties(properties));
        message.setBody(body);
        byte[] encoded = new byte[4000];
        return Arrays.copyOf(encoded, message.encode(encoded, 0, encoded.length));
    }

    private Map<String, Object> answer(byte[] request) {
        peer.send(0, TestPeer.transfer(0, sent++), request);
        List<TestPeer.Frame> transfers = peer.transfers();
        byte[] payload = transfers.get(transfers.size() - 1).payload();
        org.apache.qpid.proton.message.Message decoded = org.apache.qpid.proton.message.Message.Factory.create();
        decoded.decode(payload, 0, payload.length);
        assertEquals("one", decoded.getCorrelationId());
        return decoded.getApplicationProperties().getValue();
    }

    private Map<String, Object> put(String type, String name, String token) {
        return answer(request(Map.of("operation", "put-token", "type", type, "name", name), new AmqpValue(token)));
    }

    private void putSas(String name, String resource, long forMillis) {
        Map<String, Object> answer =
                put(SAS, name, SasTokens.make(resource, "root", "key", broker.nowMillis + forMillis));
        assertEquals(202, answer.get("status-code"), answer.toString());
    }

    private void refused(Attach attach, String text) {
        peer.send(0, attach);
        peer.nextOf(Attach.class);
        Detach detach = peer.nextOf(Detach.class);
        assertEquals(UNAUTHORIZED, detach.getError().getCondition());
        assertEquals(text, detach.getError().getDescription());
    }

    private void advance(long millis) {
        broker.advance(millis);
        peer.connection.tick(broker.nowMillis);
        peer.drain();
        broker.run();
    }

    @Test
    void beforeATokenIsPutThereIsNothingButTheNodeForTokens() {
        refused(TestPeer.sender(5, "s", "q"), "the connection has put no token to $cbs that is good any more");
        refused(
                TestPeer.receiver(6, "r", "$management"),
                "the connection has put no token to $cbs that is good any more");
        attachNode();
        putSas("amqp://host/q", "sb://host/q", 60_000);
        peer.attachSender(7, "t", "q");
        peer.attachReceiverNext(8, "u", "q");
        refused(TestPeer.sender(9, "v", "other"), "no token that the connection has put lets it send to 'other'");
    }

    @Test
    void aTokenAllowsNoMoreThanTheKeysUserMay() {
        broker.permissions = Optional.of(new Permissions(Map.of(Action.SEND, List.of(new NamePattern("q")))));
        attachNode();
        putSas("amqp://host/", "sb://host/", 60_000);
        peer.attachSender(7, "t", "q");
        refused(TestPeer.receiver(8, "u", "q"), "no token that the connection has put lets it receive from 'q'");
    }

    @Test
    void whatIsWrongIsAnswered() {
        attachNode();
        String good = SasTokens.make("sb://host/q", "root", "key", broker.nowMillis + 60_000);
        wrong(400, put("saml", "amqp://host/q", good), "tokens of type 'saml' are not taken here");
        wrong(400, put(SAS, "", good), "the name '' is no URI of an entity, such as amqp://host/orders");
        wrong(401, put(SAS, "amqp://host/other", good), "the token is for 'sb://host/q', not for 'amqp://host/other'");
        wrong(401, put(SAS, "amqp://host/", good), "the token is for 'sb://host/q', not for 'amqp://host/'");
        wrong(
                401,
                put(SAS, "amqp://host/q", good.replace("sig=", "sig=x")),
                "the signature is not one of the key 'root'");
        wrong(
                401,
                put(SAS, "amqp://host/q", SasTokens.make("sb://host/q", "root", "key", broker.nowMillis - 1000)),
                "the shared access signature has expired");
        wrong(400, put("jwt", "amqp://host/q", "x"), "no token");
        Map<String, Object> properties = new HashMap<>(Map.of("operation", "put-token", "name", "amqp://host/q"));
        wrong(
                400,
                answer(request(properties, new AmqpValue(good))),
                "application property 'type' is missing, or no string");
        properties.put("type", SAS);
        wrong(
                400,
                answer(request(properties, new AmqpValue(5))),
                "the body is no string with the token, as amqp-value");
        properties.put("operation", "delete-token");
        wrong(
                400,
                answer(request(properties, new AmqpValue(good))),
                "there is no operation 'delete-token', only put-token");
        refused(TestPeer.sender(7, "t", "q"), "the connection has put no token to $cbs that is good any more");
    }

    private static void wrong(int status, Map<String, Object> answer, String text) {
        assertEquals(text, answer.get("status-description"));
        assertEquals(status, answer.get("status-code"));
        assertNotNull(answer.get("error-condition"));
    }

    @Test
    void whenATokenIsOverOnlyWhatLivedByItGoes() {
        broker.declare(io.sluice.broker.QueueDefinition.named("r"));
        attachNode();
        putSas("amqp://host/q", "sb://host/q", 30_000);
        putSas("amqp://host/r", "sb://host/r", 60_000);
        peer.attachSender(7, "t", "q");
        peer.attachReceiverNext(8, "u", "r");
        advance(29_000);
        assertTrue(framesOf(Detach.class).isEmpty());
        advance(1_000);
        Detach detach = peer.nextOf(Detach.class);
        assertEquals(THIRD, detach.getHandle().intValue());
        assertEquals(UNAUTHORIZED, detach.getError().getCondition());
        assertEquals(
                "no token that the connection has put lets it send to 'q'",
                detach.getError().getDescription());
        advance(1_000);
        assertEquals(1, framesOf(Detach.class).size(), "the other link, and those to $cbs, go on");
    }

    @Test
    void aTokenThatIsPutAgainInTimeLetsItsLinksGoOn() {
        attachNode();
        putSas("amqp://host/q", "sb://host/q", 30_000);
        peer.attachSender(7, "t", "q");
        advance(29_000);
        putSas("amqp://host/q", "sb://host/q", 30_000);
        advance(29_000);
        assertTrue(framesOf(Detach.class).isEmpty());
        advance(1_000);
        assertEquals(THIRD, peer.nextOf(Detach.class).getHandle().intValue());
    }

    @Test
    void overTheAnonymousTerminusEachMessageNeedsAToken() {
        attachNode();
        putSas("amqp://host/q", "sb://host/q", 30_000);
        peer.attachSender(7, "t", null);
        peer.send(0, TestPeer.transfer(7, sent++), TestPeer.messageTo("q", "x"));
        assertEquals(Accepted.class, last().getState().getClass());
        peer.send(0, TestPeer.transfer(7, sent++), TestPeer.messageTo("auto.r", "x"));
        assertEquals(Rejected.class, last().getState().getClass());
        putSas("amqp://host/auto.r", "sb://host/auto.r", 60_000);
        advance(30_000);
        peer.send(0, TestPeer.transfer(7, sent++), TestPeer.messageTo("q", "x"));
        assertEquals(UNAUTHORIZED, ((Rejected) last().getState()).getError().getCondition());
        peer.send(0, TestPeer.transfer(7, sent++), TestPeer.messageTo("auto.r", "x"));
        assertEquals(Accepted.class, last().getState().getClass());
    }

    /** All that came of a kind. */
    private <T> List<T> framesOf(Class<T> kind) {
        return peer.frames.stream()
                .filter(frame -> kind.isInstance(frame.body()))
                .map(frame -> kind.cast(frame.body()))
                .toList();
    }

    private Disposition last() {
        List<Disposition> all = framesOf(Disposition.class);
        return all.get(all.size() - 1);
    }

    @Test
    void whoPutsNoTokenInTimeIsClosed() {
        advance(0);
        advance(LIMIT_MILLIS - 1);
        assertFalse(peer.closed);
        advance(1);
        Close close = peer.nextOf(Close.class);
        assertEquals(UNAUTHORIZED, close.getError().getCondition());
        assertEquals(
                "no token was put to $cbs within 20000 ms", close.getError().getDescription());
    }

    @Test
    void soIsWhoHasNoneLeft() {
        attachNode();
        putSas("amqp://host/q", "sb://host/q", 30_000);
        peer.attachSender(7, "t", "q");
        advance(30_000);
        assertEquals(THIRD, peer.nextOf(Detach.class).getHandle().intValue());
        advance(0);
        advance(LIMIT_MILLIS - 1);
        putSas("amqp://host/q", "sb://host/q", 30_000);
        advance(LIMIT_MILLIS);
        assertTrue(framesOf(Close.class).isEmpty());
        advance(10_000);
        advance(0);
        advance(LIMIT_MILLIS);
        assertEquals(UNAUTHORIZED, peer.nextOf(Close.class).getError().getCondition());
    }

    @Test
    void aJsonWebTokenIsGoodForWhatItIsPutForAndAllows() {
        attachNode();
        assertEquals(202, put("jwt", "amqp://host/q", "q:30").get("status-code"));
        peer.attachSender(7, "t", "q");
        refused(TestPeer.receiver(8, "u", "q"), "no token that the connection has put lets it receive from 'q'");
        assertEquals(202, put("amqp:jwt", "amqp://host/auto.r", "q:30").get("status-code"));
        refused(TestPeer.sender(9, "v", "auto.r"), "no token that the connection has put lets it send to 'auto.r'");
    }

    @Test
    void aJsonWebTokenThatSaysNothingOfRightsGivesThoseOfAUserOrNone() {
        broker.users = name -> false;
        attachNode();
        assertEquals(202, put("jwt", "amqp://host/q", "clerk:30").get("status-code"));
        refused(TestPeer.sender(7, "t", "q"), "no token that the connection has put lets it send to 'q'");
        // As a key of the broker's own does, whoever it is for.
        putSas("amqp://host/q", "sb://host/q", 60_000);
        peer.attachSender(8, "u", "q");
        broker.users = "clerk"::equals;
        assertEquals(202, put("jwt", "amqp://host/q", "clerk:30").get("status-code"));
        peer.attachSender(9, "v", "q");
    }

    @Test
    void aRequestThatNamesNoWayBackIsAnsweredOverTheLinkByTheNodesName() {
        peer.attachSender(0, "cbs-out", "$cbs");
        Attach replies = TestPeer.receiver(1, "cbs-in", "$cbs");
        ((Target) replies.getTarget()).setAddress("$cbs");
        peer.send(0, replies);
        peer.nextOf(Attach.class);
        peer.send(0, TestPeer.credit(1, 0, 100));
        org.apache.qpid.proton.message.Message message = org.apache.qpid.proton.message.Message.Factory.create();
        message.setMessageId("one");
        byte[] encoded = new byte[100];
        assertEquals(
                400,
                answer(Arrays.copyOf(encoded, message.encode(encoded, 0, encoded.length)))
                        .get("status-code"));
    }

    @Test
    void someClientsCallTheMechanismByAnotherName() {
        peer = begun("MSSBCBS");
        refused(TestPeer.sender(5, "s", "q"), "the connection has put no token to $cbs that is good any more");
    }

    @Test
    void wherePeersMayComeWithoutCredentialsTheFirstTokenTakesThePlaceOfThat() {
        broker.anonymous = true;
        peer = begun("ANONYMOUS");
        peer.attachSender(5, "s", "auto.r");
        attachNode();
        putSas("amqp://host/q", "sb://host/q", 30_000);
        Detach detach = framesOf(Detach.class).get(0);
        assertEquals(0, detach.getHandle().intValue(), "the first link of the session");
        assertEquals(UNAUTHORIZED, detach.getError().getCondition());
    }

    @Test
    void withoutClaimsThereIsNoSuchNode() {
        broker.tokens = AcceptedTokens.NONE;
        broker.anonymous = true;
        peer = begun("ANONYMOUS");
        peer.send(0, TestPeer.sender(0, "cbs-out", "$cbs"));
        peer.nextOf(Attach.class);
        assertEquals(
                Symbol.valueOf("amqp:not-found"),
                peer.nextOf(Detach.class).getError().getCondition());
    }
}
