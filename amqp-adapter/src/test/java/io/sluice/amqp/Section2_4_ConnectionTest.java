package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.Open;
import org.junit.jupiter.api.Test;

/** Opening, closing and time-outs of connections. */
class Section2_4_ConnectionTest {
    private final TestBroker broker = new TestBroker();

    private TestPeer withHeader() {
        TestPeer peer = new TestPeer(broker);
        peer.bytes(TestPeer.AMQP);
        return peer;
    }

    @Test
    void theOpenSaysWhoWeAreAndOffersOnlyWhatWorks() {
        TestPeer peer = withHeader();
        peer.send(0, TestPeer.openFrame());
        Open open = peer.expect(Open.class);
        assertEquals("test-broker", open.getContainerId());
        assertEquals(
                List.of(
                        Symbol.valueOf("ANONYMOUS-RELAY"),
                        Symbol.valueOf("DELAYED_DELIVERY"),
                        Symbol.valueOf("SHARED-SUBS"),
                        Symbol.valueOf("sole-connection-for-container")),
                List.of(open.getOfferedCapabilities()));
        assertEquals(
                Map.of(
                        Symbol.valueOf("product"),
                        "Sluice",
                        Symbol.valueOf("version"),
                        "1.2.3",
                        Symbol.valueOf("platform"),
                        "Java " + Runtime.version().feature()),
                open.getProperties());
        assertEquals(UnsignedShort.valueOf((short) 255), open.getChannelMax());
        assertEquals(UnsignedInteger.valueOf(30_000), open.getIdleTimeOut());
    }

    @Test
    void rabbitMqsClientIsToldAVersionAndANode() {
        TestPeer peer = withHeader();
        Open hello = TestPeer.openFrame();
        hello.setHostname("vhost:/");
        peer.send(0, hello);
        Open open = peer.expect(Open.class);
        assertEquals("4.2.0", open.getProperties().get(Symbol.valueOf("version")));
        assertEquals("test-broker", open.getProperties().get(Symbol.valueOf("node")));
    }

    @Test
    void anUnknownVirtualHostIsRefused() {
        TestPeer peer = withHeader();
        Open hello = TestPeer.openFrame();
        hello.setHostname("vhost:other");
        peer.send(0, hello);
        Open open = peer.expect(Open.class);
        assertEquals(true, open.getProperties().get(Symbol.valueOf("amqp:connection-establishment-failed")));
        peer.expectClose("amqp:not-allowed");
    }

    @Test
    void anyHostNameIsTheDefaultVirtualHost() {
        TestPeer peer = withHeader();
        Open hello = TestPeer.openFrame();
        hello.setHostname("192.168.0.1");
        peer.send(0, hello);
        peer.expect(Open.class);
        assertFalse(peer.closed);
    }

    @Test
    void openOnAnotherChannelIsRefused() {
        TestPeer peer = withHeader();
        peer.send(1, TestPeer.openFrame());
        peer.expectClose("amqp:connection:framing-error");
    }

    @Test
    void aSecondOpenIsRefused() {
        TestPeer peer = TestPeer.open(broker);
        peer.send(0, TestPeer.openFrame());
        peer.expectClose("amqp:illegal-state");
    }

    @Test
    void beginBeforeOpenIsRefused() {
        TestPeer peer = withHeader();
        peer.send(0, TestPeer.begin());
        peer.expectClose("amqp:connection:framing-error");
    }

    @Test
    void aFrameSizeBelow512Closes() {
        TestPeer peer = withHeader();
        Open hello = TestPeer.openFrame();
        hello.setMaxFrameSize(UnsignedInteger.valueOf(511));
        peer.send(0, hello);
        peer.expectClose("amqp:connection:framing-error");
    }

