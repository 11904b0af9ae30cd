package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.QueueDefinition;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.Test;

/** Messages larger than the threshold, which is 1000 bytes here: they go through, and nothing of them stays where it should not. */
class LargeMessageTest {
    private final TestBroker broker = keepingApart(newBroker());
    private final TestBodies bodies = broker.bodies;
    private final TestPeer peer = TestPeer.begun(broker);
    private int nextId;

    TestBroker newBroker() {
        return new TestBroker();
    }

    private static TestBroker keepingApart(TestBroker broker) {
        broker.thresholdBytes = 1000;
        return broker;
    }

    // A producer's side

    /** So many bytes, with a header that says durable in front of one data section. */
    private static byte[] message(int bytes) {
        byte[] body = TestPeer.message("0123456789".repeat(bytes / 10 + 1).substring(0, bytes - 16));
        ByteBuffer all = ByteBuffer.allocate(body.length + 8);
        return all.put(new byte[] {0, 0x53, 0x70, (byte) 0xc0, 3, 2, 0x41, 0x40})
                .put(body)
                .array();
    }

    private void part(TestPeer from, int handle, byte[] message, int start, int end, boolean more) {
        Transfer transfer = start == 0 ? TestPeer.transfer(handle, nextId++) : continuation(handle);
        transfer.setMore(more);
        from.send(0, transfer, Arrays.copyOfRange(message, start, end));
    }

    private static Transfer continuation(int handle) {
        Transfer transfer = new Transfer();
        transfer.setHandle(UnsignedInteger.valueOf(handle));
        return transfer;
    }

    private byte[] send(int handle, int bytes) {
        byte[] message = message(bytes);
        for (int at = 0; at < bytes; at += 400) {
            part(peer, handle, message, at, Math.min(bytes, at + 400), at + 400 < bytes);
        }
        return message;
    }

    private void expectAccepted() {
        assertInstanceOf(Accepted.class, peer.nextOf(Disposition.class).getState());
    }

    /** A large message is in the queue, and its producer gone. */
    private byte[] stored(String queue, int bytes) {
        peer.send(0, TestPeer.sender(9, "producer", queue));
        peer.nextOf(Flow.class);
        byte[] message = send(9, bytes);
        expectAccepted();
        peer.send(0, TestPeer.detach(9, true));
        peer.nextOf(Detach.class);
        return message;
    }

    private void assertNothingIsLeft() {
        assertEquals(Set.of(), bodies.present.keySet());
        assertEquals(0, bodies.sinks, "bodies being written");
        assertEquals(0, bodies.sources, "bodies being read");
    }

    private static boolean isAborted(TestPeer.Frame frame) {
        return ((Transfer) frame.body()).getAborted();
    }

    private static boolean isLast(TestPeer.Frame frame) {
        return !((Transfer) frame.body()).getMore();
    }

    // In

    @Test
    void goesInAndOutByteForByte() {
        byte[] message = stored("q", 5000);
        assertEquals(1, bodies.present.size());
        assertEquals(5000, broker.status("q").bytes());
        peer.attachReceiver(1, "out", "q");
        peer.send(0, TestPeer.credit(1, 0, 1));
        List<TestPeer.Frame> frames = peer.transfers();
        byte[] received = peer.joined(frames);
        // The header is ours and may be encoded in another way.
        assertArrayEquals(
                Arrays.copyOfRange(message, 8, 5000),
                Arrays.copyOfRange(received, received.length - 4992, received.length));
        assertEquals(1, frames.stream().filter(LargeMessageTest::isLast).count());
        peer.send(0, TestPeer.disposition(Role.RECEIVER, 0, 0, true, Accepted.getInstance()));
        assertEquals(0, broker.status("q").messages());
        assertNothingIsLeft();
    }

    @Test
    void oneTransferOfMoreThanTheThresholdIsLargeToo() {
        peer.attachSender(0, "in", "q");
        peer.send(0, TestPeer.transfer(0, 0), message(1001));
        expectAccepted();
        assertEquals(1, bodies.present.size());
        peer.send(0, TestPeer.transfer(0, 1), message(1000));
        expectAccepted();
        assertEquals(1, bodies.present.size());
    }

