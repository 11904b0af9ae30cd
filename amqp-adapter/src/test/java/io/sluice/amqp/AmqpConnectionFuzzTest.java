package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.apache.qpid.proton.amqp.Symbol;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Bytes as networks and hostile peers cut and bend them. A failure names its seed; {@code -Dsim.seed=} replays one. */
class AmqpConnectionFuzzTest {
    private static final List<Conversations.Recorded> CONVERSATIONS = Conversations.all();
    private static final int SHORT = 400;
    private static final int LONG = 5_000;
    /** Sessions, links, what waits for output: far beyond what the limits of {@link Conversations#broker} allow. */
    private static final int MAX_RETAINED = 300;

    private static void seeds(int count, Consumer<Random> round) {
        Long only = Long.getLong("sim.seed");
        LongStream seeds = only == null ? LongStream.range(0, count) : LongStream.of(only);
        seeds.forEach(seed -> {
            try {
                round.accept(new Random(seed * 0x9E3779B97F4A7C15L + 1));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("replay with -Dsim.seed=" + seed + ": " + e, e);
            }
        });
    }

    private static Conversations.Recorded any(Random random) {
        return CONVERSATIONS.get(random.nextInt(CONVERSATIONS.size()));
    }

    // ---- cutting

    @Test
    void howAConversationIsCutMakesNoDifference() {
        seeds(SHORT, AmqpConnectionFuzzTest::cut);
    }

    @Tag("slow")
    @Test
    void howAConversationIsCutMakesNoDifferenceMoreOften() {
        seeds(LONG, AmqpConnectionFuzzTest::cut);
    }

    private static void cut(Random random) {
        Conversations.Recorded conversation = any(random);
        TestPeer peer = new TestPeer(Conversations.broker());
        int most = 1 + random.nextInt(random.nextBoolean() ? 3 : 300);
        for (byte[] step : conversation.steps()) {
            for (int at = 0; at < step.length; ) {
                int end = Math.min(step.length, at + 1 + random.nextInt(most));
                peer.connection.feed(ByteBuffer.wrap(step, at, end - at), peer.broker.nowMillis);
                at = end;
                // In the middle of a frame there is nothing to say.
                if (random.nextInt(4) == 0) {
                    peer.settle();
                }
            }
            peer.settle();
        }
        assertArrayEquals(conversation.answer(), peer.raw.toByteArray(), conversation.name());
    }

    /** Steps that come in one read: what is answered depends on that, but not on how the read is cut. */
    @Test
    void howAReadIsCutMakesNoDifference() {
        seeds(SHORT, AmqpConnectionFuzzTest::cutReads);
    }

    private static void cutReads(Random random) {
        List<byte[]> reads = new ArrayList<>();
        for (byte[] step : any(random).steps()) {
            // Credit is needed before there may be transfers: the beginning is as it was.
            if (reads.size() > 5 && random.nextInt(3) != 0) {
                reads.set(reads.size() - 1, joined(reads.get(reads.size() - 1), step));
            } else {
                reads.add(step);
            }
        }
        assertArrayEquals(output(reads, null), output(reads, random));
    }

    private static byte[] joined(byte[] a, byte[] b) {
        byte[] all = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        return all;
    }

    private static byte[] output(List<byte[]> reads, Random cuts) {
        TestPeer peer = new TestPeer(Conversations.broker());
        for (byte[] read : reads) {
            for (int at = 0; at < read.length; ) {
                int end = cuts == null ? read.length : Math.min(read.length, at + 1 + cuts.nextInt(200));
                peer.connection.feed(ByteBuffer.wrap(read, at, end - at), peer.broker.nowMillis);
                at = end;
            }
            peer.settle();
        }
        return peer.raw.toByteArray();
    }

    // ---- bending

    @Test
    void bentConversationsEndCleanly() {
        seeds(4 * SHORT, random -> bent(random, steps(random)));
    }

    @Tag("slow")
    @Test
    void bentConversationsEndCleanlyMoreOften() {
        seeds(4 * LONG, random -> bent(random, steps(random)));
    }

    @Test
    void framesInAnyOrderEndCleanly() {
        seeds(2 * SHORT, random -> bent(random, nonsense(random)));
    }

