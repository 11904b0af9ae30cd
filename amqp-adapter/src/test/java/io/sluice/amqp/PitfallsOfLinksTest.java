package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.DeleteOnClose;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoLinks;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoLinksOrMessages;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoMessages;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.Test;

/**
 * Where brokers get sessions, links and nodes wrong, each sentence of the standard a test: names begin with its section. What is
 * around each of these is in the tests of the sections.
 */
class PitfallsOfLinksTest {
    private final TestBroker broker = new TestBroker();
    private final TestPeer peer = TestPeer.begun(broker);

    @Test
    void s2_7_4_flowOnAnUnknownHandleEndsTheSession() {
        peer.send(0, TestPeer.credit(4, 0, 1));
        peer.expectEnd("amqp:session:unattached-handle");
    }

    @Test
    void s2_7_5_transferOnAnUnknownHandleEndsTheSession() {
        peer.send(0, TestPeer.transfer(4, 0), TestPeer.message("x"));
        peer.expectEnd("amqp:session:unattached-handle");
    }

    @Test
    void s2_7_5_aFirstTransferWithoutDeliveryIdIsAnInvalidField() {
        peer.attachSender(0, "in", "q");
        Transfer transfer = TestPeer.transfer(0, 0);
        transfer.setDeliveryId(null);
        peer.send(0, transfer, TestPeer.message("x"));
        peer.expectEnd("amqp:invalid-field");
    }

    @Test
    void s2_7_5_aFirstTransferWithoutDeliveryTagIsAnInvalidField() {
        peer.attachSender(0, "in", "q");
        Transfer transfer = TestPeer.transfer(0, 0);
        transfer.setDeliveryTag(null);
        peer.send(0, transfer, TestPeer.message("x"));
        peer.expectEnd("amqp:invalid-field");
    }

    @Test
    void s2_7_5_aTransferWithoutPayloadIsRefused() {
        peer.attachSender(0, "in", "q");
        peer.send(0, TestPeer.transfer(0, 0));
        Rejected rejected =
                assertInstanceOf(Rejected.class, peer.expect(Disposition.class).getState());
        assertEquals(Symbol.valueOf("amqp:decode-error"), rejected.getError().getCondition());
        assertEquals(0, broker.status("q").messages());
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
    void s2_7_5_aChangedMessageFormatInAContinuationIsRefused() {
        peer.attachSender(0, "in", "q");
        byte[] message = TestPeer.message("abc");
        peer.send(0, more(0, 0), Arrays.copyOf(message, 4));
        Transfer changed = continuation(0);
        changed.setMessageFormat(UnsignedInteger.ONE);
        peer.send(0, changed, Arrays.copyOfRange(message, 4, message.length));
        peer.expectDetach("amqp:invalid-field");
        assertEquals(0, broker.status("q").messages());
    }

    @Test
    void s2_7_5_rcvSettleModeSecondOnALinkNegotiatedFirstIsRefused() {
        peer.attachSender(0, "in", "q");
        Transfer transfer = TestPeer.transfer(0, 0);
        transfer.setRcvSettleMode(ReceiverSettleMode.SECOND);
        peer.send(0, transfer, TestPeer.message("x"));
        peer.expectDetach("amqp:invalid-field");
        assertEquals(0, broker.status("q").messages());
    }

    @Test
    void s2_7_5_abortedDropsThePartialDeliveryWithoutTrace() {
        peer.attachSender(0, "in", "q");
        peer.send(0, more(0, 0), Arrays.copyOf(TestPeer.message("lost"), 5));
        Transfer abort = continuation(0);
        abort.setAborted(true);
        peer.send(0, abort);
        peer.expectNothing();
        assertEquals(0, broker.status("q").messages());
        peer.send(0, TestPeer.transfer(0, 1), TestPeer.message("next"));
        assertEquals(UnsignedInteger.ONE, peer.expect(Disposition.class).getFirst());
    }

    @Test
    void s2_5_6_echoOnASessionFlowIsAnsweredWithAFlowAtOnce() {
        Flow flow = TestPeer.sessionFlow();
        flow.setEcho(true);
        peer.send(0, flow);
        Flow answer = peer.expect(Flow.class);
        assertNull(answer.getHandle());
        assertFalse(answer.getEcho());
        peer.expectNothing();
    }

    @Test
    void s2_6_7_echoOnALinkFlowIsAnsweredWithAFlowAtOnce() {
        peer.attachReceiver(3, "out", "q");
        Flow flow = TestPeer.credit(3, 0, 7);
        flow.setEcho(true);
        peer.send(0, flow);
        Flow answer = peer.expect(Flow.class);
        assertNotNull(answer.getHandle());
        assertEquals(UnsignedInteger.valueOf(7), answer.getLinkCredit());
        assertEquals(UnsignedInteger.ZERO, answer.getDeliveryCount());
    }

    @Test
    void s2_5_6_aRewoundNextOutgoingIdIsAWindowViolation() {
        peer.attachSender(0, "in", "q");
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.message("x"));
        peer.expect(Disposition.class);
        Flow flow = TestPeer.sessionFlow();
        // As of before the transfer, in serial numbers.
        flow.setNextOutgoingId(UnsignedInteger.valueOf(-1));
        peer.send(0, flow);
        peer.expectEnd("amqp:session:window-violation");
    }

