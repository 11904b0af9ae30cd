package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.TemporaryName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.DeleteOnClose;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoLinks;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoLinksOrMessages;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoMessages;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.Test;

/** Nodes that links ask for: dynamic sources and targets (AMQP 1.0 §3.5.3, §3.5.4, §3.5.9 to §3.5.13). */
class Section3_5_DynamicNodeTest {
    private static final Symbol LIFETIME_POLICY = Symbol.valueOf("lifetime-policy");
    private static final Symbol TEMPORARY_QUEUE = Symbol.valueOf("temporary-queue");

    private final TestBroker broker = newBroker();
    private final TestPeer peer = TestPeer.begun(broker);

    TestBroker newBroker() {
        return new TestBroker();
    }

    private static Attach dynamicReceiver(int handle, String name) {
        Attach attach = TestPeer.receiver(handle, name, null);
        ((Source) attach.getSource()).setDynamic(true);
        return attach;
    }

    private static Attach dynamicSender(int handle, String name) {
        Attach attach = TestPeer.sender(handle, name, null);
        ((Target) attach.getTarget()).setDynamic(true);
        return attach;
    }

    private static Attach expiring(Attach attach, TerminusExpiryPolicy policy, int seconds) {
        org.apache.qpid.proton.amqp.messaging.Terminus terminus =
                attach.getRole() == Role.SENDER ? (Target) attach.getTarget() : (Source) attach.getSource();
        terminus.setExpiryPolicy(policy);
        terminus.setTimeout(UnsignedInteger.valueOf(seconds));
        return attach;
    }

    private static Attach living(Attach attach, Object policy) {
        ((Source) attach.getSource()).setDynamicNodeProperties(new HashMap<>(Map.of(LIFETIME_POLICY, policy)));
        return attach;
    }

    /** Attaches and returns the name of the node. */
    private static String receive(TestPeer peer, Attach attach) {
        peer.send(0, attach);
        return ((Source) peer.nextOf(Attach.class).getSource()).getAddress();
    }

    private static String send(TestPeer peer, Attach attach) {
        peer.send(0, attach);
        return ((Target) peer.nextOf(Attach.class).getTarget()).getAddress();
    }

    private boolean exists(String name) {
        return broker.queues().contains(name);
    }

    private void expectRefused(TestPeer refused, Attach attach, String condition) {
        refused.send(0, attach);
        Attach answer = refused.nextOf(Attach.class);
        assertNull(attach.getRole() == Role.SENDER ? answer.getTarget() : answer.getSource());
        refused.expectDetach(condition);
    }

    @Test
    void aDynamicSourceIsAQueueWithANameOfItsOwn() {
        peer.send(0, dynamicReceiver(0, "replies"));
        Source source = (Source) peer.expect(Attach.class).getSource();
        assertTrue(TemporaryName.is(source.getAddress()), source::toString);
        assertTrue(source.getDynamic());
        assertEquals(TerminusDurability.NONE, source.getDurable());
        assertEquals(TerminusExpiryPolicy.SESSION_END, source.getExpiryPolicy());
        assertEquals(UnsignedInteger.ZERO, source.getTimeout());
        assertInstanceOf(DeleteOnClose.class, source.getDynamicNodeProperties().get(LIFETIME_POLICY));
        assertArrayEquals(new Symbol[] {Symbol.valueOf("move"), Symbol.valueOf("copy")}, (Object[])
                source.getDynamicNodeProperties().get(Symbol.valueOf("supported-dist-modes")));
        assertNull(source.getCapabilities());
        assertTrue(exists(source.getAddress()));
    }

    @Test
    void aDynamicTargetIsAQueueWithANameOfItsOwn() {
        Attach attach = expiring(dynamicSender(0, "jms"), TerminusExpiryPolicy.LINK_DETACH, 0);
        ((Target) attach.getTarget()).setCapabilities(TEMPORARY_QUEUE);
        peer.send(0, attach);
        Target target = (Target) peer.expect(Attach.class).getTarget();
        assertTrue(TemporaryName.is(target.getAddress()), target::toString);
        assertTrue(target.getDynamic());
        assertEquals(TerminusExpiryPolicy.LINK_DETACH, target.getExpiryPolicy());
        assertArrayEquals(new Symbol[] {TEMPORARY_QUEUE}, target.getCapabilities());
        assertInstanceOf(DeleteOnClose.class, target.getDynamicNodeProperties().get(LIFETIME_POLICY));
    }

