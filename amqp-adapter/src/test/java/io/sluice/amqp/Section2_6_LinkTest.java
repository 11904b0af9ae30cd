package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.Test;

/** Attach, detach, stealing. */
class Section2_6_LinkTest {
    private final TestBroker broker = newBroker();
    private final TestPeer peer = TestPeer.begun(broker);

    TestBroker newBroker() {
        return new TestBroker();
    }

    @Test
    void theTargetIsAnsweredAsItIs() {
        Attach asked = TestPeer.sender(0, "in", "q");
        asked.setSndSettleMode(SenderSettleMode.UNSETTLED);
        peer.send(0, asked);
        Attach answer = peer.expect(Attach.class);
        assertEquals(Role.RECEIVER, answer.getRole());
        assertEquals("q", ((Target) answer.getTarget()).getAddress());
        assertEquals(SenderSettleMode.UNSETTLED, answer.getSndSettleMode());
        assertEquals(ReceiverSettleMode.FIRST, answer.getRcvSettleMode());
        assertEquals(UnsignedLong.valueOf(broker.limits.maxMessageBytes()), answer.getMaxMessageSize());
        assertArrayEquals(new Symbol[] {Symbol.valueOf("DELAYED_DELIVERY")}, answer.getOfferedCapabilities());
        assertEquals(UnsignedInteger.valueOf(1000), peer.expect(Flow.class).getLinkCredit());
    }

    @Test
    void theSourceIsAnsweredAsItIsWithoutFiltersNobodyApplies() {
        Attach asked = TestPeer.receiver(0, "out", "q");
        Source source = (Source) asked.getSource();
        source.setFilter(Map.of(Symbol.valueOf("selector"), "x = 1"));
        source.setDurable(TerminusDurability.UNSETTLED_STATE);
        source.setCapabilities(Symbol.valueOf("queue"), Symbol.valueOf("other"));
        peer.send(0, asked);
        Source answer = (Source) peer.expect(Attach.class).getSource();
        assertEquals("q", answer.getAddress());
        assertNull(answer.getFilter());
        assertEquals(TerminusDurability.NONE, answer.getDurable());
        assertEquals(4, answer.getOutcomes().length);
        assertArrayEquals(new Symbol[] {Symbol.valueOf("queue")}, answer.getCapabilities());
    }

    @Test
    void noSuchQueueIsANullTargetAndADetach() {
        peer.send(0, TestPeer.sender(0, "in", "none"));
        Attach answer = peer.expect(Attach.class);
        assertNull(answer.getTarget());
        assertNotNull(answer.getSource());
        peer.expectDetach("amqp:not-found");
        peer.send(0, TestPeer.detach(0, true));
        peer.attachSender(0, "in", "q");
    }

    @Test
    void noSuchQueueIsANullSourceAndADetach() {
        peer.send(0, TestPeer.receiver(0, "out", "none"));
        assertNull(peer.expect(Attach.class).getSource());
        peer.expectDetach("amqp:not-found");
    }

    @Test
    void aQueueMayCreateItself() {
        peer.attachSender(0, "in", "auto.x");
        assertEquals(0, broker.status("auto.x").messages());
    }

    @Test
    void aSubscriptionNobodyHasIsNotFound() {
        Attach receiver = TestPeer.receiver(1, "sub", null);
        receiver.setSource(null);
        peer.send(0, receiver);
        assertNull(peer.expect(Attach.class).getSource());
        peer.expectDetach("amqp:not-found");
    }

    @Test
    void tooManyLinksAreRefusedOneByOne() {
        broker.limits = AmqpLimits.DEFAULT.withSessionsAndLinks(2, 1);
        TestPeer small = TestPeer.begun(broker);
        small.attachSender(0, "a", "q");
        small.send(0, TestPeer.sender(1, "b", "q"));
        assertNull(small.expect(Attach.class).getTarget());
        small.expectDetach("amqp:resource-limit-exceeded");
    }