    @Test
    void abortedLeavesNoTrace() {
        peer.attachSender(0, "in", "q");
        byte[] message = message(3000);
        part(peer, 0, message, 0, 900, true);
        part(peer, 0, message, 900, 2000, true);
        assertEquals(1, bodies.sinks);
        Transfer abort = continuation(0);
        abort.setAborted(true);
        peer.send(0, abort);
        assertNothingIsLeft();
        peer.expectNothing();
        send(0, 3000);
        expectAccepted();
        assertEquals(1, broker.status("q").messages());
    }

    @Test
    void aProducerThatLeavesInTheMiddleLeavesNoTrace() {
        peer.attachSender(0, "in", "q");
        part(peer, 0, message(3000), 0, 2000, true);
        peer.send(0, TestPeer.detach(0, true));
        peer.nextOf(Detach.class);
        assertNothingIsLeft();

        peer.send(0, TestPeer.sender(1, "again", "q"));
        peer.nextOf(Flow.class);
        part(peer, 1, message(3000), 0, 2000, true);
        peer.connection.lost();
        broker.run();
        assertNothingIsLeft();
        assertEquals(0, broker.status("q").messages());
    }

    @Test
    void aMessageThatGrowsTooLargeDetachesAndLeavesNoTrace() {
        broker.limits = AmqpLimits.DEFAULT.withMaxMessageBytes(2500);
        TestPeer other = TestPeer.begun(broker);
        Attach attach = other.attachSender(0, "in", "q");
        assertEquals(UnsignedLong.valueOf(2500), attach.getMaxMessageSize());
        byte[] message = message(4000);
        part(other, 0, message, 0, 2000, true);
        part(other, 0, message, 2000, 2600, true);
        other.expectDetach("amqp:link:message-size-exceeded");
        part(other, 0, message, 2600, 4000, false);
        assertNothingIsLeft();
    }

    @Test
    void whatIsInFrontOfTheBodyHasToEndWithinTheThreshold() {
        peer.attachSender(0, "in", "q");
        ByteBuffer annotations = ByteBuffer.allocate(2000);
        annotations.put(new byte[] {0, 0x53, 0x72, (byte) 0xd1}).putInt(1992).putInt(2);
        part(peer, 0, annotations.array(), 0, 1200, true);
        peer.expectDetach("amqp:decode-error");
        assertNothingIsLeft();

        peer.send(0, TestPeer.sender(2, "whole", "q"));
        peer.nextOf(Flow.class);
        annotations
                .put((byte) 0xa3)
                .put((byte) 1)
                .put((byte) 'k')
                .put((byte) 0xb0)
                .putInt(1981)
                .position(2000);
        ByteBuffer whole = ByteBuffer.allocate(2012);
        whole.put(annotations.flip()).put(TestPeer.message("body"));
        part(peer, 2, whole.array(), 0, 2012, false);
        peer.expectDetach("amqp:decode-error");
        assertNothingIsLeft();
    }

    @Test
    void aSmallMessageDoesNotOvertakeALargeOne() {
        peer.attachSender(0, "in", "q");
        bodies.held = true;
        byte[] large = send(0, 3000);
        peer.send(0, TestPeer.transfer(0, nextId++), TestPeer.message("small"));
        assertEquals(0, broker.status("q").messages());
        bodies.held = false;
        expectAccepted();
        peer.attachReceiverNext(1, "out", "q");
        peer.send(0, TestPeer.credit(1, 0, 2));
        List<TestPeer.Frame> frames = peer.transfers();
        TestPeer.Frame last = frames.get(frames.size() - 1);
        assertEquals("small", TestPeer.body(last.payload()));
        assertTrue(large.length < peer.joined(frames).length);
    }

    @Test
    void whatCameWholeIsStoredAlthoughItsProducerIsGone() {
        peer.attachSender(0, "in", "q");
        bodies.held = true;
        send(0, 3000);
        peer.connection.lost();
        broker.run();
        bodies.held = false;
        broker.run();
        assertEquals(1, broker.status("q").messages());
        assertEquals(1, bodies.present.size());
    }