    @Test
    void aQueueForAnswersIsSaidToBeOne() {
        Attach attach = expiring(dynamicReceiver(0, "r"), TerminusExpiryPolicy.LINK_DETACH, 0);
        attach.setSndSettleMode(SenderSettleMode.SETTLED);
        ((Source) attach.getSource()).setCapabilities(Terminus.VOLATILE_QUEUE);
        peer.send(0, attach);
        Attach answer = peer.expect(Attach.class);
        Source source = (Source) answer.getSource();
        assertArrayEquals(new Symbol[] {Terminus.VOLATILE_QUEUE}, source.getCapabilities());
        assertEquals(SenderSettleMode.SETTLED, answer.getSndSettleMode());
        assertEquals(TerminusExpiryPolicy.LINK_DETACH, source.getExpiryPolicy());
        peer.send(0, TestPeer.credit(0, 0, 10));
        peer.attachSender(1, "s", source.getAddress());
        peer.send(0, TestPeer.transfer(1, 0), TestPeer.message("answer"));
        assertEquals(true, ((Transfer) peer.transfers().get(0).body()).getSettled());

        Attach named = TestPeer.receiver(2, "named", "q");
        ((Source) named.getSource()).setCapabilities(Terminus.VOLATILE_QUEUE);
        peer.send(0, named);
        Attach ofQueue = peer.nextOf(Attach.class);
        assertEquals(null, ((Source) ofQueue.getSource()).getCapabilities(), "a queue that is there is none");
    }

    @Test
    void everyNodeHasAnotherName() {
        assertNotEquals(receive(peer, dynamicReceiver(0, "a")), receive(peer, dynamicReceiver(1, "b")));
        assertNotEquals(NodeNames.random().get(), NodeNames.random().get());
    }

    @Test
    void eachLifetimePolicyIsAnsweredAsItIs() {
        List<Object> policies = List.of(
                DeleteOnClose.getInstance(),
                DeleteOnNoLinks.getInstance(),
                DeleteOnNoMessages.getInstance(),
                DeleteOnNoLinksOrMessages.getInstance());
        for (int i = 0; i < policies.size(); i++) {
            peer.send(0, living(dynamicReceiver(i, "r" + i), policies.get(i)));
            Source source = (Source) peer.expect(Attach.class).getSource();
            assertEquals(policies.get(i), source.getDynamicNodeProperties().get(LIFETIME_POLICY));
        }
    }

    @Test
    void aLifetimePolicyOfTheWrongTypeIsADecodeError() {
        List<Object> wrong = List.of(
                Symbol.valueOf("delete-on-close"), "delete-on-close", 0x2b, List.of(), Accepted.getInstance(), true);
        for (int i = 0; i < wrong.size(); i++) {
            expectRefused(peer, living(dynamicReceiver(i, "r" + i), wrong.get(i)), "amqp:decode-error");
        }
        Attach sender = dynamicSender(20, "s");
        ((Target) sender.getTarget()).setDynamicNodeProperties(new HashMap<>(Map.of(LIFETIME_POLICY, "x")));
        expectRefused(peer, sender, "amqp:decode-error");
        assertEquals(List.of("q"), broker.queues());
    }

    @Test
    void propertiesNobodyKnowsAreNotInTheAnswer() {
        Attach attach = dynamicReceiver(0, "r");
        ((Source) attach.getSource())
                .setDynamicNodeProperties(new HashMap<>(Map.of(
                        Symbol.valueOf("x-unknown"),
                        1,
                        Symbol.valueOf("supported-dist-modes"),
                        Symbol.valueOf("x-other"))));
        peer.send(0, attach);
        Source source = (Source) peer.expect(Attach.class).getSource();
        assertEquals(2, source.getDynamicNodeProperties().size(), source::toString);
    }

