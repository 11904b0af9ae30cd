package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.security.SaslCode;
import org.apache.qpid.proton.amqp.security.SaslInit;
import org.apache.qpid.proton.amqp.security.SaslMechanisms;
import org.apache.qpid.proton.amqp.security.SaslOutcome;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Open;
import org.junit.jupiter.api.Test;

/** Version negotiation (§2.2) and SASL (§5.3). */
class Section2_2_HeaderTest {
    private final TestBroker broker = new TestBroker();
    private final TestPeer peer = new TestPeer(broker);

    @Test
    void aBareAmqpHeaderIsServedWhereAnonymousIsAllowed() {
        peer.bytes(TestPeer.AMQP);
        peer.send(0, TestPeer.openFrame());
        assertEquals(List.of("AMQP"), peer.headers);
        peer.expect(Open.class);
    }

    @Test
    void aBareAmqpHeaderIsAnsweredWithTheSaslHeaderWhereItIsNot() {
        broker.anonymous = false;
        TestPeer strict = new TestPeer(broker);
        strict.bytes(TestPeer.AMQP);
        assertEquals(List.of("SASL"), strict.headers);
        assertTrue(strict.closed);
    }

    @Test
    void anotherVersionIsAnsweredWithOurHeader() {
        peer.bytes(new byte[] {'A', 'M', 'Q', 'P', 0, 0, 9, 1});
        assertEquals(List.of("AMQP"), peer.headers);
        assertTrue(peer.closed);
    }

    /** TLS inside AMQP (§5.2.1) is not what we speak: TLS has a port of its own. The SASL header is ours where nobody is served without. */
    @Test
    void theTlsHeaderIsAnsweredWithOurHeader() {
        byte[] tls = {'A', 'M', 'Q', 'P', 2, 1, 0, 0};
        peer.bytes(tls);
        assertArrayEquals(TestPeer.AMQP, peer.raw.toByteArray());
        assertTrue(peer.closed);
        assertTrue(peer.connection.failure().isEmpty());

        broker.anonymous = false;
        TestPeer strict = new TestPeer(broker);
        strict.bytes(tls);
        assertArrayEquals(TestPeer.SASL, strict.raw.toByteArray());
        assertTrue(strict.closed);
    }

    @Test
    void garbageIsAnsweredWithOurHeader() {
        peer.bytes("SSH-2.0-x".getBytes(StandardCharsets.US_ASCII));
        assertEquals(List.of("AMQP"), peer.headers);
        assertTrue(peer.closed);
    }

    @Test
    void aTlsHelloIsRecognised() {
        peer.bytes(new byte[] {0x16, 3, 1, 0, 5});
        assertTrue(peer.closed);
        assertEquals(0, peer.raw.size());
    }

