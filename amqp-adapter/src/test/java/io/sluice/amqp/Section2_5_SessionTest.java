package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.Test;

/** Sessions: channels, handles, windows. */
class Section2_5_SessionTest {
    private final TestBroker broker = new TestBroker();
    private final TestPeer peer = TestPeer.begun(broker);

    @Test
    void endIsAnsweredAndTheChannelFree() {
        peer.send(0, new End());
        assertNull(peer.expect(End.class).getError());
        peer.send(0, TestPeer.begin());
        assertEquals(UnsignedShort.valueOf((short) 0), peer.expect(Begin.class).getRemoteChannel());
    }

    @Test
    void aChannelInUseCloses() {
        peer.send(0, TestPeer.begin());
        peer.expectClose("amqp:connection:framing-error");
    }

    @Test
    void aChannelAboveChannelMaxCloses() {
        peer.send(256, TestPeer.begin());
        peer.expectClose("amqp:connection:framing-error");
    }

    @Test
    void aBeginThatAnswersNothingCloses() {
        Begin begin = TestPeer.begin();
        begin.setRemoteChannel(UnsignedShort.valueOf((short) 7));
        peer.send(1, begin);
        peer.expectClose("amqp:connection:framing-error");
    }

    @Test
    void aFrameOnAnUnknownChannelCloses() {
        peer.send(9, TestPeer.sender(0, "in", "q"));
        peer.expectClose("amqp:connection:framing-error");
    }

    @Test
    void flowOnAnUnknownHandleEndsTheSession() {
        peer.send(0, TestPeer.credit(5, 0, 10));
        peer.expectEnd("amqp:session:unattached-handle");
    }

    @Test
    void transferOnAnUnknownHandleEndsTheSession() {
        peer.send(0, TestPeer.transfer(5, 0), TestPeer.message("x"));
        peer.expectEnd("amqp:session:unattached-handle");
    }

    @Test
    void transferOnTheHandleOfAReceiverEndsTheSession() {
        peer.attachReceiver(0, "out", "q");
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.message("x"));
        peer.expectEnd("amqp:session:unattached-handle");
    }

    @Test
    void detachOnAnUnknownHandleEndsTheSession() {
        peer.send(0, TestPeer.detach(5, true));
        peer.expectEnd("amqp:session:unattached-handle");
    }

    @Test
    void aHandleInUseEndsTheSession() {
        peer.attachSender(0, "in", "q");
        peer.send(0, TestPeer.sender(0, "other", "q"));
        peer.expectEnd("amqp:session:handle-in-use");
    }

    @Test
    void otherSessionsSurviveTheEndOfOne() {
        peer.send(1, TestPeer.begin());
        peer.expect(Begin.class);
        peer.send(0, TestPeer.credit(5, 0, 10));
        peer.expectEnd("amqp:session:unattached-handle");
        peer.send(1, TestPeer.sender(0, "in", "q"));
        assertEquals("in", peer.expect(Attach.class).getName());
    }

    @Test
    void framesOfAnEndedSessionAreDropped() {
        peer.attachSender(0, "in", "q");
        peer.send(0, TestPeer.credit(5, 0, 10));
        peer.expectEnd("amqp:session:unattached-handle");
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.message("x"));
        peer.expectNothing();
        peer.send(0, new End());
        peer.send(0, TestPeer.begin());
        peer.expect(Begin.class);
        assertEquals(0, broker.status("q").messages());
    }

    @Test
    void aHandleAboveHandleMaxCloses() {
        peer.send(0, TestPeer.sender(65_536, "in", "q"));
        peer.expectClose("amqp:connection:framing-error");
    }

    @Test
    void theBeginTellsTheHandleMax() {
        assertEquals(
                UnsignedInteger.valueOf(65_535), ((Begin) peer.frames.get(1).body()).getHandleMax());
    }

    @Test
    void anOverlongLinkNameEndsTheSession() {
        peer.send(0, TestPeer.sender(0, "n".repeat(1025), "q"));
        peer.expectEnd("amqp:resource-limit-exceeded");
    }

    @Test
    void aSenderWithoutInitialDeliveryCountEndsTheSession() {
        Attach attach = TestPeer.sender(0, "in", "q");
        attach.setInitialDeliveryCount(null);
        peer.send(0, attach);
        peer.expectEnd("amqp:invalid-field");
    }

    @Test
    void echoOnTheSessionIsAnsweredAtOnce() {
        Flow flow = TestPeer.sessionFlow();
        flow.setEcho(true);
        peer.send(0, flow);
        Flow answer = peer.expect(Flow.class);
        assertNull(answer.getHandle());
        assertEquals(UnsignedInteger.ZERO, answer.getNextIncomingId());
        assertEquals(UnsignedInteger.ONE, answer.getNextOutgoingId());
    }

    @Test
    void aRewoundOutgoingIdIsAWindowViolation() {
        peer.attachSender(0, "in", "q");
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.message("x"));
        peer.send(0, TestPeer.transfer(0, 1), TestPeer.message("x"));
        Flow flow = TestPeer.sessionFlow();
        flow.setNextOutgoingId(UnsignedInteger.ONE);
        peer.send(0, flow);
        peer.expectEnd("amqp:session:window-violation");
    }

    @Test
    void aPresettledSenderInsideTheWindowIsNoViolation() {
        peer.attachSender(0, "in", "q");
        for (int i = 0; i < 500; i++) {
            Transfer transfer = TestPeer.transfer(0, i);
            transfer.setSettled(true);
            peer.pipelined(0, transfer, TestPeer.message("x"));
        }
        peer.settle();
        assertEquals(500, broker.status("q").messages());
    }

    @Test
    void thePeersIncomingWindowIsKept() {
        peer.attachSender(0, "in", "q");
        for (int i = 0; i < 10; i++) {
            peer.send(0, TestPeer.transfer(0, i), TestPeer.message("m" + i));
        }
        peer.attachReceiverNext(1, "out", "q");
        Flow flow = TestPeer.credit(1, 0, 100);
        flow.setIncomingWindow(UnsignedInteger.valueOf(4));
        peer.send(0, flow);
        assertEquals(4, peer.transfers().size());
        Flow more = TestPeer.sessionFlow();
        more.setNextIncomingId(UnsignedInteger.valueOf(5));
        more.setIncomingWindow(UnsignedInteger.valueOf(100));
        peer.send(0, more);
        assertEquals(6, peer.transfers().size());
    }

    @Test
    void aWindowThatShrinksBehindWhatWasSentIsNoneAndNotAHugeOne() {
        peer.attachSender(0, "in", "q");
        for (int i = 0; i < 10; i++) {
            peer.send(0, TestPeer.transfer(0, i), TestPeer.message("m" + i));
        }
        peer.attachReceiverNext(1, "out", "q");
        Flow flow = TestPeer.credit(1, 0, 5);
        peer.send(0, flow);
        assertEquals(5, peer.transfers().size());
        Flow shrunk = TestPeer.credit(1, 5, 5);
        shrunk.setNextIncomingId(UnsignedInteger.ONE);
        shrunk.setIncomingWindow(UnsignedInteger.valueOf(2));
        peer.send(0, shrunk);
        assertEquals(0, peer.transfers().size());
    }
}
