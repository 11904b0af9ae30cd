package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.Test;

/** Bytes as networks and hostile peers cut and bend them. A failure names its seed. */
class FeedFuzzTest {
    private static final int ROUNDS = 300;
    private static final int MUTATIONS = 2000;

    /** A whole conversation of a client, right to the last byte. */
    private static byte[] conversation() {
        TestPeer peer = new TestPeer(new TestBroker());
        peer.recording = true;
        peer.bytes(TestPeer.AMQP);
        peer.send(0, TestPeer.openFrame());
        peer.send(0, TestPeer.begin());
        peer.send(0, TestPeer.sender(0, "in", "q"));
        peer.send(0, TestPeer.receiver(1, "out", "q"));
        peer.send(0, TestPeer.credit(1, 0, 100));
        return peer.sent.toByteArray();
    }

    /** What may only be sent once there is credit. */
    private static byte[] messages() {
        TestPeer peer = new TestPeer(new TestBroker());
        peer.recording = true;
        byte[] large = TestPeer.message("large ".repeat(500));
        for (int i = 0; i < 20; i++) {
            peer.send(0, TestPeer.transfer(0, i), TestPeer.message("m" + i));
        }
        Transfer first = TestPeer.transfer(0, 20);
        first.setMore(true);
        peer.send(0, first, Arrays.copyOf(large, 1000));
        Transfer second = new Transfer();
        second.setHandle(first.getHandle());
        peer.send(0, second, Arrays.copyOfRange(large, 1000, large.length));
        peer.send(0, TestPeer.disposition(Role.RECEIVER, 0, 5, true, Accepted.getInstance()));
        Flow echo = TestPeer.sessionFlow();
        echo.setEcho(true);
        peer.send(0, echo);
        peer.send(0, TestPeer.detach(0, true));
        peer.send(0, new Close());
        return peer.sent.toByteArray();
    }

    private static TestPeer afterSetup() {
        TestPeer peer = new TestPeer(new TestBroker());
        peer.bytes(conversation());
        return peer;
    }

    @Test
    void howTheBytesAreCutMakesNoDifference() {
        byte[] setup = conversation();
        byte[] messages = messages();
        // Turns of the loop are when they are: once the setup is through and at the end, as far as output can tell.
        byte[] expected = output(setup, messages, null);
        for (int seed = 0; seed < ROUNDS; seed++) {
            assertArrayEquals(expected, output(setup, messages, new Random(seed)), "seed " + seed);
        }
    }

    private static byte[] output(byte[] setup, byte[] messages, Random cuts) {
        TestPeer peer = new TestPeer(new TestBroker());
        feed(peer, setup, cuts);
        peer.settle();
        feed(peer, messages, cuts);
        peer.settle();
        assertTrue(peer.closed);
        return peer.raw.toByteArray();
    }

    private static void feed(TestPeer peer, byte[] bytes, Random cuts) {
        for (int at = 0; at < bytes.length; ) {
            int end = cuts == null ? bytes.length : Math.min(bytes.length, at + 1 + cuts.nextInt(200));
            peer.connection.feed(java.nio.ByteBuffer.wrap(bytes, at, end - at), peer.broker.nowMillis);
            at = end;
        }
    }

    @Test
    void bentBytesNeverDoMoreThanEndTheConnection() {
        byte[] setup = conversation();
        byte[] messages = messages();
        for (int seed = 0; seed < MUTATIONS; seed++) {
            Random random = new Random(seed);
            byte[] bentSetup = random.nextBoolean() ? bend(setup, random) : setup;
            byte[] bentMessages = bend(messages, random);
            TestPeer peer = new TestPeer(new TestBroker());
            try {
                peer.bytes(bentSetup);
                peer.bytes(bentMessages);
                peer.connection.lost();
                peer.broker.run();
                assertTrue(peer.raw.size() < 1 << 20, "output");
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static byte[] bend(byte[] bytes, Random random) {
        byte[] bent = bytes.clone();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            bent[random.nextInt(bent.length)] = (byte) random.nextInt(256);
        }
        return random.nextInt(4) == 0 ? Arrays.copyOf(bent, random.nextInt(bent.length)) : bent;
    }

    @Test
    void noiseIsClosed() {
        for (int seed = 0; seed < ROUNDS; seed++) {
            byte[] noise = new byte[5000];
            new Random(seed).nextBytes(noise);
            TestPeer fresh = new TestPeer(new TestBroker());
            fresh.bytes(noise);
            assertTrue(fresh.closed, "seed " + seed);
            TestPeer open = afterSetup();
            open.bytes(noise);
            assertTrue(open.closed, "seed " + seed);
        }
    }
}