    @Test
    void whoAsksForADynamicNodeNamesNoAddress() {
        Attach receiver = dynamicReceiver(0, "r");
        ((Source) receiver.getSource()).setAddress("mine");
        expectRefused(peer, receiver, "amqp:invalid-field");
        Attach sender = dynamicSender(1, "s");
        ((Target) sender.getTarget()).setAddress("auto.mine");
        expectRefused(peer, sender, "amqp:invalid-field");
    }

    @Test
    void theNodeGoesWithTheLinkThatCreatedIt() {
        String name = send(peer, dynamicSender(0, "in"));
        peer.attachReceiverNext(1, "out", name);
        peer.send(0, TestPeer.detach(0, true));
        assertTrue(peer.nextOf(Detach.class).getClosed());
        peer.expectDetach("amqp:resource-deleted");
        assertFalse(exists(name));
    }

    @Test
    void aDeletedNameIsNeverCreatedAgain() {
        // The pattern would allow every name.
        broker.autoCreate = name -> true;
        String name = receive(peer, dynamicReceiver(0, "out"));
        peer.send(0, TestPeer.detach(0, true));
        peer.expect(Detach.class);
        expectRefused(peer, TestPeer.receiver(0, "again", name), "amqp:not-found");
        expectRefused(peer, TestPeer.sender(1, "in", name), "amqp:not-found");
        peer.send(0, TestPeer.sender(2, "anonymous", null));
        peer.nextOf(Attach.class);
        peer.send(0, TestPeer.transfer(2, 0), TestPeer.messageTo(name, "m"));
        Disposition answer = peer.nextOf(Disposition.class);
        assertEquals(
                Symbol.valueOf("amqp:not-found"),
                assertInstanceOf(Rejected.class, answer.getState()).getError().getCondition());
        assertFalse(exists(name));
    }

    @Test
    void anybodySendsAndOnlyItsConnectionReceives() {
        String name = receive(peer, dynamicReceiver(0, "replies"));
        peer.send(0, TestPeer.credit(0, 0, 10));
        TestPeer other = TestPeer.begun(broker);
        expectRefused(other, TestPeer.receiver(0, "spy", name), "amqp:resource-locked");
        other.attachSender(1, "reply", name);
        other.send(0, TestPeer.transfer(1, 0), TestPeer.message("answer"));
        assertInstanceOf(Accepted.class, other.nextOf(Disposition.class).getState());
        List<TestPeer.Frame> received = peer.transfers();
        assertEquals("answer", TestPeer.body(received.get(0).payload()));
        // Another link of the same connection may.
        assertEquals(name, ((Source) peer.attachReceiverNext(1, "more", name).getSource()).getAddress());
    }

    @Test
    void deleteOnNoMessagesWaitsForTheLast() {
        String name = receive(peer, living(dynamicReceiver(0, "r"), DeleteOnNoMessages.getInstance()));
        peer.attachSender(1, "in", name);
        peer.send(0, TestPeer.transfer(1, 0), TestPeer.message("m"));
        peer.send(0, TestPeer.detach(0, true));
        assertTrue(peer.nextOf(Detach.class).getClosed());
        assertTrue(exists(name));
        peer.attachReceiverNext(2, "rest", name);
        peer.send(0, TestPeer.credit(2, 0, 1));
        assertEquals(1, peer.transfers().size());
        peer.send(0, TestPeer.disposition(Role.RECEIVER, 0, 0, true, Accepted.getInstance()));
        peer.settle();
        assertFalse(exists(name));
        assertEquals(
                2, peer.kinds().stream().filter("Detach"::equals).count() - 1, "both links are told: " + peer.kinds());
    }

    @Test
    void deleteOnNoLinksWaitsForTheLast() {
        String name = receive(peer, living(dynamicReceiver(0, "r"), DeleteOnNoLinks.getInstance()));
        peer.attachSender(1, "in", name);
        peer.send(0, TestPeer.detach(0, true));
        assertTrue(exists(name));
        peer.send(0, TestPeer.detach(1, true));
        assertFalse(exists(name));
    }

    @Test
    void expiryLinkDetachEndsTheNodeWithTheDetach() {
        String name = receive(peer, expiring(dynamicReceiver(0, "r"), TerminusExpiryPolicy.LINK_DETACH, 0));
        peer.send(0, TestPeer.detach(0, false));
        assertFalse(peer.expect(Detach.class).getClosed());
        assertFalse(exists(name));
    }

