package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.QueueDefinition;
import java.util.List;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.Test;

/** Link credit, drain, echo. */
class Section2_6_7_FlowTest {
    private final TestBroker broker = newBroker();
    private final TestPeer peer = TestPeer.begun(broker);

    TestBroker newBroker() {
        return new TestBroker();
    }

    private void publish(int count) {
        peer.attachSender(0, "in", "q");
        for (int i = 0; i < count; i++) {
            peer.pipelined(0, TestPeer.transfer(0, i), TestPeer.message("m" + i));
            if (i % 400 == 399) {
                peer.settle();
            }
        }
        peer.settle();
        peer.transfers();
    }

    @Test
    void nothingIsSentWithoutCredit() {
        publish(3);
        peer.attachReceiverNext(1, "out", "q");
        assertEquals(List.of(), peer.transfers());
    }

    @Test
    void creditIsCountedFromTheReceiversDeliveryCount() {
        publish(10);
        peer.attachReceiverNext(1, "out", "q");
        peer.send(0, TestPeer.credit(1, 0, 3));
        assertEquals(3, peer.transfers().size());
        // The receiver has seen one of the three: two more are on their way already.
        peer.send(0, TestPeer.credit(1, 1, 3));
        assertEquals(1, peer.transfers().size());
    }

    @Test
    void creditMayBeTakenBack() {
        peer.attachReceiver(1, "out", "q");
        peer.send(0, TestPeer.credit(1, 0, 10));
        peer.send(0, TestPeer.credit(1, 0, 0));
        publish(3);
        assertEquals(List.of(), peer.transfers());
    }

    @Test
    void hugeCreditIsCreditAndNotNone() {
        publish(3);
        peer.attachReceiverNext(1, "out", "q");
        peer.send(0, TestPeer.credit(1, 0, 0xffff_ffffL));
        assertEquals(3, peer.transfers().size());
        peer.send(0, TestPeer.credit(1, 3, 0x8000_0000L));
        peer.send(0, TestPeer.transfer(0, 3), TestPeer.message("more"));
        assertEquals(1, peer.transfers().size());
    }

    @Test
    void drainSendsWhatThereIsAndUsesUpTheRest() {
        publish(2);
        peer.attachReceiverNext(1, "out", "q");
        Flow drain = TestPeer.credit(1, 0, 10);
        drain.setDrain(true);
        peer.send(0, drain);
        peer.expect(Transfer.class);
        peer.expect(Transfer.class);
        Flow answer = peer.expect(Flow.class);
        assertEquals(UnsignedInteger.ZERO, answer.getLinkCredit());
        assertEquals(UnsignedInteger.valueOf(10), answer.getDeliveryCount());
        assertTrue(answer.getDrain());
    }

    @Test
    void drainOfAnEmptyQueueIsAnsweredAtOnceAndAgain() {
        peer.attachReceiver(1, "out", "q");
        Flow drain = TestPeer.credit(1, 0, 5);
        drain.setDrain(true);
        peer.send(0, drain);
        assertEquals(UnsignedInteger.valueOf(5), peer.expect(Flow.class).getDeliveryCount());
        Flow again = TestPeer.credit(1, 5, 1);
        again.setDrain(true);
        peer.send(0, again);
        assertEquals(UnsignedInteger.valueOf(6), peer.expect(Flow.class).getDeliveryCount());
        peer.send(0, TestPeer.credit(1, 6, 1));
        publish(1);
        peer.send(0, TestPeer.credit(1, 7, 1));
        assertEquals(1, broker.status("q").unsettled());
    }

    @Test
    void moreCreditThanWeRunAheadIsDrainedAllTheSame() {
        peer.attachReceiver(1, "out", "q");
        Flow drain = TestPeer.credit(1, 0, 1000);
        drain.setDrain(true);
        peer.send(0, drain);
        assertEquals(UnsignedInteger.valueOf(1000), peer.expect(Flow.class).getDeliveryCount());
    }

    @Test
    void aDrainSendsAllThereIsHoweverMuch() {
        publish(700);
        peer.attachReceiverNext(1, "out", "q");
        Flow drain = TestPeer.credit(1, 0, 1000);
        drain.setDrain(true);
        peer.send(0, drain);
        for (int i = 0; i < 700; i++) {
            peer.expect(Transfer.class);
        }
        assertEquals(UnsignedInteger.valueOf(1000), peer.expect(Flow.class).getDeliveryCount());
    }

