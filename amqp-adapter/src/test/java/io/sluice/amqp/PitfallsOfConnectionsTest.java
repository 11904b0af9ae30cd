package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.security.SaslChallenge;
import org.apache.qpid.proton.amqp.security.SaslCode;
import org.apache.qpid.proton.amqp.security.SaslInit;
import org.apache.qpid.proton.amqp.security.SaslMechanisms;
import org.apache.qpid.proton.amqp.security.SaslOutcome;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Open;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Where brokers get connections wrong, each sentence of the standard a test: names begin with its section. What is around each of
 * these is in the tests of the sections.
 */
class PitfallsOfConnectionsTest {
    private static final Symbol ESTABLISHMENT_FAILED = Symbol.valueOf("amqp:connection-establishment-failed");

    private final TestBroker broker = new TestBroker();

    private TestPeer withHeader() {
        TestPeer peer = new TestPeer(broker);
        peer.bytes(TestPeer.AMQP);
        return peer;
    }

    private TestPeer open(Open open) {
        TestPeer peer = withHeader();
        peer.send(0, open);
        return peer;
    }

    private static Open host(String name) {
        Open open = TestPeer.openFrame();
        open.setHostname(name);
        return open;
    }

    @Test
    void s2_4_1_anOpenOnAnotherChannelThan0IsRefused() {
        TestPeer peer = withHeader();
        peer.send(3, TestPeer.openFrame());
        peer.expectClose("amqp:connection:framing-error");
    }

    @Test
    void s2_7_1_aMaxFrameSizeBelow512Closes() {
        Open open = TestPeer.openFrame();
        open.setMaxFrameSize(UnsignedInteger.valueOf(511));
        open(open).expectClose("amqp:connection:framing-error");
    }

