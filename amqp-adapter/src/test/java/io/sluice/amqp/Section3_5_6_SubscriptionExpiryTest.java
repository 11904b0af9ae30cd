package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.End;
import org.junit.jupiter.api.Test;

/** How long subscriptions wait for their links to come back: expiry policies and time-outs of a source (AMQP 1.0 §3.5.6). */
class Section3_5_6_SubscriptionExpiryTest {
    private static final Symbol TOPIC = Symbol.valueOf("topic");

    private final TestBroker broker = newBroker();
    private final TestPeer peer = TestPeer.begun(broker);

    TestBroker newBroker() {
        return new TestBroker();
    }

    private static Attach subscriber(
            int handle, TerminusDurability durability, TerminusExpiryPolicy policy, long seconds) {
        Attach attach = TestPeer.receiver(handle, "sub", "t");
        Source source = (Source) attach.getSource();
        source.setCapabilities(TOPIC);
        source.setDurable(durability);
        source.setExpiryPolicy(policy);
        source.setTimeout(UnsignedInteger.valueOf(seconds));
        return attach;
    }

    private static Attach durable(int handle, TerminusExpiryPolicy policy, long seconds) {
        return subscriber(handle, TerminusDurability.UNSETTLED_STATE, policy, seconds);
    }

    /** Attaches, and checks that the answer says so. */
    private static Source attach(TestPeer who, Attach asked) {
        who.send(0, asked);
        return (Source) who.nextOf(Attach.class).getSource();
    }

    private static void assertExpires(TerminusExpiryPolicy policy, long seconds, Source answered) {
        assertEquals(policy, answered.getExpiryPolicy());
        assertEquals(UnsignedInteger.valueOf(seconds), answered.getTimeout());
    }

    private void publish(String body) {
        TestPeer producer = TestPeer.begun(broker);
        Attach attach = TestPeer.sender(0, "p", "t");
        ((Target) attach.getTarget()).setCapabilities(TOPIC);
        producer.send(0, attach);
        producer.nextOf(Attach.class);
        producer.send(0, TestPeer.transfer(0, 0), TestPeer.message(body));
        assertEquals(Accepted.getInstance(), producer.nextOf(Disposition.class).getState());
        producer.connection.lost();
        broker.run();
    }

    private static List<String> take(TestPeer who, int handle) {
        who.send(0, TestPeer.credit(handle, 0, 10));
        return who.transfers().stream()
                .map(frame -> TestPeer.body(frame.payload()))
                .toList();
    }

    private boolean isThere() {
        return broker.queues().stream().anyMatch(name -> name.startsWith("t::"));
    }

    private static void detach(TestPeer who, int handle) {
        who.send(0, TestPeer.detach(handle, false));
        assertFalse(who.nextOf(Detach.class).getClosed());
    }

    @Test
    void theAnswerSaysWhatHolds() {
        int handle = 0;
        for (TerminusDurability durability : TerminusDurability.values()) {
            for (TerminusExpiryPolicy policy : TerminusExpiryPolicy.values()) {
                Source answered = attach(peer, subscriber(handle, durability, policy, 7));
                boolean never = policy == TerminusExpiryPolicy.NEVER;
                assertExpires(policy, never ? 0 : 7, answered);
                boolean says = durability != TerminusDurability.NONE || !never;
                assertEquals(says ? durability : TerminusDurability.UNSETTLED_STATE, answered.getDurable());
                peer.send(0, TestPeer.detach(handle, true));
                peer.nextOf(Detach.class);
                assertFalse(isThere());
                handle++;
            }
        }
    }

    @Test
    void whoSaysNothingOfItHasADurableOneForGoodOrAnotherWithItsLink() {
        assertExpires(TerminusExpiryPolicy.NEVER, 0, attach(peer, durable(0, TerminusExpiryPolicy.SESSION_END, 0)));
        peer.send(0, TestPeer.detach(0, true));
        peer.nextOf(Detach.class);
        Source answered = attach(peer, subscriber(1, TerminusDurability.NONE, TerminusExpiryPolicy.SESSION_END, 0));
        assertExpires(TerminusExpiryPolicy.LINK_DETACH, 0, answered);
        detach(peer, 1);
        assertFalse(isThere());
    }

    @Test
    void linkDetachBeginsTheWait() {
        attach(peer, durable(0, TerminusExpiryPolicy.LINK_DETACH, 5));
        broker.advance(60_000);
        detach(peer, 0);
        publish("kept");
        broker.advance(4_999);
        assertTrue(isThere());
        broker.advance(1);
        assertFalse(isThere());
    }

    @Test
    void whoComesBackInTimeHasWhatWaited() {
        attach(peer, durable(0, TerminusExpiryPolicy.LINK_DETACH, 5));
        detach(peer, 0);
        publish("kept");
        broker.advance(4_999);
        attach(peer, durable(1, TerminusExpiryPolicy.LINK_DETACH, 5));
        broker.advance(60_000);
        assertEquals(List.of("kept"), take(peer, 1));
    }