    @Test
    void creditBehindADrainCountsAnew() {
        peer.attachReceiver(1, "out", "q");
        Flow drain = TestPeer.credit(1, 0, 10);
        drain.setDrain(true);
        peer.send(0, drain);
        assertEquals(UnsignedInteger.valueOf(10), peer.expect(Flow.class).getDeliveryCount());
        peer.send(0, TestPeer.credit(1, 10, 3));
        publish(5);
        assertEquals(3, broker.status("q").unsettled());
        peer.send(0, TestPeer.credit(1, 13, 1));
        assertEquals(1, peer.transfers().size());
    }

    @Test
    void aDrainTakenBackInTheSameReadLeavesTheCredit() {
        peer.attachReceiver(1, "out", "q");
        Flow drain = TestPeer.credit(1, 0, 10);
        drain.setDrain(true);
        peer.pipelined(0, drain, new byte[0]);
        peer.pipelined(0, TestPeer.credit(1, 0, 3), new byte[0]);
        publish(5);
        assertEquals(3, broker.status("q").unsettled());
    }

    @Test
    void drainWaitsForTheSessionWindow() {
        publish(4);
        peer.attachReceiverNext(1, "out", "q");
        Flow drain = TestPeer.credit(1, 0, 10);
        drain.setDrain(true);
        drain.setIncomingWindow(UnsignedInteger.valueOf(2));
        peer.send(0, drain);
        peer.expect(Transfer.class);
        peer.expect(Transfer.class);
        peer.expectNothing();
        Flow window = TestPeer.sessionFlow();
        window.setNextIncomingId(UnsignedInteger.valueOf(3));
        peer.send(0, window);
        peer.expect(Transfer.class);
        peer.expect(Transfer.class);
        assertEquals(UnsignedInteger.valueOf(10), peer.expect(Flow.class).getDeliveryCount());
    }

    @Test
    void echoOnALinkIsAnsweredAtOnce() {
        publish(2);
        peer.attachReceiverNext(1, "out", "q");
        Flow pause = TestPeer.credit(1, 0, 0);
        pause.setEcho(true);
        peer.send(0, pause);
        Flow answer = peer.expect(Flow.class);
        assertEquals(UnsignedInteger.ONE, answer.getHandle());
        assertEquals(UnsignedInteger.ZERO, answer.getLinkCredit());
        assertEquals(UnsignedInteger.ZERO, answer.getDeliveryCount());
        assertFalse(answer.getEcho());
    }

    @Test
    void echoTellsHowManyMessagesWaitForCredit() {
        publish(5);
        peer.attachReceiverNext(1, "out", "q");
        Flow flow = TestPeer.credit(1, 0, 2);
        flow.setEcho(true);
        peer.send(0, flow);
        Flow answer = peer.nextOf(Flow.class);
        assertEquals(UnsignedInteger.valueOf(3), answer.getAvailable());
        Flow more = TestPeer.credit(1, 2, 3);
        more.setEcho(true);
        peer.send(0, more);
        assertEquals(UnsignedInteger.ZERO, peer.nextOf(Flow.class).getAvailable());
    }

    @Test
    void echoBehindAnAttachInTheSameReadIsAnswered() {
        peer.pipelined(0, TestPeer.receiver(1, "out", "q"), new byte[0]);
        Flow flow = TestPeer.credit(1, 0, 5);
        flow.setEcho(true);
        peer.pipelined(0, flow, new byte[0]);
        peer.expect(Attach.class);
        assertEquals(UnsignedInteger.valueOf(5), peer.expect(Flow.class).getLinkCredit());
    }

    @Test
    void aFlowWithoutCreditEndsTheSession() {
        peer.attachReceiver(1, "out", "q");
        Flow flow = TestPeer.credit(1, 0, 1);
        flow.setLinkCredit(null);
        peer.send(0, flow);
        peer.expectEnd("amqp:invalid-field");
    }

    @Test
    void aSendersFlowWithoutDeliveryCountEndsTheSession() {
        peer.attachSender(0, "in", "q");
        Flow flow = TestPeer.credit(0, 0, 1);
        flow.setDeliveryCount(null);
        peer.send(0, flow);
        peer.expectEnd("amqp:invalid-field");
    }

    @Test
    void aReceiverMayLeaveOutTheDeliveryCount() {
        publish(1);
        peer.attachReceiverNext(1, "out", "q");
        Flow flow = TestPeer.credit(1, 0, 1);
        flow.setDeliveryCount(null);
        peer.send(0, flow);
        assertEquals(1, peer.transfers().size());
    }