    @Test
    void aDetachIsAnsweredWhenTheLargeMessageIs() {
        peer.attachSender(0, "in", "q");
        bodies.held = true;
        send(0, 3000);
        peer.send(0, TestPeer.detach(0, true));
        peer.expectNothing();
        bodies.held = false;
        expectAccepted();
        peer.nextOf(Detach.class);
        assertEquals(1, broker.status("q").messages());
    }

    @Test
    void withoutRoomALargeMessageIsRejectedAndTheLinkLives() {
        peer.attachSender(0, "in", "q");
        bodies.full = true;
        bodies.held = true;
        send(0, 3000);
        bodies.held = false;
        Disposition answer = peer.nextOf(Disposition.class);
        assertEquals(
                Symbol.valueOf("amqp:resource-limit-exceeded"),
                assertInstanceOf(Rejected.class, answer.getState()).getError().getCondition());
        bodies.full = false;
        send(0, 3000);
        expectAccepted();
        assertEquals(1, bodies.present.size());
    }

    @Test
    void whenTheRoomEndsInTheMiddleTheLinkIsDetached() {
        peer.attachSender(0, "in", "q");
        byte[] message = message(3000);
        part(peer, 0, message, 0, 2000, true);
        bodies.full = true;
        part(peer, 0, message, 2000, 2500, true);
        peer.expectDetach("amqp:resource-limit-exceeded");
        part(peer, 0, message, 2500, 3000, false);
        assertNothingIsLeft();
    }

    @Test
    void aMessageTheQueueDoesNotTakeLeavesNoBody() {
        broker.declare(QueueDefinition.named("small")
                .withLimits(new QueueDefinition.Limits(
                        10, 2000, QueueDefinition.Overflow.REJECT, QueueDefinition.UNLIMITED)));
        peer.attachSender(0, "in", "small");
        send(0, 3000);
        assertInstanceOf(Rejected.class, peer.nextOf(Disposition.class).getState());
        assertNothingIsLeft();
        Attach anonymous = TestPeer.sender(1, "anywhere", null);
        peer.send(0, anonymous);
        peer.nextOf(Flow.class);
        send(1, 3000);
        assertInstanceOf(Rejected.class, peer.nextOf(Disposition.class).getState());
        assertNothingIsLeft();
    }

    @Test
    void aConnectionIsNotReadWhileTooMuchWaitsForTheDisk() {
        peer.attachSender(0, "in", "q");
        bodies.held = true;
        byte[] message = message(2 << 20);
        part(peer, 0, message, 0, 60_000, true);
        assertTrue(peer.connection.wantsInput());
        for (int at = 60_000; at < 1_200_000; at += 60_000) {
            part(peer, 0, message, at, at + 60_000, true);
        }
        assertFalse(peer.connection.wantsInput());
        bodies.held = false;
        peer.settle();
        assertTrue(peer.connection.wantsInput());
        peer.connection.lost();
        assertNothingIsLeft();
    }

    /** Flows of the session, the newest last. */
    private List<Flow> flows() {
        peer.settle();
        return peer.frames.stream()
                .filter(frame -> frame.body() instanceof Flow)
                .map(frame -> (Flow) frame.body())
                .toList();
    }

    @Test
    void aProducerIsToldToStayAFewMegabytesAheadOfTheDisk() {
        peer.attachSender(0, "in", "q");
        byte[] message = message(12_000_000);
        int sent = 0;
        for (; sent < 1_200_000; sent += 60_000) {
            part(peer, 0, message, sent, sent + 60_000, true);
        }
        Flow narrow = flows().get(flows().size() - 1);
        int frames = narrow.getIncomingWindow().intValue();
        assertTrue(frames >= 16 && frames <= 70, () -> frames + " frames");

        // While the disk takes nothing, the peer gets to the end of its window and no further.
        bodies.held = true;
        int told = flows().size();
        int end = narrow.getNextIncomingId().intValue() + frames;
        for (int next = sent / 60_000; next < end; next++, sent += 60_000) {
            part(peer, 0, message, sent, sent + 60_000, true);
        }
        assertEquals(told, flows().size());
        bodies.held = false;
        Flow more = flows().get(flows().size() - 1);
        assertEquals(end, more.getNextIncomingId().intValue());
        assertTrue(more.getIncomingWindow().intValue() >= frames - 1);

        for (; sent < message.length; sent += 60_000) {
            part(peer, 0, message, sent, sent + 60_000, sent + 60_000 < message.length);
        }
        expectAccepted();
        Flow wide = flows().get(flows().size() - 1);
        assertEquals(UnsignedInteger.valueOf(Integer.MAX_VALUE), wide.getIncomingWindow());
    }