    /** Some clients take an attach whose modes are others for a breach of protocol, and never see the detach that says why. */
    @Test
    void aRefusedAttachEchoesTheSettleModes() {
        Attach nowhere = withRareModes(TestPeer.sender(0, "in", "none"));
        peer.send(0, nowhere);
        assertRefusedInKind(peer, nowhere, "amqp:not-found");
        nowhere = withRareModes(TestPeer.receiver(1, "out", "none"));
        peer.send(0, nowhere);
        assertRefusedInKind(peer, nowhere, "amqp:not-found");
        nowhere = withRareModes(TestPeer.receiver(2, "sub", null));
        nowhere.setSource(null);
        peer.send(0, nowhere);
        assertRefusedInKind(peer, nowhere, "amqp:not-found");

        broker.limits = AmqpLimits.DEFAULT.withSessionsAndLinks(2, 1);
        TestPeer small = TestPeer.begun(broker);
        small.attachSender(0, "a", "q");
        Attach tooMany = withRareModes(TestPeer.sender(1, "b", "q"));
        small.send(0, tooMany);
        assertRefusedInKind(small, tooMany, "amqp:resource-limit-exceeded");
        tooMany = withRareModes(TestPeer.receiver(2, "c", "q"));
        small.send(0, tooMany);
        assertRefusedInKind(small, tooMany, "amqp:resource-limit-exceeded");
    }

    private static Attach withRareModes(Attach attach) {
        attach.setSndSettleMode(SenderSettleMode.UNSETTLED);
        attach.setRcvSettleMode(ReceiverSettleMode.SECOND);
        return attach;
    }

    private static void assertRefusedInKind(TestPeer to, Attach asked, String condition) {
        Attach answer = to.expect(Attach.class);
        assertEquals(asked.getName(), answer.getName());
        assertNull(asked.getRole() == Role.SENDER ? answer.getTarget() : answer.getSource());
        assertEquals(SenderSettleMode.UNSETTLED, answer.getSndSettleMode(), asked.getName());
        assertEquals(ReceiverSettleMode.SECOND, answer.getRcvSettleMode(), asked.getName());
        to.expectDetach(condition);
    }

    @Test
    void detachIsAnsweredInKind() {
        peer.attachSender(0, "in", "q");
        peer.send(0, TestPeer.detach(0, false));
        assertFalse(peer.expect(Detach.class).getClosed());
        peer.attachSender(0, "in", "q");
        peer.send(0, TestPeer.detach(0, true));
        assertTrue(peer.expect(Detach.class).getClosed());
        peer.attachSender(0, "in", "q");
    }

    @Test
    void aReceiverMayDetachAndComeBack() {
        peer.attachReceiver(0, "out", "q");
        peer.send(0, TestPeer.detach(0, false));
        assertFalse(peer.expect(Detach.class).getClosed());
        peer.attachReceiver(0, "out", "q");
        assertEquals(1, broker.status("q").consumers());
    }

    @Test
    void attachAndDetachInOneReadAreBothAnswered() {
        peer.pipelined(0, TestPeer.sender(0, "in", "q"), new byte[0]);
        peer.pipelined(0, TestPeer.detach(0, true), new byte[0]);
        assertEquals("in", peer.expect(Attach.class).getName());
        assertNull(peer.nextOf(Detach.class).getError());
        assertEquals(0, broker.status("q").producers());
        peer.attachSender(0, "in", "q");
    }

    @Test
    void answersComeBeforeTheDetach() {
        peer.attachSender(0, "in", "q");
        peer.pipelined(0, TestPeer.transfer(0, 0), TestPeer.message("x"));
        peer.pipelined(0, TestPeer.detach(0, true), new byte[0]);
        Disposition answer = peer.expect(Disposition.class);
        assertEquals(Accepted.getInstance(), answer.getState());
        assertTrue(answer.getSettled());
        peer.expect(Detach.class);
    }

    @Test
    void theSameNameOnAnotherConnectionOfTheContainerStealsTheLink() {
        peer.attachReceiver(0, "out", "q");
        TestPeer second = TestPeer.begun(broker);
        second.attachReceiver(0, "out", "q");
        peer.expectDetach("amqp:link:stolen");
        assertEquals(1, broker.status("q").consumers());
        peer.send(0, TestPeer.detach(0, true));
        second.expectNothing();
    }