    @Test
    void aSenderThatOverrunsItsCreditIsDetachedAndNothingElse() {
        broker.limits =
                AmqpLimits.DEFAULT.withWindows(new AmqpLimits.Window(4, 1 << 20), AmqpLimits.Flow.DEFAULT.outgoing());
        TestPeer small = TestPeer.begun(broker);
        small.attachSender(0, "in", "q");
        for (int i = 0; i < 8; i++) {
            small.pipelined(0, TestPeer.transfer(0, i), TestPeer.message("x"));
        }
        small.expectDetach("amqp:link:transfer-limit-exceeded");
        assertEquals(4, broker.status("q").messages());
        small.send(0, TestPeer.detach(0, true));
        small.send(0, TestPeer.sender(1, "again", "q"));
        small.next(Attach.class);
        small.next(Flow.class);
        small.send(0, TestPeer.transfer(1, 8), TestPeer.message("x"));
        small.next(Disposition.class);
    }

    @Test
    void creditIsRefilledWhenHalfOfItIsAnswered() {
        broker.limits =
                AmqpLimits.DEFAULT.withWindows(new AmqpLimits.Window(4, 1 << 20), AmqpLimits.Flow.DEFAULT.outgoing());
        TestPeer small = TestPeer.begun(broker);
        small.attachSender(0, "in", "q");
        small.send(0, TestPeer.transfer(0, 0), TestPeer.message("x"));
        small.expect(Disposition.class);
        small.expectNothing();
        small.send(0, TestPeer.transfer(0, 1), TestPeer.message("x"));
        Flow flow = small.expect(Flow.class);
        assertEquals(UnsignedInteger.valueOf(2), flow.getDeliveryCount());
        assertEquals(UnsignedInteger.valueOf(4), flow.getLinkCredit());
    }

    @Test
    void aFullQueueGivesNoCreditUntilThereIsRoom() {
        broker.declare(QueueDefinition.named("small")
                .withLimits(new QueueDefinition.Limits(
                        2, QueueDefinition.UNLIMITED, QueueDefinition.Overflow.BLOCK, QueueDefinition.UNLIMITED)));
        broker.limits =
                AmqpLimits.DEFAULT.withWindows(new AmqpLimits.Window(2, 1 << 20), AmqpLimits.Flow.DEFAULT.outgoing());
        TestPeer small = TestPeer.begun(broker);
        small.attachSender(0, "in", "small");
        small.send(0, TestPeer.transfer(0, 0), TestPeer.message("x"));
        small.send(0, TestPeer.transfer(0, 1), TestPeer.message("x"));
        small.transfers();
        small.expectNothing();
        Attach out = TestPeer.receiver(1, "out", "small");
        out.setSndSettleMode(SenderSettleMode.SETTLED);
        small.send(0, out);
        small.expect(Attach.class);
        small.send(0, TestPeer.credit(1, 0, 5));
        assertEquals(UnsignedInteger.ZERO, small.nextOf(Flow.class).getHandle());
    }

    @Test
    void aSlowReaderHoldsNoMoreThanItsWindow() {
        publish(2000);
        peer.attachReceiverNext(1, "out", "q");
        peer.writable = false;
        peer.send(0, TestPeer.credit(1, 0, 2000));
        assertEquals(
                broker.limits.flow().outgoing().messages(), broker.status("q").unsettled());
        peer.writable = true;
        assertEquals(2000, peer.transfers().size());
    }

    @Test
    void aSlowReaderOfLargeMessagesHoldsItsBytes() {
        broker.limits =
                AmqpLimits.DEFAULT.withWindows(AmqpLimits.Flow.DEFAULT.incoming(), new AmqpLimits.Window(256, 100_000));
        TestPeer other = TestPeer.begun(broker);
        other.attachSender(0, "in", "q");
        for (int i = 0; i < 100; i++) {
            other.send(0, TestPeer.transfer(0, i), TestPeer.message("x".repeat(10_000)));
        }
        other.attachReceiverNext(1, "out", "q");
        other.send(0, TestPeer.credit(1, 0, 1));
        other.writable = false;
        other.send(0, TestPeer.credit(1, 1, 99));
        assertTrue(broker.status("q").unsettled() <= 11, broker.status("q") + "");
        other.writable = true;
        assertEquals(100, other.transfers().size());
    }
}