    @Test
    void expirySessionEndKeepsTheNodeForTheLinkToComeBack() {
        String name = receive(peer, expiring(dynamicReceiver(0, "r"), TerminusExpiryPolicy.SESSION_END, 0));
        peer.attachSender(1, "in", name);
        peer.send(0, TestPeer.transfer(1, 0), TestPeer.message("kept"));
        peer.send(0, TestPeer.detach(0, false));
        assertFalse(peer.nextOf(Detach.class).getClosed());
        assertTrue(exists(name));
        Attach again = dynamicReceiver(2, "r");
        ((Source) again.getSource()).setAddress(name);
        assertEquals(name, receive(peer, again));
        peer.send(0, TestPeer.credit(2, 0, 1));
        assertEquals("kept", TestPeer.body(peer.transfers().get(0).payload()));
        peer.send(0, new End());
        peer.expect(End.class);
        assertFalse(exists(name));
    }

    @Test
    void expiryConnectionCloseOutlivesTheSession() {
        String name = receive(peer, expiring(dynamicReceiver(0, "r"), TerminusExpiryPolicy.CONNECTION_CLOSE, 0));
        peer.send(0, new End());
        peer.expect(End.class);
        assertTrue(exists(name));
        peer.send(0, TestPeer.begin());
        peer.expect(Begin.class);
        assertEquals(name, receive(peer, TestPeer.receiver(0, "r", name)));
        peer.connection.lost();
        assertFalse(exists(name));
    }

    @Test
    void expiryNeverIsAnsweredWithWhatIsApplied() {
        peer.send(0, expiring(dynamicReceiver(0, "r"), TerminusExpiryPolicy.NEVER, 0));
        Source source = (Source) peer.expect(Attach.class).getSource();
        assertEquals(TerminusExpiryPolicy.CONNECTION_CLOSE, source.getExpiryPolicy());
    }

    @Test
    void aTimeoutKeepsTheNodeThatLong() {
        String name = receive(peer, expiring(dynamicReceiver(0, "r"), TerminusExpiryPolicy.LINK_DETACH, 5));
        peer.send(0, TestPeer.detach(0, false));
        broker.advance(4_999);
        assertTrue(exists(name));
        broker.advance(1);
        assertFalse(exists(name));
    }

    @Test
    void inThatTimeTheLinkComesBackOnAnotherConnection() {
        Attach attach = expiring(dynamicReceiver(0, "r"), TerminusExpiryPolicy.CONNECTION_CLOSE, 5);
        String name = receive(peer, attach);
        peer.connection.lost();
        broker.advance(3_000);
        TestPeer other = TestPeer.begun(broker);
        expectRefused(other, TestPeer.receiver(0, "another", name), "amqp:resource-locked");
        other.send(0, expiring(TestPeer.receiver(1, "r", name), TerminusExpiryPolicy.CONNECTION_CLOSE, 5));
        Source source = (Source) other.nextOf(Attach.class).getSource();
        assertEquals(name, source.getAddress());
        assertEquals(TerminusExpiryPolicy.CONNECTION_CLOSE, source.getExpiryPolicy());
        assertEquals(UnsignedInteger.valueOf(5), source.getTimeout());
        broker.advance(10_000);
        assertTrue(exists(name));
        other.connection.lost();
        broker.run();
        broker.advance(5_000);
        assertFalse(exists(name));
    }

    @Test
    void aTimeoutHasALimit() {
        broker.limits = AmqpLimits.DEFAULT.withDynamicNodes(new AmqpLimits.DynamicNodes(10, 10, 60));
        TestPeer limited = TestPeer.begun(broker);
        limited.send(0, expiring(dynamicReceiver(0, "r"), TerminusExpiryPolicy.CONNECTION_CLOSE, -1));
        Source source = (Source) limited.expect(Attach.class).getSource();
        assertEquals(UnsignedInteger.valueOf(60), source.getTimeout());
    }