    @Test
    void theSameNameOnAnotherSessionStealsTheLink() {
        peer.attachReceiver(0, "out", "q");
        peer.send(1, TestPeer.begin());
        peer.expect(Begin.class);
        peer.send(1, TestPeer.receiver(0, "out", "q"));
        peer.expectDetach("amqp:link:stolen");
        peer.expect(Attach.class);
    }

    @Test
    void theSameNameOnTheSameSessionStealsTheLink() {
        peer.attachSender(0, "in", "q");
        peer.send(0, TestPeer.sender(1, "in", "q"));
        Attach again = peer.nextOf(Attach.class);
        assertEquals("in", again.getName());
        assertTrue(peer.frames.stream()
                .map(TestPeer.Frame::body)
                .anyMatch(body -> body instanceof Detach detach
                        && detach.getError() != null
                        && detach.getError().getCondition().equals(Symbol.valueOf("amqp:link:stolen"))));
        peer.next(Flow.class);
        peer.send(0, TestPeer.transfer(1, 0), TestPeer.message("x"));
        peer.next(Disposition.class);
        assertEquals(1, broker.status("q").producers());
    }

    @Test
    void aLinkThatDetachesAndComesBackInOneReadIsAnswered() {
        peer.attachReceiver(0, "out", "q");
        peer.pipelined(0, TestPeer.sender(1, "in", "none"), new byte[0]);
        peer.settle();
        peer.next(Detach.class);
        peer.pipelined(0, TestPeer.detach(1, true), new byte[0]);
        peer.pipelined(0, TestPeer.sender(1, "in", "q"), new byte[0]);
        assertNotNull(peer.nextOf(Attach.class).getTarget());
        assertEquals(1, broker.status("q").producers());
        peer.next(Flow.class);
        peer.send(0, TestPeer.transfer(1, 0), TestPeer.message("x"));
        peer.next(Disposition.class);
    }

    @Test
    void aLinkIsStolenInTheMiddleOfAMessage() {
        peer.attachSender(0, "in", "q");
        Transfer first = TestPeer.transfer(0, 0);
        first.setMore(true);
        peer.send(0, first, new byte[] {0});
        peer.send(0, TestPeer.sender(1, "in", "q"));
        Transfer rest = new Transfer();
        rest.setHandle(UnsignedInteger.ZERO);
        peer.send(0, rest, new byte[] {1});
        peer.send(0, TestPeer.detach(0, true));
        peer.send(0, TestPeer.transfer(1, 1), TestPeer.message("whole"));
        peer.settle();
        assertFalse(peer.closed);
        assertEquals(1, broker.status("q").messages());
        Flow echo = TestPeer.sessionFlow();
        echo.setEcho(true);
        peer.send(0, echo);
        List<Object> bodies = peer.frames.stream().map(TestPeer.Frame::body).toList();
        Flow answer = (Flow) bodies.get(bodies.size() - 1);
        assertEquals(UnsignedInteger.valueOf(3), answer.getNextIncomingId());
    }

    @Test
    void namesOfTheTwoDirectionsAreApart() {
        peer.attachSender(0, "pair", "q");
        peer.attachReceiver(1, "pair", "q");
        assertEquals(1, broker.status("q").producers());
        assertEquals(1, broker.status("q").consumers());
    }

    @Test
    void anotherContainerStealsNothing() {
        peer.attachReceiver(0, "out", "q");
        TestPeer second = new TestPeer(broker);
        second.bytes(TestPeer.AMQP);
        org.apache.qpid.proton.amqp.transport.Open open = TestPeer.openFrame();
        open.setContainerId("somebody else");
        second.send(0, open);
        second.send(0, TestPeer.begin());
        second.attachReceiverNext(0, "out", "q");
        peer.expectNothing();
        assertEquals(2, broker.status("q").consumers());
    }

    @Test
    void aDeletedQueueDetachesItsLinks() {
        peer.attachSender(0, "in", "q");
        peer.attachReceiver(1, "out", "q");
        broker.delete("q");
        peer.expectDetach("amqp:resource-deleted");
        peer.expectDetach("amqp:resource-deleted");
    }