    @Test
    void anHttpRequestIsToldWhatThisIs() {
        peer.bytes("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertTrue(peer.closed);
        assertTrue(peer.raw.toString(StandardCharsets.US_ASCII).startsWith("HTTP/1.1 400 "));
    }

    @Test
    void aHeaderMayComeInPieces() {
        for (byte b : TestPeer.AMQP) {
            peer.bytes(new byte[] {b});
        }
        peer.send(0, TestPeer.openFrame());
        peer.expect(Open.class);
    }

    private static SaslInit plain(String user, String password) {
        SaslInit init = new SaslInit();
        init.setMechanism(Symbol.valueOf("PLAIN"));
        init.setInitialResponse(new Binary(("\0" + user + "\0" + password).getBytes(StandardCharsets.UTF_8)));
        return init;
    }

    @Test
    void theRightPasswordOpens() {
        peer.bytes(TestPeer.SASL);
        peer.expect(SaslMechanisms.class);
        peer.sasl(plain("alice", "secret"));
        assertEquals(SaslCode.OK, peer.expect(SaslOutcome.class).getCode());
        peer.bytes(TestPeer.AMQP);
        peer.send(0, TestPeer.openFrame());
        peer.expect(Open.class);
        assertEquals("alice", peer.connection.principal().orElseThrow().name());
    }

    @Test
    void allOfItMayBePipelined() {
        peer.recording = true;
        peer.bytes(TestPeer.SASL);
        peer.sasl(plain("alice", "secret"));
        peer.bytes(TestPeer.AMQP);
        peer.send(0, TestPeer.openFrame());
        peer.recording = false;
        peer.bytes(peer.sent.toByteArray());
        assertEquals(List.of("SASL", "AMQP"), peer.headers);
        peer.next(Open.class);
    }

    @Test
    void aWrongPasswordEndsInOutcomeAuth() {
        peer.bytes(TestPeer.SASL);
        peer.sasl(plain("alice", "wrong"));
        assertEquals(SaslCode.AUTH, peer.nextOf(SaslOutcome.class).getCode());
        assertTrue(peer.closed);
        assertEquals(List.of("SASL"), peer.headers);
    }

    @Test
    void nothingBehindAWrongPasswordIsHeard() {
        peer.recording = true;
        peer.bytes(TestPeer.SASL);
        peer.sasl(plain("alice", "wrong"));
        peer.bytes(TestPeer.AMQP);
        peer.send(0, TestPeer.openFrame());
        peer.recording = false;
        peer.bytes(peer.sent.toByteArray());
        assertEquals(List.of("SaslMechanisms", "SaslOutcome"), peer.kinds());
        assertTrue(peer.closed);
        assertTrue(peer.connection.principal().isEmpty());
    }

    @Test
    void anUnknownMechanismEndsInOutcomeAuth() {
        peer.bytes(TestPeer.SASL);
        SaslInit init = new SaslInit();
        init.setMechanism(Symbol.valueOf("GUESS"));
        peer.sasl(init);
        assertEquals(SaslCode.AUTH, peer.nextOf(SaslOutcome.class).getCode());
        assertTrue(peer.closed);
    }

    @Test
    void aClientThatSendsMechanismsIsCutOff() {
        peer.bytes(TestPeer.SASL);
        SaslMechanisms mechanisms = new SaslMechanisms();
        mechanisms.setSaslServerMechanisms(Symbol.valueOf("PLAIN"));
        peer.sasl(mechanisms);
        assertTrue(peer.closed);
        assertEquals(List.of("SaslMechanisms"), peer.kinds());
    }

    @Test
    void anEmptySaslFrameIsCutOff() {
        peer.bytes(TestPeer.SASL);
        peer.sasl(null);
        assertTrue(peer.closed);
    }

    @Test
    void amqpInPlaceOfSaslInitIsCutOff() {
        peer.bytes(TestPeer.SASL);
        peer.bytes(TestPeer.AMQP);
        assertTrue(peer.closed);
        assertTrue(peer.frames.stream().noneMatch(frame -> frame.body() instanceof Open));
    }

    @Test
    void aPeerThatSaysNothingIsClosedInTime() {
        assertTrue(broker.limits.openTimeoutMillis() > 0);
        broker.nowMillis += broker.limits.openTimeoutMillis() - 1;
        peer.connection.tick(broker.nowMillis);
        peer.settle();
        assertFalse(peer.closed);
        broker.nowMillis++;
        peer.connection.tick(broker.nowMillis);
        peer.settle();
        assertTrue(peer.closed);
    }

    @Test
    void halfAnOpenFrameThenSilenceIsClosedInTime() {
        peer.bytes(TestPeer.AMQP);
        byte[] open = peer.encode(0, 0, TestPeer.openFrame(), new byte[0]);
        peer.bytes(java.util.Arrays.copyOf(open, open.length / 2));
        broker.nowMillis += broker.limits.openTimeoutMillis();
        peer.connection.tick(broker.nowMillis);
        peer.next(Close.class);
        assertTrue(peer.closed);
    }
}