    @Test
    void s2_7_1_aMaxFrameSizeOfExactly512Works() {
        Open open = TestPeer.openFrame();
        open.setMaxFrameSize(UnsignedInteger.valueOf(512));
        TestPeer peer = open(open);
        peer.expect(Open.class);
        peer.send(0, TestPeer.begin());
        peer.expect(Begin.class);
        peer.attachSender(0, "in", "q");
        peer.attachReceiver(1, "out", "q");
        peer.send(0, TestPeer.credit(1, 0, 1));
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.message("x".repeat(700)));
        List<TestPeer.Frame> transfers = peer.transfers();
        assertEquals("x".repeat(700), TestPeer.body(peer.joined(transfers)));
        int largest = 0;
        byte[] all = peer.raw.toByteArray();
        for (int at = 8; at < all.length; ) {
            int size = java.nio.ByteBuffer.wrap(all, at, 4).getInt();
            largest = Math.max(largest, size);
            at += size;
        }
        assertEquals(512, largest, "the largest frame of ours");
    }

    @Test
    void s2_4_1_anUnknownVirtualHostIsRefused() {
        open(host("vhost:unknown")).expectClose("amqp:not-allowed");
        broker.opening = new OpenPolicy(Set.of("mq.example.com"), ServerAddresses.NONE, new ContainerRegistry());
        open(host("other.example.com")).expectClose("amqp:not-found");
    }

    @ParameterizedTest
    @ValueSource(strings = {"broker", "localhost", "mq.example.com", "127.0.0.1", "10.1.2.3", "::1"})
    void s2_4_1_aPlainHostNameOrAddressIsNoUnknownVirtualHost(String hostname) {
        TestPeer peer = open(host(hostname));
        assertFalse(peer.expect(Open.class).getProperties().containsKey(ESTABLISHMENT_FAILED));
        assertFalse(peer.closed);
    }

    private void cutOff(Object frame) {
        TestPeer peer = new TestPeer(broker);
        peer.bytes(TestPeer.SASL);
        peer.sasl(frame);
        assertTrue(peer.closed);
        assertEquals(List.of("SASL"), peer.headers, "no AMQP is spoken");
    }

    @Test
    void s5_3_2_aClientThatSendsMechanismsIsCutOff() {
        SaslMechanisms mechanisms = new SaslMechanisms();
        mechanisms.setSaslServerMechanisms(Symbol.valueOf("ANONYMOUS"));
        cutOff(mechanisms);
    }

    @Test
    void s5_3_2_aClientThatSendsAChallengeIsCutOff() {
        SaslChallenge challenge = new SaslChallenge();
        challenge.setChallenge(new Binary(new byte[] {1}));
        cutOff(challenge);
    }

    @Test
    void s5_3_2_aClientThatSendsAnOutcomeIsCutOff() {
        SaslOutcome outcome = new SaslOutcome();
        outcome.setCode(SaslCode.OK);
        cutOff(outcome);
    }

    @Test
    void s5_3_1_aClientThatSendsAnEmptyFrameIsCutOff() {
        cutOff(null);
    }

    private static SaslInit init(String mechanism, String response) {
        SaslInit init = new SaslInit();
        init.setMechanism(Symbol.valueOf(mechanism));
        init.setInitialResponse(new Binary(response.getBytes(StandardCharsets.UTF_8)));
        return init;
    }

    private void endsInAuth(SaslInit init) {
        TestPeer peer = new TestPeer(broker);
        peer.bytes(TestPeer.SASL);
        peer.sasl(init);
        SaslOutcome outcome = peer.nextOf(SaslOutcome.class);
        assertEquals(SaslCode.AUTH, outcome.getCode());
        assertNotEquals(UnsignedByte.valueOf((byte) 2), outcome.getCode().getValue(), "sys");
        assertTrue(peer.closed);
    }

    @Test
    void s5_3_3_6_anUnsupportedMechanismEndsInAuth() {
        endsInAuth(init("KERBEROS_V4", ""));
    }

    @Test
    void s5_3_3_6_badCredentialsEndInAuth() {
        endsInAuth(init("PLAIN", "\0guest\0wrong"));
        endsInAuth(init("PLAIN", "no separators at all"));
        endsInAuth(init("SCRAM-SHA-256", "n,,n=nobody,r=abc"));
    }

    @Test
    void s2_2_bypassingSaslIsRefusedWhereAnonymousIsNotAllowed() {
        broker.anonymous = false;
        TestPeer peer = withHeader();
        assertTrue(peer.closed);
        assertEquals(List.of("SASL"), peer.headers);
        assertEquals(List.of(), peer.frames);
    }

    @Test
    void s2_2_aBareAmqpHeaderIsServedWhereAnonymousIsAllowed() {
        TestPeer peer = open(TestPeer.openFrame());
        assertEquals(List.of("AMQP"), peer.headers);
        peer.expect(Open.class);
        assertFalse(peer.closed);
    }

    private static Open sole(int policy) {
        Open open = TestPeer.openFrame();
        open.setDesiredCapabilities(Symbol.valueOf("sole-connection-for-container"));
        open.setProperties(
                Map.of(Symbol.valueOf("sole-connection-enforcement-policy"), UnsignedInteger.valueOf(policy)));
        return open;
    }

    @Test
    void soleConnection_2_1_refuseConnectionRefusesTheSecondAsAsked() {
        TestPeer first = open(sole(0));
        TestPeer second = open(sole(0));
        second.expectClose("amqp:invalid-field");
        first.settle();
        assertFalse(first.closed);
    }

    @Test
    void soleConnection_2_1_closeExistingClosesTheFirstAsAsked() {
        TestPeer first = open(sole(1));
        TestPeer second = open(sole(1));
        first.expectClose("amqp:resource-locked");
        second.expect(Open.class);
        assertFalse(second.closed);
    }

    @Test
    void soleConnection_establishmentFailedIsTheBooleanTrue() {
        open(sole(0));
        TestPeer second = open(sole(0));
        Object failed = second.expect(Open.class).getProperties().get(ESTABLISHMENT_FAILED);
        assertEquals(true, assertInstanceOf(Boolean.class, failed));
        second.expect(Close.class);
    }
}