    @Test
    void s2_5_6_aTransferBeyondTheIncomingWindowIsAWindowViolation() {
        Attach attach = TestPeer.sender(0, "in", "q");
        peer.send(0, attach);
        peer.expect(Attach.class);
        Flow granted = peer.expect(Flow.class);
        int end = granted.getNextIncomingId().intValue()
                + granted.getIncomingWindow().intValue();
        Flow flow = TestPeer.sessionFlow();
        flow.setNextOutgoingId(UnsignedInteger.valueOf(end));
        peer.send(0, flow);
        peer.expectNothing();
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.message("x"));
        peer.expectEnd("amqp:session:window-violation");
        assertEquals(0, broker.status("q").messages());
    }

    @Test
    void s2_5_6_aPipelinedPresettledSenderInsideTheWindowIsNoViolation() {
        Attach attach = TestPeer.sender(0, "in", "q");
        attach.setSndSettleMode(SenderSettleMode.SETTLED);
        peer.send(0, attach);
        peer.expect(Attach.class);
        peer.expect(Flow.class);
        for (int i = 0; i < 500; i++) {
            Transfer transfer = TestPeer.transfer(0, i);
            transfer.setSettled(true);
            peer.pipelined(0, transfer, TestPeer.message("m" + i));
        }
        peer.settle();
        assertFalse(peer.kinds().contains("End"));
        assertEquals(500, broker.status("q").messages());
    }

    @Test
    void s2_6_3_whereTheNodeIsRefusedTheTerminusIsNullAndADetachFollows() {
        peer.send(0, TestPeer.sender(0, "in", "nowhere"));
        assertNull(peer.expect(Attach.class).getTarget());
        Detach detach = peer.expect(Detach.class);
        assertTrue(detach.getClosed());
        assertEquals(Symbol.valueOf("amqp:not-found"), detach.getError().getCondition());
        peer.send(0, TestPeer.receiver(1, "out", "nowhere"));
        assertNull(peer.expect(Attach.class).getSource());
        peer.expectDetach("amqp:not-found");
    }

    @Test
    void s2_6_3_otherwiseTheTerminusAndTheFiltersReallyAppliedAreAnswered() {
        Symbol selector = Symbol.valueOf("apache.org:selector-filter:string");
        Map<Symbol, Object> filters = new HashMap<>();
        filters.put(Symbol.valueOf("jms-selector"), described(selector, "a = 1"));
        filters.put(Symbol.valueOf("unsupported"), described(Symbol.valueOf("x-example:filter"), "a = 1"));
        Attach attach = TestPeer.receiver(0, "out", "q");
        ((Source) attach.getSource()).setFilter(filters);
        peer.send(0, attach);
        Source source = (Source) peer.expect(Attach.class).getSource();
        assertEquals("q", source.getAddress());
        assertEquals(Set.of(Symbol.valueOf("jms-selector")), source.getFilter().keySet());
    }

    private static DescribedType described(Object descriptor, Object value) {
        return new DescribedType() {
            @Override
            public Object getDescriptor() {
                return descriptor;
            }

            @Override
            public Object getDescribed() {
                return value;
            }
        };
    }

    @Test
    void s2_6_1_theSameContainerAndLinkNameAgainStealsTheLink() {
        peer.attachReceiver(0, "out", "q");
        TestPeer other = TestPeer.begun(broker);
        other.attachReceiver(0, "out", "q");
        peer.expectDetach("amqp:link:stolen");
    }

    @Test
    void s2_6_1_alsoWhenItLivesOnAnotherSession() {
        peer.attachReceiver(0, "out", "q");
        peer.send(1, TestPeer.begin());
        peer.expect(Begin.class);
        peer.send(1, TestPeer.receiver(0, "out", "q"));
        peer.expectDetach("amqp:link:stolen");
        assertEquals("q", ((Source) peer.nextOf(Attach.class).getSource()).getAddress());
    }

    private String dynamic(int handle, Object policy) {
        Attach attach = TestPeer.receiver(handle, "dynamic" + handle, null);
        Source source = (Source) attach.getSource();
        source.setDynamic(true);
        source.setDynamicNodeProperties(new HashMap<>(Map.of(Symbol.valueOf("lifetime-policy"), policy)));
        peer.send(0, attach);
        return ((Source) peer.nextOf(Attach.class).getSource()).getAddress();
    }

    @Test
    void s3_5_10_to_s3_5_13_allFourLifetimePoliciesWork() {
        String onClose = dynamic(0, DeleteOnClose.getInstance());
        String onNoLinks = dynamic(1, DeleteOnNoLinks.getInstance());
        String onNoMessages = dynamic(2, DeleteOnNoMessages.getInstance());
        String onNeither = dynamic(3, DeleteOnNoLinksOrMessages.getInstance());
        peer.send(0, TestPeer.sender(10, "to1", onNoLinks));
        peer.send(0, TestPeer.sender(11, "to2", onNoMessages));
        peer.send(0, TestPeer.sender(12, "to3", onNeither));
        peer.send(0, TestPeer.transfer(11, 0), TestPeer.message("m"));
        for (int handle = 0; handle < 4; handle++) {
            peer.send(0, TestPeer.detach(handle, true));
        }
        assertEquals(
                List.of(onNeither, onNoLinks, onNoMessages, "q").stream()
                        .sorted()
                        .toList(),
                broker.queues());
        assertFalse(broker.queues().contains(onClose));
        for (int handle = 10; handle < 13; handle++) {
            peer.send(0, TestPeer.detach(handle, true));
        }
        assertEquals(List.of(onNoMessages, "q"), broker.queues());
    }

    @Test
    void s3_5_9_aPolicyOfTheWrongTypeIsADecodeError() {
        Attach attach = TestPeer.sender(0, "in", null);
        Target target = (Target) attach.getTarget();
        target.setDynamic(true);
        target.setDynamicNodeProperties(
                new HashMap<>(Map.of(Symbol.valueOf("lifetime-policy"), Symbol.valueOf("delete-on-close"))));
        peer.send(0, attach);
        assertNull(peer.expect(Attach.class).getTarget());
        peer.expectDetach("amqp:decode-error");
    }

    @Test
    void s3_5_3_aDeletedDynamicNameIsNeverCreatedAgainByAnAttachOrASend() {
        broker.autoCreate = name -> true;
        String name = dynamic(0, DeleteOnClose.getInstance());
        peer.send(0, TestPeer.detach(0, true));
        peer.expect(Detach.class);
        peer.send(0, TestPeer.receiver(0, "again", name));
        peer.expectDetach("amqp:not-found");
        peer.send(0, TestPeer.sender(1, "in", name));
        peer.expectDetach("amqp:not-found");
        peer.send(0, TestPeer.sender(2, "anonymous", null));
        peer.send(0, TestPeer.transfer(2, 0), TestPeer.messageTo(name, "m"));
        assertInstanceOf(Rejected.class, peer.nextOf(Disposition.class).getState());
        assertEquals(List.of("q"), broker.queues());
    }

    @Test
    void s3_5_3_consumersOfATemporaryQueueFromAnotherConnectionAreRefused() {
        String name = dynamic(0, DeleteOnClose.getInstance());
        TestPeer other = TestPeer.begun(broker);
        other.send(0, TestPeer.receiver(0, "spy", name));
        assertNull(other.expect(Attach.class).getSource());
        other.expectDetach("amqp:resource-locked");
    }

    @Test
    void s2_8_15_aDeletedQueueDetachesItsLinksWithResourceDeleted() {
        peer.attachSender(0, "in", "q");
        peer.attachReceiver(1, "out", "q");
        broker.delete("q");
        peer.expectDetach("amqp:resource-deleted");
        peer.expectDetach("amqp:resource-deleted");
    }

    private void lockOneOfTwo() {
        peer.attachSender(0, "in", "q");
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.message("a"));
        peer.send(0, TestPeer.transfer(0, 1), TestPeer.message("b"));
        peer.attachReceiverNext(1, "out", "q");
        peer.send(0, TestPeer.credit(1, 0, 1));
        assertEquals(1, peer.transfers().size());
    }

    @Test
    void s3_3_queueDepthCountsDeliveredButUnsettledMessages() {
        lockOneOfTwo();
        assertEquals(2, broker.status("q").messages());
        assertEquals(1, broker.status("q").unsettled());
    }

    @Test
    void s3_5_8_aBrowserDoesNotSeeDeliveredButUnsettledMessages() {
        lockOneOfTwo();
        Attach browser = TestPeer.receiver(2, "browse", "q");
        ((Source) browser.getSource()).setDistributionMode(Symbol.valueOf("copy"));
        peer.send(0, browser);
        Flow credit = TestPeer.credit(2, 0, 10);
        credit.setDrain(true);
        peer.send(0, credit);
        List<TestPeer.Frame> seen = peer.transfers();
        assertEquals(
                List.of("b"),
                seen.stream().map(frame -> TestPeer.body(frame.payload())).toList());
    }

    @Test
    void s2_7_3_maxMessageSizeOfThePeerIsKept() {
        Attach attach = TestPeer.receiver(0, "out", "q");
        attach.setMaxMessageSize(UnsignedLong.valueOf(100));
        peer.send(0, attach);
        peer.expect(Attach.class);
        peer.send(0, TestPeer.credit(0, 0, 10));
        peer.attachSender(1, "in", "q");
        peer.send(0, TestPeer.transfer(1, 0), TestPeer.message("x".repeat(200)));
        peer.send(0, TestPeer.transfer(1, 1), TestPeer.message("small"));
        List<TestPeer.Frame> transfers = peer.transfers();
        assertEquals(1, transfers.size());
        assertEquals("small", TestPeer.body(transfers.get(0).payload()));
    }

    @Test
    void s3_5_3_outcomesOfASourceAreAnsweredAsListed() {
        Attach attach = TestPeer.receiver(0, "out", "q");
        Symbol[] listed = {Symbol.valueOf("amqp:accepted:list"), Symbol.valueOf("x-unknown:list")};
        ((Source) attach.getSource()).setOutcomes(listed);
        peer.send(0, attach);
        assertArrayEquals(
                new Symbol[] {listed[0]}, ((Source) peer.expect(Attach.class).getSource()).getOutcomes());
    }
}