    @Test
    void aLinkThatIsStolenTakesItsNodeAlong() {
        String name = receive(peer, expiring(dynamicReceiver(0, "r"), TerminusExpiryPolicy.LINK_DETACH, 0));
        peer.send(0, TestPeer.receiver(1, "r", name));
        peer.expectDetach("amqp:link:stolen");
        assertEquals(name, ((Source) peer.nextOf(Attach.class).getSource()).getAddress());
        peer.send(0, TestPeer.detach(0, true));
        assertTrue(exists(name));
        peer.send(0, TestPeer.detach(1, true));
        assertFalse(exists(name));
    }

    @Test
    void aPlainLinkSaysThatNothingOfItIsKept() {
        peer.send(0, expiring(TestPeer.receiver(0, "out", "q"), TerminusExpiryPolicy.NEVER, 30));
        Source source = (Source) peer.expect(Attach.class).getSource();
        assertEquals(TerminusExpiryPolicy.LINK_DETACH, source.getExpiryPolicy());
        assertEquals(UnsignedInteger.ZERO, source.getTimeout());
        assertFalse(source.getDynamic());
        Attach sender = expiring(TestPeer.sender(1, "in", "q"), TerminusExpiryPolicy.NEVER, 30);
        ((Target) sender.getTarget()).setDurable(TerminusDurability.UNSETTLED_STATE);
        peer.send(0, sender);
        Target target = (Target) peer.nextOf(Attach.class).getTarget();
        assertEquals(TerminusDurability.NONE, target.getDurable());
        assertEquals(TerminusExpiryPolicy.LINK_DETACH, target.getExpiryPolicy());
        assertEquals(UnsignedInteger.ZERO, target.getTimeout());
    }

    @Test
    void aConnectionHasALimitOfThem() {
        broker.limits = AmqpLimits.DEFAULT.withDynamicNodes(new AmqpLimits.DynamicNodes(2, 10, 60));
        TestPeer limited = TestPeer.begun(broker);
        String first = receive(limited, dynamicReceiver(0, "a"));
        receive(limited, dynamicReceiver(1, "b"));
        expectRefused(limited, dynamicReceiver(2, "c"), "amqp:resource-limit-exceeded");
        limited.send(0, TestPeer.detach(0, true));
        assertFalse(exists(first));
        assertTrue(exists(receive(limited, dynamicReceiver(3, "d"))));
    }

    @Test
    void aLostConnectionLeavesNothingBehind() {
        receive(peer, living(dynamicReceiver(0, "r"), DeleteOnNoLinksOrMessages.getInstance()));
        String name = send(peer, dynamicSender(1, "s"));
        TestPeer other = TestPeer.begun(broker);
        other.attachSender(0, "in", name);
        other.send(0, TestPeer.transfer(0, 0), TestPeer.message("m"));
        peer.connection.lost();
        other.expect(Disposition.class);
        other.expectDetach("amqp:resource-deleted");
        assertEquals(List.of("q"), broker.queues());
    }

    private static Attach temporaryTopic(Attach attach) {
        Symbol[] capabilities = {Symbol.valueOf("temporary-topic")};
        if (attach.getRole() == Role.SENDER) {
            ((Target) attach.getTarget()).setCapabilities(capabilities);
        } else {
            ((Source) attach.getSource()).setCapabilities(capabilities);
        }
        return attach;
    }