    @Test
    void theWindowIsWideAgainWhenAProducerLeavesInTheMiddle() {
        peer.attachSender(0, "in", "q");
        byte[] message = message(3_000_000);
        for (int sent = 0; sent < 1_200_000; sent += 60_000) {
            part(peer, 0, message, sent, sent + 60_000, true);
        }
        peer.send(0, TestPeer.detach(0, true));
        peer.nextOf(Detach.class);
        Flow echo = TestPeer.sessionFlow();
        echo.setEcho(true);
        peer.send(0, echo);
        Flow wide = flows().get(flows().size() - 1);
        assertEquals(UnsignedInteger.valueOf(Integer.MAX_VALUE), wide.getIncomingWindow());
    }

    // Out

    private static Begin begin(int incomingWindow) {
        Begin begin = TestPeer.begin();
        begin.setIncomingWindow(UnsignedInteger.valueOf(incomingWindow));
        return begin;
    }

    /** The peer has got so many transfers and takes so many more. */
    private static Flow window(int received, int more) {
        Flow flow = TestPeer.sessionFlow();
        flow.setNextIncomingId(UnsignedInteger.valueOf(1 + received));
        flow.setIncomingWindow(UnsignedInteger.valueOf(more));
        return flow;
    }

    private TestPeer consumer(int incomingWindow, String name) {
        TestPeer consumer = TestPeer.open(broker);
        consumer.send(0, begin(incomingWindow));
        consumer.expect(Begin.class);
        consumer.attachReceiver(1, name, "q");
        Flow flow = window(0, incomingWindow);
        flow.setHandle(UnsignedInteger.ONE);
        flow.setDeliveryCount(UnsignedInteger.ZERO);
        flow.setLinkCredit(UnsignedInteger.valueOf(2));
        consumer.send(0, flow);
        return consumer;
    }

    @Test
    void aConsumerThatStallsHoldsTwoChunksAndNoMore() {
        stored("q", 5000);
        TestPeer consumer = consumer(2, "slow");
        assertEquals(2, consumer.transfers().size());
        assertTrue(bodies.reads <= 4, () -> bodies.reads + " chunks read, 2 sent");
        consumer.send(0, window(2, 3));
        assertEquals(3, consumer.transfers().size());
        assertTrue(bodies.reads <= 7, () -> bodies.reads + " chunks read, 5 sent");
        consumer.send(0, window(5, 100));
        List<TestPeer.Frame> rest = consumer.transfers();
        assertTrue(isLast(rest.get(rest.size() - 1)));
        assertEquals(0, bodies.sources);
    }

    @Test
    void severalConsumersAreServedAtOnce() {
        byte[] message = stored("q", 5000);
        stored("q", 5000);
        TestPeer one = consumer(3, "one");
        Flow credit = TestPeer.credit(1, 0, 1);
        TestPeer other = consumer(3, "other");
        // The first asked for two and has both; its credit goes down to what it has begun.
        assertEquals(3, one.transfers().size());
        assertEquals(0, other.transfers().size());
        one.send(0, TestPeer.detach(1, true));
        one.nextOf(Detach.class);
        assertEquals(3, other.transfers().size());
        one.attachReceiver(2, "again", "q");
        Flow again = window(3, 1000);
        again.setHandle(UnsignedInteger.valueOf(2));
        again.setDeliveryCount(UnsignedInteger.ZERO);
        again.setLinkCredit(credit.getLinkCredit());
        one.send(0, again);
        other.send(0, window(3, 1000));
        assertTrue(isLast(last(other.transfers())));
        assertEquals(2, bodies.present.size());
        assertTrue(message.length > 0);
    }

    private static TestPeer.Frame last(List<TestPeer.Frame> frames) {
        return frames.get(frames.size() - 1);
    }