    @Test
    void sessionEndBeginsTheWait() {
        attach(peer, durable(0, TerminusExpiryPolicy.SESSION_END, 5));
        detach(peer, 0);
        broker.advance(60_000);
        assertTrue(isThere());
        peer.send(0, new End());
        peer.nextOf(End.class);
        broker.advance(4_999);
        assertTrue(isThere());
        broker.advance(1);
        assertFalse(isThere());
    }

    @Test
    void sessionEndOfAnAttachedLinkBeginsTheWaitToo() {
        attach(peer, durable(0, TerminusExpiryPolicy.SESSION_END, 5));
        peer.send(0, new End());
        peer.nextOf(End.class);
        broker.advance(5_000);
        assertFalse(isThere());
    }

    @Test
    void connectionCloseOutlivesTheSession() {
        attach(peer, durable(0, TerminusExpiryPolicy.CONNECTION_CLOSE, 5));
        peer.send(0, new End());
        peer.nextOf(End.class);
        broker.advance(60_000);
        publish("kept");
        peer.send(0, TestPeer.begin());
        peer.nextOf(Begin.class);
        attach(peer, durable(0, TerminusExpiryPolicy.CONNECTION_CLOSE, 5));
        assertEquals(List.of("kept"), take(peer, 0));
        peer.connection.lost();
        broker.run();
        broker.advance(4_999);
        assertTrue(isThere());
        broker.advance(1);
        assertFalse(isThere());
    }

    @Test
    void withoutATimeoutTheEventIsTheEnd() {
        attach(peer, durable(0, TerminusExpiryPolicy.CONNECTION_CLOSE, 0));
        detach(peer, 0);
        assertTrue(isThere());
        peer.connection.lost();
        broker.run();
        assertFalse(isThere());
    }

    @Test
    void neverIsNever() {
        attach(peer, durable(0, TerminusExpiryPolicy.NEVER, 5));
        detach(peer, 0);
        peer.connection.lost();
        broker.run();
        broker.advance(Integer.MAX_VALUE);
        assertTrue(isThere());
    }

    @Test
    void whatIsNotDurableIsKeptAsLongToo() {
        attach(peer, subscriber(0, TerminusDurability.NONE, TerminusExpiryPolicy.LINK_DETACH, 5));
        detach(peer, 0);
        publish("kept");
        attach(peer, subscriber(1, TerminusDurability.NONE, TerminusExpiryPolicy.LINK_DETACH, 5));
        assertEquals(List.of("kept"), take(peer, 1));
        detach(peer, 1);
        broker.advance(5_000);
        assertFalse(isThere());
    }

    @Test
    void aLinkThatIsTakenOverByAnotherConnectionLeavesNoWaitBehind() {
        attach(peer, durable(0, TerminusExpiryPolicy.CONNECTION_CLOSE, 0));
        TestPeer other = TestPeer.begun(broker);
        attach(other, durable(0, TerminusExpiryPolicy.CONNECTION_CLOSE, 0));
        peer.expectDetach("amqp:link:stolen");
        peer.send(0, TestPeer.detach(0, true));
        peer.connection.lost();
        broker.run();
        assertTrue(isThere());
        other.connection.lost();
        broker.run();
        assertFalse(isThere());
    }

    @Test
    void whoAsksWhichItIsHearsHowLongItStays() {
        attach(peer, durable(0, TerminusExpiryPolicy.SESSION_END, 5));
        detach(peer, 0);
        Attach asks = TestPeer.receiver(1, "sub", "");
        asks.setSource(null);
        assertExpires(TerminusExpiryPolicy.SESSION_END, 5, attach(peer, asks));
        peer.send(0, new End());
        peer.nextOf(End.class);
        broker.advance(5_000);
        assertFalse(isThere(), "and it is kept for it as for the link before");

        peer.send(0, TestPeer.begin());
        peer.nextOf(Begin.class);
        asks.setHandle(UnsignedInteger.ZERO);
        assertNull(attach(peer, asks));
        peer.expectDetach("amqp:not-found");
    }

    @Test
    void aSharedOneOfSeveralLinksEndsWithTheLastEvent() {
        Attach one = durable(0, TerminusExpiryPolicy.LINK_DETACH, 5);
        ((Source) one.getSource()).setCapabilities(TOPIC, Symbol.valueOf("shared"));
        attach(peer, one);
        Attach two = durable(1, TerminusExpiryPolicy.LINK_DETACH, 5);
        two.setName("sub|2");
        ((Source) two.getSource()).setCapabilities(TOPIC, Symbol.valueOf("shared"));
        attach(peer, two);
        detach(peer, 0);
        broker.advance(60_000);
        assertTrue(isThere());
        detach(peer, 1);
        broker.advance(5_000);
        assertFalse(isThere());
    }
}