    @Tag("slow")
    @Test
    void framesInAnyOrderEndCleanlyMoreOften() {
        seeds(2 * LONG, random -> bent(random, nonsense(random)));
    }

    @Test
    void noiseIsClosed() {
        seeds(SHORT, random -> {
            List<byte[]> steps = new ArrayList<>(any(random).steps());
            byte[] noise = new byte[5000];
            random.nextBytes(noise);
            int at = random.nextInt(steps.size());
            List<byte[]> start = new ArrayList<>(steps.subList(0, at));
            start.add(noise);
            assertTrue(bent(random, start).closed, "closed");
        });
    }

    private static List<byte[]> steps(Random random) {
        List<byte[]> steps = new ArrayList<>(any(random).steps());
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            bend(steps, random);
        }
        return steps;
    }

    private static void bend(List<byte[]> steps, Random random) {
        int at = random.nextInt(steps.size());
        byte[] step = steps.get(at).clone();
        switch (random.nextInt(6)) {
            case 0:
                step[random.nextInt(step.length)] = (byte) random.nextInt(256);
                steps.set(at, step);
                break;
            case 1:
                step[random.nextInt(step.length)] ^= (byte) (1 << random.nextInt(8));
                steps.set(at, step);
                break;
            case 2:
                steps.set(at, Arrays.copyOf(step, 1 + random.nextInt(step.length)));
                break;
            case 3:
                steps.add(random.nextInt(steps.size()), step);
                break;
            case 4:
                if (steps.size() > 1) {
                    steps.remove(at);
                }
                break;
            default:
                List<byte[]> other = any(random).steps();
                steps.add(at, other.get(random.nextInt(other.size())));
                break;
        }
    }

    /** An opening as it should be, then anything. */
    private static List<byte[]> nonsense(Random random) {
        TestPeer peer = new TestPeer(Conversations.broker());
        peer.recording = true;
        peer.bytes(TestPeer.AMQP);
        peer.send(0, TestPeer.openFrame());
        peer.send(0, TestPeer.begin());
        RandomFrames frames = new RandomFrames(random);
        for (int i = 10 + random.nextInt(100); i > 0; i--) {
            peer.steps.add(frames.next(peer));
        }
        return peer.steps;
    }

    private static TestPeer bent(Random random, List<byte[]> steps) {
        TestBroker broker = Conversations.broker();
        TestPeer peer = new TestPeer(broker);
        int fed = 0;
        for (byte[] step : steps) {
            if (peer.closed) {
                break;
            }
            // It reads what it is sent, or not.
            peer.writable = random.nextInt(5) != 0;
            peer.connection.feed(ByteBuffer.wrap(step), broker.nowMillis);
            fed += step.length;
            if (random.nextInt(4) != 0) {
                peer.settle();
            }
            assertTrue(peer.connection.retained() <= MAX_RETAINED, () -> peer.connection.retained() + " retained");
        }
        peer.writable = true;
        peer.settle();
        assertTrue(peer.raw.size() < (1 << 20) + 20 * fed, peer.raw.size() + " bytes of output for " + fed);
        assertNoDefect(peer);
        if (random.nextBoolean()) {
            peer.connection.close(Symbol.valueOf("amqp:connection:forced"), "the end");
            peer.settle();
            assertTrue(peer.closed, "closed");
        }
        peer.connection.lost();
        broker.run();
        assertNothingLeft(peer);
        return peer;
    }

    /** Nothing a peer does is our own fault. */
    private static void assertNoDefect(TestPeer peer) {
        peer.connection.failure().ifPresent(defect -> {
            throw new AssertionError("a defect", defect);
        });
    }

    private static void assertNothingLeft(TestPeer peer) {
        TestBroker broker = peer.broker;
        assertEquals(0, peer.connection.retained(), "retained");
        assertEquals(0, broker.registry.size(), "links in the registry");
        assertEquals(0, broker.opening.containers().size(), "containers");
        // Those whose link may come back may stay that long.
        broker.advance(61_000);
        for (String queue : broker.queues()) {
            assertFalse(io.sluice.broker.TemporaryName.is(queue), queue);
            assertEquals(0, broker.status(queue).producers(), queue);
            assertEquals(0, broker.status(queue).consumers(), queue);
            assertEquals(0, broker.status(queue).unsettled(), queue);
        }
    }
}