    @Test
    void otherLinksOfTheConnectionGoOnBetweenChunks() {
        stored("q", 5000);
        broker.declare(QueueDefinition.named("r"));
        peer.attachSender(0, "in", "r");
        peer.send(0, TestPeer.transfer(0, nextId++), TestPeer.message("quick"));
        expectAccepted();
        peer.attachReceiver(1, "large", "q");
        peer.attachReceiver(2, "small", "r");
        bodies.held = true;
        peer.send(0, TestPeer.credit(1, 0, 1));
        peer.transfers();
        // One chunk goes; the next waits for the disk, and the small message does not.
        bodies.step();
        peer.settle();
        peer.send(0, TestPeer.credit(2, 0, 1));
        List<TestPeer.Frame> frames = peer.transfers();
        assertEquals("quick", TestPeer.body(last(frames).payload()));
        bodies.held = false;
        assertTrue(isLast(last(peer.transfers())));
    }

    @Test
    void whatIsBehindALargeMessageComesAfterIt() {
        stored("q", 5000);
        peer.attachSender(0, "in", "q");
        peer.send(0, TestPeer.transfer(0, nextId++), TestPeer.message("behind"));
        expectAccepted();
        peer.attachReceiver(1, "out", "q");
        peer.send(0, TestPeer.credit(1, 0, 10));
        List<TestPeer.Frame> frames = peer.transfers();
        assertEquals("behind", TestPeer.body(last(frames).payload()));
        assertTrue(isLast(frames.get(frames.size() - 2)));
    }

    @Test
    void aConsumerThatDetachesInTheMiddleGivesTheMessageBack() {
        stored("q", 5000);
        TestPeer consumer = consumer(2, "leaves");
        consumer.transfers();
        consumer.send(0, TestPeer.detach(1, true));
        consumer.nextOf(Detach.class);
        assertEquals(0, bodies.sources);
        assertEquals(0, broker.status("q").unsettled());
        assertEquals(0, deliveryCount(consumer(1000, "next").transfers()));
    }

    @Test
    void aConsumerThatIsLostInTheMiddleCounts() {
        stored("q", 5000);
        TestPeer consumer = consumer(2, "dies");
        consumer.transfers();
        consumer.connection.lost();
        broker.run();
        assertEquals(0, bodies.sources);
        assertEquals(1, deliveryCount(consumer(1000, "next").transfers()));
    }

    /** Of the header the broker wrote; 0 when there is none. */
    private static int deliveryCount(List<TestPeer.Frame> frames) {
        byte[] first = frames.get(0).payload();
        boolean header = first[2] == 0x70;
        return header && first[5] == 5 ? first[first[4] + 4] : 0;
    }

    @Test
    void aConsumerThatIsLostBeforeTheFirstChunkDoesNotCount() {
        stored("q", 5000);
        bodies.held = true;
        TestPeer consumer = consumer(1000, "early");
        consumer.connection.lost();
        broker.run();
        bodies.held = false;
        broker.run();
        assertEquals(0, bodies.sources);
        assertEquals(0, deliveryCount(consumer(1000, "next").transfers()));
    }

    @Test
    void anOutcomeInTheMiddleEndsTheDelivery() {
        stored("q", 5000);
        TestPeer consumer = consumer(2, "hasty");
        consumer.transfers();
        consumer.send(0, TestPeer.disposition(Role.RECEIVER, 0, 0, true, Accepted.getInstance()));
        consumer.send(0, window(2, 100));
        List<TestPeer.Frame> frames = consumer.transfers();
        assertEquals(1, frames.size());
        assertTrue(isAborted(frames.get(0)));
        assertEquals(0, frames.get(0).payload().length);
        assertEquals(0, broker.status("q").messages());
        assertNothingIsLeft();
        assertFalse(consumer.closed);
    }

    @Test
    void aSettlementWithoutOutcomeInTheMiddleGivesItBack() {
        stored("q", 5000);
        TestPeer consumer = consumer(2, "vague");
        consumer.transfers();
        consumer.send(0, TestPeer.disposition(Role.RECEIVER, 0, 0, true, null));
        consumer.send(0, window(2, 100));
        List<TestPeer.Frame> frames = consumer.transfers();
        assertTrue(isAborted(frames.get(0)));
        assertTrue(isLast(last(frames)), "it comes again");
        assertFalse(isAborted(last(frames)));
    }