    @Test
    void aFrameSizeOf512IsKept() {
        TestPeer peer = withHeader();
        Open hello = TestPeer.openFrame();
        hello.setMaxFrameSize(UnsignedInteger.valueOf(512));
        peer.send(0, hello);
        peer.expect(Open.class);
        peer.send(0, TestPeer.begin());
        peer.expect(Begin.class);
        peer.attachSender(0, "in", "q");
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.message("x".repeat(3000)));
        peer.attachReceiverNext(1, "out", "q");
        peer.send(0, TestPeer.credit(1, 0, 1));
        List<TestPeer.Frame> transfers = peer.transfers();
        assertTrue(transfers.size() > 6, transfers.size() + " transfers");
        assertTrue(transfers.stream().allMatch(frame -> frame.payload().length < 512));
        assertEquals("x".repeat(3000), TestPeer.body(peer.joined(transfers)));
    }

    @Test
    void aFrameAboveOursCloses() {
        TestPeer peer = TestPeer.open(broker);
        peer.bytes(new byte[] {0, 2, 0, 0, 2, 0, 0, 0});
        peer.expectClose("amqp:connection:framing-error");
    }

    @Test
    void closeIsAnswered() {
        TestPeer peer = TestPeer.begun(broker);
        peer.send(0, new Close());
        assertNull(peer.expect(Close.class).getError());
        assertTrue(peer.closed);
    }

    @Test
    void everythingMayBePipelinedUpToTheClose() {
        TestPeer peer = new TestPeer(broker);
        peer.recording = true;
        peer.bytes(TestPeer.AMQP);
        peer.send(0, TestPeer.openFrame());
        peer.send(0, TestPeer.begin());
        peer.send(0, new End());
        peer.send(0, new Close());
        peer.recording = false;
        peer.bytes(peer.sent.toByteArray());
        peer.expect(Open.class);
        assertNull(peer.nextOf(Close.class).getError());
        assertTrue(peer.closed);
    }

    @Test
    void heartbeatsComeAtHalfThePeersTimeout() {
        TestPeer peer = withHeader();
        Open hello = TestPeer.openFrame();
        hello.setIdleTimeOut(UnsignedInteger.valueOf(500));
        peer.send(0, hello);
        peer.expect(Open.class);
        assertNeverSilentForHalfASecond(peer, broker.nowMillis);
    }

    /** A peer that is told the time before its open is told it again soon after. */
    @Test
    void theFirstHeartbeatIsInTimeAsWell() {
        TestPeer peer = withHeader();
        long next = peer.connection.tick(broker.nowMillis);
        Open hello = TestPeer.openFrame();
        hello.setIdleTimeOut(UnsignedInteger.valueOf(500));
        peer.send(0, hello);
        peer.expect(Open.class);
        assertNeverSilentForHalfASecond(peer, next);
    }

    /** @param tickMillis when the connection wants to be told the time */
    private void assertNeverSilentForHalfASecond(TestPeer peer, long tickMillis) {
        long lastFrame = broker.nowMillis;
        int seen = peer.frames.size();
        long next = tickMillis;
        for (int i = 0; i < 100; i++) {
            broker.nowMillis += 25;
            if (broker.nowMillis >= next) {
                next = peer.connection.tick(broker.nowMillis);
                peer.settle();
            }
            if (peer.frames.size() > seen) {
                seen = peer.frames.size();
                lastFrame = broker.nowMillis;
            }
            assertTrue(broker.nowMillis - lastFrame < 500, "silent for " + (broker.nowMillis - lastFrame) + " ms");
        }
    }

    @Test
    void aSilentPeerIsClosed() {
        TestPeer peer = TestPeer.open(broker);
        peer.connection.tick(broker.nowMillis);
        broker.nowMillis += broker.limits.idleTimeoutMillis() + 1;
        peer.connection.tick(broker.nowMillis);
        peer.expectClose("amqp:resource-limit-exceeded");
    }

    @Test
    void aStopIsConnectionForced() {
        TestPeer peer = TestPeer.begun(broker);
        peer.connection.close(Symbol.valueOf("amqp:connection:forced"), "stopping");
        peer.expectClose("amqp:connection:forced");
    }

    @Test
    void aFrameThatIsNoPerformativeCloses() {
        TestPeer peer = TestPeer.open(broker);
        peer.send(0, "text");
        peer.expectClose("amqp:connection:framing-error");
    }

    @Test
    void aMapNestedDeeplyCloses() {
        TestPeer peer = withHeader();
        byte[] deep = nestedOpen(10_000);
        peer.bytes(deep);
        assertInstanceOf(Close.class, peer.next(Close.class).body());
        assertTrue(peer.closed);
    }

    /** An open whose properties hold lists in lists. */
    private static byte[] nestedOpen(int depth) {
        java.nio.ByteBuffer buffer = java.nio.ByteBuffer.allocate(depth * 6 + 64);
        buffer.putInt(0).put((byte) 2).put((byte) 0).putShort((short) 0);
        buffer.put(new byte[] {0, 0x53, 0x10, (byte) 0xd0});
        int sizeAt = buffer.position();
        buffer.putInt(0).putInt(1);
        for (int i = 0; i < depth && buffer.remaining() > 16; i++) {
            buffer.put((byte) 0xc0).put((byte) 0xff).put((byte) 1);
        }
        buffer.put((byte) 0x40);
        buffer.putInt(sizeAt, buffer.position() - sizeAt - 4);
        buffer.putInt(0, buffer.position());
        byte[] frame = new byte[buffer.position()];
        buffer.flip().get(frame);
        return frame;
    }
}