    @Test
    void aLostConnectionLeavesNothingBehind() {
        peer.attachSender(0, "in", "q");
        peer.attachReceiver(1, "out", "q");
        peer.connection.lost();
        assertEquals(0, broker.status("q").producers());
        assertEquals(0, broker.status("q").consumers());
        assertEquals(0, broker.registry.size());
    }

    /** A peer's handle is free as soon as it has sent its own detach (§2.6.2), whatever of the link is still to be answered. */
    @Test
    void aHandleIsFreeBehindItsDetachInTheSameRead() {
        peer.pipelined(0, TestPeer.sender(0, "one", "q"), new byte[0]);
        peer.pipelined(0, TestPeer.detach(0, true), new byte[0]);
        peer.pipelined(0, TestPeer.receiver(0, "two", "q"), new byte[0]);
        peer.pipelined(0, TestPeer.detach(0, true), new byte[0]);
        peer.pipelined(0, TestPeer.sender(0, "three", "q"), new byte[0]);
        peer.settle();
        List<String> attached = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            attached.add(peer.nextOf(Attach.class).getName());
        }
        assertEquals(
                List.of("one", "two", "three"),
                attached.stream().sorted(byPlace()).toList());
        assertEquals(2, peer.kinds().stream().filter("Detach"::equals).count());

        peer.send(0, TestPeer.transfer(0, 0), TestPeer.message("m"));
        assertEquals(1, broker.status("q").messages());
        peer.nextOf(Disposition.class);
        peer.send(0, TestPeer.detach(0, true));
        peer.expect(Detach.class);
        peer.attachReceiver(0, "four", "q");
        peer.send(0, TestPeer.credit(0, 0, 1));
        assertEquals("m", TestPeer.body(peer.transfers().get(0).payload()));
    }

    private static Comparator<String> byPlace() {
        return Comparator.comparingInt(List.of("one", "two", "three")::indexOf);
    }

    @Test
    void soItIsForALinkOfTheSameName() {
        peer.pipelined(0, TestPeer.sender(0, "one", "q"), new byte[0]);
        peer.pipelined(0, TestPeer.detach(0, false), new byte[0]);
        peer.pipelined(0, TestPeer.sender(0, "one", "q"), new byte[0]);
        peer.settle();
        Attach answer = peer.nextOf(Attach.class);
        while (answer.getTarget() == null) {
            answer = peer.nextOf(Attach.class);
        }
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.message("m"));
        assertEquals(1, broker.status("q").messages(), peer.kinds()::toString);
    }

    @Test
    void manyInOneReadLeaveNothingBehind() {
        int before = peer.connection.retained();
        for (int i = 0; i < 200; i++) {
            peer.pipelined(0, TestPeer.receiver(0, "link" + i, "q"), new byte[0]);
            peer.pipelined(0, TestPeer.detach(0, true), new byte[0]);
        }
        peer.settle();
        assertEquals(before, peer.connection.retained());
        peer.attachReceiver(0, "last", "q");
        assertEquals(1, broker.status("q").consumers());
    }

    @Test
    void whatComesBehindTheDetachIsForNoLink() {
        peer.pipelined(0, TestPeer.sender(0, "one", "q"), new byte[0]);
        peer.pipelined(0, TestPeer.detach(0, true), new byte[0]);
        peer.pipelined(0, TestPeer.credit(0, 0, 1), new byte[0]);
        peer.settle();
        peer.expectEnd("amqp:session:unattached-handle");
    }

    @Test
    void theSessionMayEndBehindALinkThatCameBack() {
        for (int session = 1; session <= 3; session++) {
            peer.pipelined(session, TestPeer.begin(), new byte[0]);
            peer.pipelined(session, TestPeer.sender(0, "in", "none"), new byte[0]);
            peer.pipelined(session, TestPeer.detach(0, true), new byte[0]);
            peer.pipelined(session, TestPeer.sender(2, "in", "q"), new byte[0]);
            peer.pipelined(session, new End(), new byte[0]);
        }
        peer.settle();
        assertEquals(Optional.empty(), peer.connection.failure());
        for (int session = 1; session <= 3; session++) {
            assertNull(peer.nextOf(End.class).getError());
        }
        peer.attachSender(0, "in", "q");
    }
}