    @Test
    void aSettlementWithoutOutcomeBeforeTheLastTransferGivesItBack() {
        stored("q", 5000);
        int frames = (5000 - 8 + TestBodies.CHUNK - 1) / TestBodies.CHUNK;
        TestPeer consumer = consumer(frames - 1, "vague");
        assertEquals(frames - 1, consumer.transfers().size());
        consumer.send(0, TestPeer.disposition(Role.RECEIVER, 0, 0, true, null));
        consumer.send(0, window(frames - 1, 1000));
        List<TestPeer.Frame> rest = consumer.transfers();
        assertTrue(isLast(rest.get(0)));
        assertEquals(1 + frames, rest.size());
        assertFalse(consumer.closed);
    }

    @Test
    void aRangeThatSettlesABegunDeliverySettlesTheOthersToo() {
        peer.attachSender(0, "in", "q");
        peer.send(0, TestPeer.transfer(0, nextId++), TestPeer.message("first"));
        expectAccepted();
        peer.send(0, TestPeer.detach(0, true));
        peer.nextOf(Detach.class);
        stored("q", 5000);
        TestPeer consumer = consumer(3, "hasty");
        consumer.transfers();
        consumer.send(0, TestPeer.disposition(Role.RECEIVER, 0, 1, true, Accepted.getInstance()));
        consumer.send(0, window(3, 100));
        assertTrue(isAborted(last(consumer.transfers())));
        assertEquals(0, broker.status("q").messages());
        assertNothingIsLeft();
    }

    @Test
    void aRejectionInTheMiddleIsKept() {
        broker.declare(QueueDefinition.named("d")
                .withDeadLetter(new QueueDefinition.DeadLetter(Optional.of("q"), Optional.empty(), 0)));
        stored("d", 5000);
        TestPeer consumer = TestPeer.open(broker);
        consumer.send(0, begin(2));
        consumer.expect(Begin.class);
        consumer.attachReceiver(1, "picky", "d");
        Flow flow = window(0, 2);
        flow.setHandle(UnsignedInteger.ONE);
        flow.setDeliveryCount(UnsignedInteger.ZERO);
        flow.setLinkCredit(UnsignedInteger.ONE);
        consumer.send(0, flow);
        consumer.transfers();
        consumer.send(0, TestPeer.disposition(Role.RECEIVER, 0, 0, true, new Rejected()));
        assertEquals(1, broker.status("q").messages());
        assertEquals(1, bodies.present.size());
    }

    @Test
    void creditTakenBackInTheMiddleDoesNotStopWhatHasBegun() {
        stored("q", 5000);
        TestPeer consumer = consumer(2, "pauses");
        consumer.transfers();
        Flow none = window(2, 1000);
        none.setHandle(UnsignedInteger.ONE);
        none.setDeliveryCount(UnsignedInteger.ZERO);
        none.setLinkCredit(UnsignedInteger.ZERO);
        consumer.send(0, none);
        assertTrue(isLast(last(consumer.transfers())));
    }

    @Test
    void aPresettledConsumerGetsItAndNothingStays() {
        stored("q", 5000);
        Attach attach = TestPeer.receiver(1, "once", "q");
        attach.setSndSettleMode(SenderSettleMode.SETTLED);
        peer.send(0, attach);
        peer.nextOf(Attach.class);
        peer.send(0, TestPeer.credit(1, 0, 1));
        List<TestPeer.Frame> frames = peer.transfers();
        assertTrue(isLast(last(frames)));
        assertTrue(frames.stream().allMatch(frame -> ((Transfer) frame.body()).getSettled()));
        assertEquals(0, broker.status("q").messages());
        assertNothingIsLeft();
    }

    @Test
    void aBrowserSeesItAndItStays() {
        stored("q", 5000);
        Attach attach = TestPeer.receiver(1, "look", "q");
        ((Source) attach.getSource()).setDistributionMode(Symbol.valueOf("copy"));
        peer.send(0, attach);
        peer.nextOf(Attach.class);
        peer.send(0, TestPeer.credit(1, 0, 1));
        assertTrue(isLast(last(peer.transfers())));
        peer.send(0, TestPeer.disposition(Role.RECEIVER, 0, 0, true, Released.getInstance()));
        assertEquals(1, broker.status("q").messages());
        assertEquals(1, bodies.present.size());
        assertEquals(0, bodies.sources);
    }

