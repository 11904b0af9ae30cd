package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.QueueDefinition;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Received;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.Test;

/** Messages to a consumer and what it says of them. */
class Section3_4_OutcomeTest {
    private final TestBroker broker = newBroker();
    private final TestPeer peer = TestPeer.begun(broker);

    TestBroker newBroker() {
        return new TestBroker();
    }

    private void publish(int count) {
        peer.attachSender(0, "in", "q");
        for (int i = 0; i < count; i++) {
            peer.send(0, TestPeer.transfer(0, i), TestPeer.message("m" + i));
        }
        peer.transfers();
    }

    private List<TestPeer.Frame> receive(int count) {
        peer.attachReceiver(1, "out", "q");
        peer.send(0, TestPeer.credit(1, 0, count));
        return peer.transfers();
    }

    private void settle(int first, int last, boolean settled, DeliveryState state) {
        peer.send(0, TestPeer.disposition(Role.RECEIVER, first, last, settled, state));
    }

    private static Message decode(TestPeer.Frame frame) {
        Message message = Message.Factory.create();
        message.decode(frame.payload(), 0, frame.payload().length);
        return message;
    }

    @Test
    void acceptedLeavesTheQueue() {
        publish(2);
        receive(2);
        assertEquals(2, broker.status("q").unsettled());
        settle(0, 0, true, Accepted.getInstance());
        peer.expectNothing();
        assertEquals(1, broker.status("q").messages());
    }

    @Test
    void anOutcomeWithoutSettlementIsSettledByUs() {
        publish(1);
        receive(1);
        settle(0, 0, false, Accepted.getInstance());
        Disposition answer = peer.expect(Disposition.class);
        assertEquals(Role.SENDER, answer.getRole());
        assertTrue(answer.getSettled());
        assertEquals(Accepted.getInstance(), answer.getState());
        settle(0, 0, true, Accepted.getInstance());
        peer.expectNothing();
        assertEquals(0, broker.status("q").messages());
    }

    @Test
    void aRangeIsAnsweredAsARange() {
        publish(50);
        receive(50);
        settle(0, 49, false, Accepted.getInstance());
        Disposition answer = peer.expect(Disposition.class);
        assertEquals(UnsignedInteger.ZERO, answer.getFirst());
        assertEquals(UnsignedInteger.valueOf(49), answer.getLast());
        assertEquals(0, broker.status("q").messages());
    }

    @Test
    void releasedGoesBackToItsPlaceUncounted() {
        publish(3);
        receive(1);
        settle(0, 0, true, Released.getInstance());
        peer.send(0, TestPeer.credit(1, 1, 3));
        List<TestPeer.Frame> again = peer.transfers();
        assertEquals("m0", TestPeer.body(again.get(0).payload()));
        assertEquals(0, decode(again.get(0)).getDeliveryCount());
        assertEquals(
                List.of("m0", "m1", "m2"),
                again.stream().map(f -> TestPeer.body(f.payload())).toList());
    }

    @Test
    void modifiedCountsAndAnnotates() {
        publish(1);
        receive(1);
        Modified modified = new Modified();
        modified.setDeliveryFailed(true);
        modified.setMessageAnnotations(Map.of(Symbol.valueOf("x-opt-why"), "tired", Symbol.valueOf("x-opt-n"), 7));
        settle(0, 0, true, modified);
        peer.send(0, TestPeer.credit(1, 1, 1));
        Message again = decode(peer.transfers().get(0));
        assertEquals(1, again.getDeliveryCount());
        assertEquals("tired", again.getMessageAnnotations().getValue().get(Symbol.valueOf("x-opt-why")));
        assertEquals(7, again.getMessageAnnotations().getValue().get(Symbol.valueOf("x-opt-n")));
    }

