package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.Test;

/** Messages from a producer: transfers, their order and their answers. */
class Section2_6_12_TransferTest {
    private final TestBroker broker = newBroker();
    private final TestPeer peer = TestPeer.begun(broker);

    TestBroker newBroker() {
        return new TestBroker();
    }

    private static Transfer more(int handle, int id) {
        Transfer transfer = TestPeer.transfer(handle, id);
        transfer.setMore(true);
        return transfer;
    }

    private static Transfer continuation(int handle) {
        Transfer transfer = new Transfer();
        transfer.setHandle(UnsignedInteger.valueOf(handle));
        return transfer;
    }

    @Test
    void aMessageIsAcceptedAndSettled() {
        peer.attachSender(0, "in", "q");
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.message("x"));
        Disposition answer = peer.expect(Disposition.class);
        assertEquals(Role.RECEIVER, answer.getRole());
        assertEquals(Accepted.getInstance(), answer.getState());
        assertTrue(answer.getSettled());
        assertEquals(1, broker.status("q").messages());
    }

    @Test
    void aPresettledMessageIsNotAnswered() {
        peer.attachSender(0, "in", "q");
        Transfer transfer = TestPeer.transfer(0, 0);
        transfer.setSettled(true);
        peer.send(0, transfer, TestPeer.message("x"));
        peer.expectNothing();
        assertEquals(1, broker.status("q").messages());
    }

    @Test
    void answersToNeighboursAreOneFrame() {
        peer.attachSender(0, "in", "q");
        for (int i = 0; i < 100; i++) {
            peer.pipelined(0, TestPeer.transfer(0, i), TestPeer.message("x"));
        }
        Disposition answer = peer.expect(Disposition.class);
        assertEquals(UnsignedInteger.ZERO, answer.getFirst());
        assertEquals(UnsignedInteger.valueOf(99), answer.getLast());
        peer.expectNothing();
    }

    @Test
    void aMessageOfManyTransfersIsOne() {
        peer.attachSender(0, "in", "q");
        byte[] message = TestPeer.message("0123456789".repeat(1000));
        for (int at = 0; at < message.length; at += 100) {
            boolean last = at + 100 >= message.length;
            Transfer transfer = at == 0 ? TestPeer.transfer(0, 0) : continuation(0);
            transfer.setMore(!last);
            peer.send(0, transfer, Arrays.copyOfRange(message, at, Math.min(message.length, at + 100)));
        }
        peer.expect(Disposition.class);
        peer.attachReceiver(1, "out", "q");
        peer.send(0, TestPeer.credit(1, 0, 1));
        assertEquals("0123456789".repeat(1000), TestPeer.body(peer.joined(peer.transfers())));
    }

    @Test
    void messagesOfTwoLinksMayInterleave() {
        peer.attachSender(0, "a", "q");
        peer.attachSender(1, "b", "q");
        byte[] a = TestPeer.message("aaaa");
        byte[] b = TestPeer.message("bbbb");
        peer.send(0, more(0, 0), Arrays.copyOf(a, 6));
        peer.send(0, more(1, 1), Arrays.copyOf(b, 6));
        peer.send(0, continuation(0), Arrays.copyOfRange(a, 6, a.length));
        peer.send(0, continuation(1), Arrays.copyOfRange(b, 6, b.length));
        peer.transfers();
        peer.attachReceiver(2, "out", "q");
        peer.send(0, TestPeer.credit(2, 0, 2));
        List<TestPeer.Frame> out = peer.transfers();
        assertEquals("aaaa", TestPeer.body(out.get(0).payload()));
        assertEquals("bbbb", TestPeer.body(out.get(1).payload()));
    }

    @Test
    void anAbortedMessageLeavesNoTrace() {
        peer.attachSender(0, "in", "q");
        peer.send(0, more(0, 0), Arrays.copyOf(TestPeer.message("lost"), 6));
        Transfer abort = continuation(0);
        abort.setAborted(true);
        peer.send(0, abort);
        peer.expectNothing();
        assertEquals(0, broker.status("q").messages());
        peer.send(0, TestPeer.transfer(0, 1), TestPeer.message("kept"));
        assertEquals(UnsignedInteger.ONE, peer.expect(Disposition.class).getFirst());
        assertEquals(1, broker.status("q").messages());
    }

    private static Transfer resumed(int handle, int id) {
        Transfer transfer = TestPeer.transfer(handle, id);
        transfer.setResume(true);
        return transfer;
    }

    /** §2.7.5: the receiver must ignore resumed deliveries that are not in its unsettled map, and ours is empty. */
    @Test
    void aResumedDeliveryIsIgnoredAndTheLinkGoesOn() {
        Attach attach = TestPeer.sender(0, "in", "q");
        attach.setUnsettled(Map.of(new Binary(new byte[] {1}), Accepted.getInstance()));
        attach.setIncompleteUnsettled(true);
        peer.send(0, attach);
        Attach answer = peer.expect(Attach.class);
        assertNull(answer.getUnsettled(), "nothing is left of what was unsettled");
        assertFalse(answer.getIncompleteUnsettled());
        assertEquals("q", ((Target) answer.getTarget()).getAddress());
        peer.expect(Flow.class);

        peer.send(0, resumed(0, 0), TestPeer.message("again"));
        peer.expectNothing();
        Transfer first = resumed(0, 1);
        first.setMore(true);
        peer.send(0, first, Arrays.copyOf(TestPeer.message("again"), 6));
        peer.send(0, continuation(0), TestPeer.message("again"));
        Transfer settled = resumed(0, 2);
        settled.setSettled(true);
        peer.send(0, settled, TestPeer.message("again"));
        peer.expectNothing();
        assertEquals(0, broker.status("q").messages());

        // What is sent anew, as the answer asks for, is a message like any other.
        peer.send(0, TestPeer.transfer(0, 3), TestPeer.message("anew"));
        assertEquals(UnsignedInteger.valueOf(3), peer.expect(Disposition.class).getFirst());
        assertEquals(1, broker.status("q").messages());
    }

    /** A receiver that comes back with what it has not settled is told that nothing of it is known, and gets it as a new delivery. */
    @Test
    void aReceiversUnsettledMapChangesNothing() {
        peer.attachSender(0, "in", "q");
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.message("x"));
        peer.expect(Disposition.class);
        Attach attach = TestPeer.receiver(1, "out", "q");
        attach.setUnsettled(Map.of(new Binary(new byte[] {7}), Accepted.getInstance()));
        peer.send(0, attach);
        Attach answer = peer.expect(Attach.class);
        assertNull(answer.getUnsettled());
        assertFalse(answer.getIncompleteUnsettled());
        peer.send(0, TestPeer.credit(1, 0, 1));
        List<TestPeer.Frame> out = peer.transfers();
        assertEquals("x", TestPeer.body(out.get(0).payload()));
    }

    @Test
    void aSenderMaySettleInTheMiddleOfAMessage() {
        peer.attachSender(0, "in", "q");
        byte[] message = TestPeer.message("whole");
        peer.send(0, TestPeer.transfer(0, 0), message);
        peer.send(0, more(0, 1), Arrays.copyOf(message, 6));
        peer.send(0, TestPeer.disposition(Role.SENDER, 0, 5, true, null));
        peer.send(0, continuation(0), Arrays.copyOfRange(message, 6, message.length));
        peer.settle();
        assertFalse(peer.closed);
        assertEquals(2, broker.status("q").messages());
    }

    @Test
    void aTransferWithoutDeliveryIdEndsTheSession() {
        peer.attachSender(0, "in", "q");
        Transfer transfer = TestPeer.transfer(0, 0);
        transfer.setDeliveryId(null);
        peer.send(0, transfer, TestPeer.message("x"));
        peer.expectEnd("amqp:invalid-field");
    }

    @Test
    void aTransferWithoutDeliveryTagEndsTheSession() {
        peer.attachSender(0, "in", "q");
        Transfer transfer = TestPeer.transfer(0, 0);
        transfer.setDeliveryTag(null);
        peer.send(0, transfer, TestPeer.message("x"));
        peer.expectEnd("amqp:invalid-field");
    }

    @Test
    void anOverlongDeliveryTagEndsTheSession() {
        peer.attachSender(0, "in", "q");
        Transfer transfer = TestPeer.transfer(0, 0);
        transfer.setDeliveryTag(new Binary(new byte[33]));
        peer.send(0, transfer, TestPeer.message("x"));
        peer.expectEnd("amqp:invalid-field");
    }

    @Test
    void aDeliveryIdOutOfSequenceEndsTheSession() {
        peer.attachSender(0, "in", "q");
        peer.send(0, TestPeer.transfer(0, 5), TestPeer.message("x"));
        peer.expect(Disposition.class);
        peer.send(0, TestPeer.transfer(0, 5), TestPeer.message("x"));
        peer.expectEnd("amqp:invalid-field");
    }

    @Test
    void aDeliveryIdChangedInsideAMessageEndsTheSession() {
        peer.attachSender(0, "in", "q");
        peer.send(0, more(0, 0), new byte[] {0});
        peer.send(0, TestPeer.transfer(0, 1), new byte[] {0});
        peer.expectEnd("amqp:invalid-field");
    }

    @Test
    void aMessageFormatChangedInsideAMessageDetaches() {
        peer.attachSender(0, "in", "q");
        peer.send(0, more(0, 0), new byte[] {0});
        Transfer changed = continuation(0);
        changed.setMessageFormat(UnsignedInteger.valueOf(7));
        peer.send(0, changed, new byte[] {0});
        peer.expectDetach("amqp:invalid-field");
        assertEquals(0, broker.status("q").messages());
    }

    @Test
    void receiverSettlesSecondOnALinkNegotiatedFirstDetaches() {
        peer.attachSender(0, "in", "q");
        Transfer transfer = TestPeer.transfer(0, 0);
        transfer.setRcvSettleMode(ReceiverSettleMode.SECOND);
        peer.send(0, transfer, TestPeer.message("x"));
        peer.expectDetach("amqp:invalid-field");
    }

    @Test
    void receiverSettlesSecondWhereNegotiated() {
        Attach attach = TestPeer.sender(0, "in", "q");
        attach.setRcvSettleMode(ReceiverSettleMode.SECOND);
        peer.send(0, attach);
        assertEquals(ReceiverSettleMode.SECOND, peer.expect(Attach.class).getRcvSettleMode());
        peer.expect(Flow.class);
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.message("x"));
        Disposition answer = peer.expect(Disposition.class);
        assertEquals(Accepted.getInstance(), answer.getState());
        assertEquals(false, answer.getSettled());
        peer.send(0, TestPeer.disposition(Role.SENDER, 0, 0, true, Accepted.getInstance()));
        peer.expectNothing();
    }

    @Test
    void aMessageWithoutPayloadIsRejected() {
        peer.attachSender(0, "in", "q");
        peer.send(0, TestPeer.transfer(0, 0));
        assertRejected("amqp:decode-error");
    }

    @Test
    void aMalformedMessageIsRejected() {
        peer.attachSender(0, "in", "q");
        peer.send(0, TestPeer.transfer(0, 0), new byte[] {1, 2, 3});
        assertRejected("amqp:decode-error");
        peer.send(0, TestPeer.transfer(0, 1), TestPeer.message("x"));
        assertEquals(Accepted.getInstance(), peer.expect(Disposition.class).getState());
    }

    private void assertRejected(String condition) {
        Disposition answer = peer.nextOf(Disposition.class);
        Rejected rejected = assertInstanceOf(Rejected.class, answer.getState());
        assertEquals(Symbol.valueOf(condition), rejected.getError().getCondition());
        assertTrue(answer.getSettled());
    }

    @Test
    void tooLargeAMessageDetachesAndTheConnectionLives() {
        broker.limits = AmqpLimits.DEFAULT.withMaxMessageBytes(1000);
        TestPeer small = TestPeer.begun(broker);
        small.attachSender(0, "in", "q");
        small.send(0, more(0, 0), new byte[800]);
        small.send(0, more2(), new byte[800]);
        small.expectDetach("amqp:link:message-size-exceeded");
        small.send(0, more2(), new byte[800]);
        Transfer last = continuation(0);
        small.send(0, last, new byte[800]);
        small.send(0, TestPeer.detach(0, true));
        small.transfers();
        small.attachSender(1, "again", "q");
        small.send(0, TestPeer.transfer(1, 1), TestPeer.message("x"));
        small.expect(Disposition.class);
        assertEquals(1, broker.status("q").messages());
    }

    private static Transfer more2() {
        Transfer transfer = continuation(0);
        transfer.setMore(true);
        return transfer;
    }

    @Test
    void unfinishedMessagesAreBounded() {
        AmqpLimits.Flow usual = AmqpLimits.Flow.DEFAULT;
        broker.limits = AmqpLimits.DEFAULT.withFlow(new AmqpLimits.Flow(
                usual.incoming(), usual.outgoing(), usual.maxUnsettledPerLink(), usual.maxUnansweredBytes(), 1500));
        TestPeer small = TestPeer.begun(broker);
        small.attachSender(0, "a", "q");
        small.attachSender(1, "b", "q");
        small.send(0, more(0, 0), new byte[1000]);
        small.send(0, more(1, 1), new byte[1000]);
        small.expectDetach("amqp:resource-limit-exceeded");
        small.send(0, continuation(1), new byte[1000]);
        small.expectNothing();
    }

    /** So many transfers of one byte on the first link, behind the first of a delivery, in one read. */
    private void slight(int transfers) {
        byte[] one = peer.encode(0, 0, more2(), new byte[] {'x'});
        ByteBuffer all = ByteBuffer.allocate(one.length * transfers);
        while (all.hasRemaining()) {
            all.put(one);
        }
        peer.bytes(all.array());
    }

    /** One data section of so many bytes; what belongs to it comes behind this. */
    private static byte[] startOfData(int bytes) {
        ByteBuffer start = ByteBuffer.allocate(8);
        start.put(new byte[] {0, 0x53, 0x75, (byte) 0xb0}).putInt(bytes);
        return start.array();
    }

    @Test
    void transfersThatCarryNextToNothingAreBoundedInEachMessage() {
        int most = 65_535;
        peer.attachSender(0, "a", "q");
        peer.attachSender(1, "b", "q");
        peer.send(0, more(0, 0), startOfData(most - 1));
        slight(most - 2);
        peer.send(0, continuation(0), new byte[] {'x'});
        assertEquals(Accepted.getInstance(), peer.nextOf(Disposition.class).getState());
        assertEquals(1, broker.status("q").messages());

        // The next message begins to count anew.
        peer.send(0, more(0, 1), startOfData(most + 1));
        slight(most - 1);
        peer.expectNothing();
        peer.send(0, more2(), new byte[] {'x'});
        peer.expectDetach("amqp:link:transfer-limit-exceeded");
        assertEquals(1, broker.status("q").messages());
        peer.send(0, TestPeer.transfer(1, 2), TestPeer.message("another link goes on"));
        assertEquals(Accepted.getInstance(), peer.nextOf(Disposition.class).getState());
    }

    @Test
    void anotherMessageFormatIsStoredAndReturnedUnchanged() {
        peer.attachSender(0, "in", "q");
        Transfer transfer = TestPeer.transfer(0, 0);
        transfer.setMessageFormat(UnsignedInteger.valueOf(0x80013701L));
        peer.send(0, transfer, new byte[] {9, 8, 7});
        peer.expect(Disposition.class);
        peer.attachReceiver(1, "out", "q");
        peer.send(0, TestPeer.credit(1, 0, 1));
        TestPeer.Frame out = peer.next(Transfer.class);
        assertEquals(UnsignedInteger.valueOf(0x80013701L), ((Transfer) out.body()).getMessageFormat());
        assertArrayEquals(new byte[] {9, 8, 7}, out.payload());
    }

    // Anonymous terminus

    @Test
    void withoutATargetAddressEachMessageSaysWhereItGoes() {
        peer.attachSender(0, "anonymous", null);
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.messageTo("q", "x"));
        assertEquals(Accepted.getInstance(), peer.expect(Disposition.class).getState());
        assertEquals(1, broker.status("q").messages());
        peer.send(0, TestPeer.transfer(0, 1), TestPeer.messageTo("auto.other", "x"));
        assertEquals(Accepted.getInstance(), peer.expect(Disposition.class).getState());
    }

    @Test
    void aNullTargetIsAnonymous() {
        Attach attach = TestPeer.sender(0, "anonymous", null);
        attach.setTarget(null);
        peer.send(0, attach);
        Attach answer = peer.expect(Attach.class);
        assertNull(((org.apache.qpid.proton.amqp.messaging.Target) answer.getTarget()).getAddress());
    }

    @Test
    void aMessageToNowhereIsRejectedAndTheLinkLives() {
        peer.attachSender(0, "anonymous", null);
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.messageTo("none", "x"));
        assertRejected("amqp:not-found");
        peer.send(0, TestPeer.transfer(0, 1), TestPeer.message("no to"));
        assertRejected("amqp:not-found");
        peer.send(0, TestPeer.transfer(0, 2), TestPeer.messageTo("q", "x"));
        assertEquals(Accepted.getInstance(), peer.expect(Disposition.class).getState());
    }

    private void sendToNowhereListing(Symbol... outcomes) {
        Attach attach = TestPeer.sender(0, "anonymous", null);
        ((org.apache.qpid.proton.amqp.messaging.Source) attach.getSource()).setOutcomes(outcomes);
        peer.send(0, attach);
        peer.expect(Attach.class);
        peer.expect(org.apache.qpid.proton.amqp.transport.Flow.class);
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.messageTo("nowhere", "x"));
    }

    @Test
    void itIsModifiedWhereTheSourceListsNoOtherRefusal() {
        sendToNowhereListing(Symbol.valueOf("amqp:accepted:list"), Symbol.valueOf("amqp:modified:list"));
        assertInstanceOf(
                org.apache.qpid.proton.amqp.messaging.Modified.class,
                peer.expect(Disposition.class).getState());
    }

    @Test
    void theLinkEndsWhereTheSourceListsNoRefusal() {
        sendToNowhereListing(Symbol.valueOf("amqp:accepted:list"));
        peer.expectDetach("amqp:not-found");
    }

    @Test
    void itIsReleasedWhereTheSourceOffersNothingElse() {
        Attach attach = TestPeer.sender(0, "anonymous", null);
        ((Source) attach.getSource()).setOutcomes(Accepted.DESCRIPTOR_SYMBOL, Released.DESCRIPTOR_SYMBOL);
        peer.send(0, attach);
        peer.next(Flow.class);
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.messageTo("none", "x"));
        assertEquals(Released.getInstance(), peer.expect(Disposition.class).getState());
    }
}