    @Test
    void aDrainIsAnsweredBehindTheLargeMessage() {
        stored("q", 5000);
        peer.attachReceiver(1, "out", "q");
        Flow drain = TestPeer.credit(1, 0, 5);
        drain.setDrain(true);
        peer.send(0, drain);
        Transfer transfer = peer.nextOf(Transfer.class);
        while (transfer.getMore()) {
            transfer = peer.expect(Transfer.class);
        }
        Flow answer = peer.expect(Flow.class);
        assertEquals(UnsignedInteger.ZERO, answer.getLinkCredit());
        assertEquals(UnsignedInteger.valueOf(5), answer.getDeliveryCount());
    }

    @Test
    void aConsumerIsNotGivenMoreThanItTakes() {
        stored("q", 5000);
        Attach attach = TestPeer.receiver(1, "small", "q");
        attach.setMaxMessageSize(UnsignedLong.valueOf(4000));
        peer.send(0, attach);
        peer.nextOf(Attach.class);
        peer.send(0, TestPeer.credit(1, 0, 1));
        assertEquals(List.of(), peer.transfers());
        assertEquals(1, broker.status("q").messages());
        assertEquals(0, bodies.sources);
    }

    @Test
    void aQueueThatIsDeletedInTheMiddleDetachesItsConsumer() {
        stored("q", 5000);
        TestPeer consumer = consumer(2, "out");
        consumer.transfers();
        broker.delete("q");
        consumer.send(0, window(2, 100));
        Transfer end = consumer.nextOf(Transfer.class);
        assertTrue(end.getAborted());
        consumer.expectDetach("amqp:resource-deleted");
        assertNothingIsLeft();
    }

    // Damage

    private void deadLettersTo(String queue) {
        broker.declare(QueueDefinition.named("dead"));
        broker.declare(QueueDefinition.named(queue)
                .withDeadLetter(new QueueDefinition.DeadLetter(Optional.of("dead"), Optional.empty(), 3)));
    }

    @Test
    void whatIsDamagedAtTheBeginningIsNeverSent() {
        deadLettersTo("w");
        stored("w", 5000);
        peer.attachSender(0, "in", "w");
        peer.send(0, TestPeer.transfer(0, nextId++), TestPeer.message("good"));
        expectAccepted();
        bodies.damagedFrom = 0;
        peer.attachReceiver(1, "out", "w");
        peer.send(0, TestPeer.credit(1, 0, 2));
        List<TestPeer.Frame> frames = peer.transfers();
        assertEquals(1, frames.size());
        assertEquals("good", TestPeer.body(frames.get(0).payload()));
        assertEquals(1, broker.status("dead").messages());
        assertEquals(1, broker.status("w").messages());
        assertNothingIsLeft();
    }

    @Test
    void whatIsDamagedFurtherOnIsAborted() {
        deadLettersTo("w");
        stored("w", 5000);
        peer.attachSender(0, "in", "w");
        peer.send(0, TestPeer.transfer(0, nextId++), TestPeer.message("good"));
        expectAccepted();
        bodies.damagedFrom = 3;
        peer.attachReceiver(1, "out", "w");
        peer.send(0, TestPeer.credit(1, 0, 2));
        List<TestPeer.Frame> frames = peer.transfers();
        assertTrue(isAborted(frames.get(frames.size() - 2)));
        assertEquals("good", TestPeer.body(last(frames).payload()));
        assertEquals(1, broker.status("dead").messages());
        assertNothingIsLeft();
        peer.attachReceiver(2, "undertaker", "dead");
        peer.send(0, TestPeer.credit(2, 0, 1));
        byte[] left = peer.joined(peer.transfers());
        assertTrue(new String(left, java.nio.charset.StandardCharsets.ISO_8859_1).contains("damaged"));
        assertArrayEquals(new byte[] {0, 0x53, 0x77, 0x40}, Arrays.copyOfRange(left, left.length - 4, left.length));
    }
}