    @Test
    void rejectedGoesToTheDeadLetterQueue() {
        broker.declare(QueueDefinition.named("dead"));
        broker.declare(QueueDefinition.named("strict")
                .withDeadLetter(new QueueDefinition.DeadLetter(Optional.of("dead"), Optional.empty(), 0)));
        peer.attachSender(0, "in", "strict");
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.message("bad"));
        peer.transfers();
        peer.attachReceiver(1, "out", "strict");
        peer.send(0, TestPeer.credit(1, 0, 1));
        Rejected rejected = new Rejected();
        rejected.setError(new ErrorCondition(Symbol.valueOf("my:bad"), "no good"));
        peer.transfers();
        settle(0, 0, true, rejected);
        assertEquals(0, broker.status("strict").messages());
        assertEquals(1, broker.status("dead").messages());
    }

    @Test
    void settledWithoutAnOutcomeIsTheDefaultOutcome() {
        publish(1);
        Attach attach = TestPeer.receiver(1, "out", "q");
        Modified failed = new Modified();
        failed.setDeliveryFailed(true);
        ((Source) attach.getSource()).setDefaultOutcome(failed);
        peer.send(0, attach);
        peer.expect(Attach.class);
        peer.send(0, TestPeer.credit(1, 0, 1));
        peer.transfers();
        settle(0, 0, true, null);
        peer.send(0, TestPeer.credit(1, 1, 1));
        assertEquals(1, decode(peer.transfers().get(0)).getDeliveryCount());
    }

    @Test
    void settledWithoutAnyOutcomeIsReleased() {
        publish(1);
        receive(1);
        settle(0, 0, true, null);
        peer.send(0, TestPeer.credit(1, 1, 1));
        assertEquals(0, decode(peer.transfers().get(0)).getDeliveryCount());
    }

    @Test
    void receivedDecidesNothing() {
        publish(1);
        receive(1);
        Received received = new Received();
        received.setSectionNumber(UnsignedInteger.ZERO);
        received.setSectionOffset(UnsignedLong.ZERO);
        settle(0, 0, false, received);
        peer.expectNothing();
        assertEquals(1, broker.status("q").unsettled());
    }

    @Test
    void theStateOfATransactionThatDoesNotExistDetaches() {
        publish(1);
        receive(1);
        TransactionalState state = new TransactionalState();
        state.setTxnId(new Binary(new byte[] {1}));
        settle(0, 0, false, state);
        peer.expectDetach("amqp:transaction:unknown-id");
    }

    private void receiveListing(Symbol... outcomes) {
        Attach attach = TestPeer.receiver(1, "out", "q");
        ((Source) attach.getSource()).setOutcomes(outcomes);
        peer.send(0, attach);
        assertArrayEquals(outcomes, ((Source) peer.expect(Attach.class).getSource()).getOutcomes());
        peer.send(0, TestPeer.credit(1, 0, 1));
        assertEquals(1, peer.transfers().size());
    }

    @Test
    void anOutcomeThatTheSourceListsIsTaken() {
        publish(1);
        receiveListing(Symbol.valueOf("amqp:accepted:list"), Symbol.valueOf("amqp:rejected:list"));
        settle(0, 0, true, Accepted.getInstance());
        assertEquals(0, broker.status("q").messages());
    }

    @Test
    void anOutcomeThatTheSourceDoesNotListDetaches() {
        publish(1);
        receiveListing(Symbol.valueOf("amqp:accepted:list"));
        settle(0, 0, true, new Rejected());
        peer.expectDetach("amqp:not-allowed");
        assertEquals(1, broker.status("q").messages());
        assertEquals(0, broker.status("q").unsettled());
    }

    @Test
    void dispositionsOfUnknownDeliveriesAreIgnored() {
        settle(7, 900, true, Accepted.getInstance());
        peer.expectNothing();
        assertFalse(peer.closed);
    }

    @Test
    void aCleanDetachReleases() {
        publish(2);
        receive(2);
        peer.send(0, TestPeer.detach(1, true));
        peer.expect(Detach.class);
        peer.attachReceiver(1, "again", "q");
        peer.send(0, TestPeer.credit(1, 0, 2));
        List<TestPeer.Frame> again = peer.transfers();
        assertEquals("m0", TestPeer.body(again.get(0).payload()));
        assertEquals(0, decode(again.get(0)).getDeliveryCount());
    }

    @Test
    void aLostConnectionCounts() {
        publish(1);
        TestPeer other = TestPeer.begun(broker);
        other.attachReceiver(0, "other", "q");
        other.send(0, TestPeer.credit(0, 0, 1));
        assertEquals(1, other.transfers().size());
        other.connection.lost();
        assertEquals(1, decode(receive(1).get(0)).getDeliveryCount());
    }

    @Test
    void whatWasNeverWrittenDoesNotCount() {
        publish(1);
        TestPeer other = TestPeer.begun(broker);
        other.attachReceiver(0, "other", "q");
        other.writable = false;
        other.send(0, TestPeer.credit(0, 0, 1));
        assertEquals(1, broker.status("q").unsettled());
        other.connection.lost();
        assertEquals(0, decode(receive(1).get(0)).getDeliveryCount());
    }

    @Test
    void sentSettledLeavesTheQueueBeforeItLeavesUs() {
        publish(2);
        Attach attach = TestPeer.receiver(1, "out", "q");
        attach.setSndSettleMode(SenderSettleMode.SETTLED);
        peer.send(0, attach);
        assertEquals(SenderSettleMode.SETTLED, peer.expect(Attach.class).getSndSettleMode());
        peer.send(0, TestPeer.credit(1, 0, 2));
        List<TestPeer.Frame> out = peer.transfers();
        assertTrue(out.stream().allMatch(frame -> ((Transfer) frame.body()).getSettled()));
        assertEquals(0, broker.status("q").messages());
    }

    @Test
    void aBrowserChangesNothing() {
        publish(3);
        Attach attach = TestPeer.receiver(1, "out", "q");
        ((Source) attach.getSource()).setDistributionMode(Symbol.valueOf("copy"));
        peer.send(0, attach);
        Source answer = (Source) peer.expect(Attach.class).getSource();
        assertEquals(Symbol.valueOf("copy"), answer.getDistributionMode());
        peer.send(0, TestPeer.credit(1, 0, 10));
        assertEquals(3, peer.transfers().size());
        settle(0, 2, true, Accepted.getInstance());
        peer.send(0, TestPeer.detach(1, true));
        assertEquals(3, broker.status("q").messages());
        assertEquals(0, broker.status("q").unsettled());
    }

    @Test
    void deliveryTagsAreShortAndDistinctWhileUnsettled() {
        publish(300);
        List<TestPeer.Frame> out = receive(300);
        Set<Binary> tags = new HashSet<>();
        for (TestPeer.Frame frame : out) {
            tags.add(((Transfer) frame.body()).getDeliveryTag());
        }
        assertEquals(300, tags.size());
        assertTrue(tags.stream().allMatch(tag -> tag.getLength() <= 2));
    }

    @Test
    void aConsumerHoldsNoMoreThanItMay() {
        publish(20);
        AmqpLimits.Flow usual = AmqpLimits.Flow.DEFAULT;
        broker.limits = AmqpLimits.DEFAULT.withFlow(new AmqpLimits.Flow(
                usual.incoming(), usual.outgoing(), 5, usual.maxUnansweredBytes(), usual.maxPartialBytes()));
        TestPeer other = TestPeer.begun(broker);
        other.attachReceiver(0, "other", "q");
        other.send(0, TestPeer.credit(0, 0, 20));
        assertEquals(5, other.transfers().size());
        other.send(0, TestPeer.disposition(Role.RECEIVER, 0, 4, true, Accepted.getInstance()));
        assertEquals(5, other.transfers().size());
    }

    @Test
    void aMessageTooLargeForThePeerIsNotSentToIt() {
        publish(1);
        peer.send(0, TestPeer.transfer(0, 1), TestPeer.message("y".repeat(500)));
        peer.send(0, TestPeer.transfer(0, 2), TestPeer.message("m2"));
        peer.transfers();
        Attach attach = TestPeer.receiver(1, "out", "q");
        attach.setMaxMessageSize(UnsignedLong.valueOf(200));
        peer.send(0, attach);
        peer.expect(Attach.class);
        peer.send(0, TestPeer.credit(1, 0, 3));
        List<TestPeer.Frame> out = peer.transfers();
        assertEquals("m0", TestPeer.body(out.get(0).payload()));
        assertEquals("m2", TestPeer.body(out.get(1).payload()));
        assertEquals(3, broker.status("q").messages());
    }
}