    @Test
    void aDynamicTargetMayBeATopic() {
        peer.send(0, temporaryTopic(dynamicSender(0, "jms")));
        Target target = (Target) peer.nextOf(Attach.class).getTarget();
        String name = target.getAddress();
        assertTrue(TemporaryName.isTopic(name), name);
        assertTrue(target.getDynamic());
        assertArrayEquals(new Symbol[] {Symbol.valueOf("temporary-topic")}, target.getCapabilities());
        assertInstanceOf(DeleteOnClose.class, target.getDynamicNodeProperties().get(LIFETIME_POLICY));
        assertFalse(exists(name));

        // Whatever capability they name, or none.
        peer.send(0, temporaryTopic(TestPeer.receiver(1, "one", name)));
        peer.send(0, TestPeer.credit(1, 0, 10));
        peer.send(0, TestPeer.receiver(2, "two", name));
        peer.send(0, TestPeer.credit(2, 0, 10));
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.message("m"));
        List<String> bodies = new ArrayList<>();
        peer.transfers().forEach(frame -> bodies.add(TestPeer.body(frame.payload())));
        assertEquals(List.of("m", "m"), bodies);
    }

    @Test
    void aTemporaryTopicGoesWithItsLink() {
        String name = send(peer, temporaryTopic(dynamicSender(0, "jms")));
        TestPeer other = TestPeer.begun(broker);
        other.attachSender(0, "in", name);
        expectRefused(TestPeer.begun(broker), TestPeer.receiver(0, "theirs", name), "amqp:resource-locked");
        peer.send(0, TestPeer.detach(0, true));
        other.expectDetach("amqp:resource-deleted");

        expectRefused(TestPeer.begun(broker), TestPeer.sender(0, "late", name), "amqp:not-found");
    }

    @Test
    void aDynamicSourceMayBeATopic() {
        Attach attach = temporaryTopic(dynamicReceiver(0, "r"));
        ((Source) attach.getSource()).setDurable(TerminusDurability.UNSETTLED_STATE);
        peer.send(0, attach);
        Source source = (Source) peer.nextOf(Attach.class).getSource();
        String name = source.getAddress();
        assertTrue(TemporaryName.isTopic(name), name);
        assertTrue(source.getDynamic());
        assertEquals(TerminusDurability.NONE, source.getDurable());
        assertEquals(TerminusExpiryPolicy.LINK_DETACH, source.getExpiryPolicy());
        assertArrayEquals(new Symbol[] {Symbol.valueOf("temporary-topic")}, source.getCapabilities());
        assertInstanceOf(DeleteOnClose.class, source.getDynamicNodeProperties().get(LIFETIME_POLICY));

        peer.send(0, TestPeer.credit(0, 0, 10));
        TestPeer other = TestPeer.begun(broker);
        other.attachSender(0, "in", name);
        other.send(0, TestPeer.transfer(0, 0), TestPeer.message("m"));
        assertEquals(
                List.of("m"),
                peer.transfers().stream()
                        .map(frame -> TestPeer.body(frame.payload()))
                        .toList());

        expectRefused(TestPeer.begun(broker), TestPeer.receiver(0, "theirs", name), "amqp:resource-locked");
        peer.send(0, TestPeer.detach(0, true));
        other.nextOf(Disposition.class);
        other.expectDetach("amqp:resource-deleted");
        expectRefused(TestPeer.begun(broker), TestPeer.sender(0, "late", name), "amqp:not-found");
    }

    @Test
    void aTemporaryTopicMayOutliveItsLinkByItsOtherLinks() {
        Attach asked = temporaryTopic(living(dynamicReceiver(0, "r"), DeleteOnNoLinks.getInstance()));
        peer.send(0, asked);
        Source source = (Source) peer.nextOf(Attach.class).getSource();
        assertInstanceOf(
                DeleteOnNoLinks.class, source.getDynamicNodeProperties().get(LIFETIME_POLICY));
        String name = source.getAddress();
        TestPeer other = TestPeer.begun(broker);
        other.attachSender(0, "in", name);
        peer.send(0, TestPeer.detach(0, true));
        peer.nextOf(Detach.class);
        peer.send(0, TestPeer.receiver(1, "again", name));
        assertEquals(name, ((Source) peer.nextOf(Attach.class).getSource()).getAddress());

        other.send(0, TestPeer.detach(0, true));
        other.expect(Detach.class);
        peer.send(0, TestPeer.detach(1, true));
        peer.nextOf(Detach.class);
        expectRefused(TestPeer.begun(broker), TestPeer.sender(0, "late", name), "amqp:not-found");
    }

    @Test
    void aTemporaryTopicThatCannotBeSubscribedToIsNotThere() {
        broker.limits = AmqpLimits.DEFAULT.withDynamicNodes(new AmqpLimits.DynamicNodes(1, 10, 60));
        TestPeer small = TestPeer.begun(broker);
        receive(small, temporaryTopic(dynamicReceiver(0, "r")));
        expectRefused(small, temporaryTopic(dynamicReceiver(1, "s")), "amqp:resource-limit-exceeded");
    }
}
