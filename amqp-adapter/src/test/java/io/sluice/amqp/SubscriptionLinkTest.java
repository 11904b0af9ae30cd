package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.QueueStatus;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.Test;

/** Topics and subscriptions as clients attach to them (AMQP JMS Mapping; AMQP 1.0 §2.6.3 for what a null source asks). */
class SubscriptionLinkTest {
    private static final Symbol TOPIC = Symbol.valueOf("topic");
    private static final Symbol SHARED = Symbol.valueOf("shared");
    private static final Symbol GLOBAL = Symbol.valueOf("global");

    private record Filter(Object descriptor, Object described) implements DescribedType {
        @Override
        public Object getDescriptor() {
            return descriptor;
        }

        @Override
        public Object getDescribed() {
            return described;
        }
    }

    private static final Filter NO_LOCAL = new Filter(UnsignedLong.valueOf(0x0000_468c_0000_0003L), "NoLocalFilter{}");

    private final TestBroker broker = newBroker();
    private final TestPeer peer = TestPeer.begun(broker);
    private int deliveries;

    TestBroker newBroker() {
        return new TestBroker();
    }

    private static Filter selector(String text) {
        return new Filter(UnsignedLong.valueOf(0x0000_468c_0000_0004L), text);
    }

    private static Attach subscriber(int handle, String name, String topic, Symbol... capabilities) {
        Attach attach = TestPeer.receiver(handle, name, topic);
        ((Source) attach.getSource()).setCapabilities(capabilities);
        return attach;
    }

    private static Attach durable(int handle, String name, String topic, Symbol... capabilities) {
        Attach attach = subscriber(handle, name, topic, capabilities);
        Source source = (Source) attach.getSource();
        source.setDurable(TerminusDurability.UNSETTLED_STATE);
        source.setExpiryPolicy(TerminusExpiryPolicy.NEVER);
        source.setDistributionMode(Symbol.valueOf("copy"));
        return attach;
    }

    private static Attach lookup(int handle, String name, Symbol... desired) {
        Attach attach = TestPeer.receiver(handle, name, "");
        attach.setSource(null);
        attach.setDesiredCapabilities(desired);
        return attach;
    }

    private static Attach publisher(int handle, String topic) {
        Attach attach = TestPeer.sender(handle, "to " + topic, topic);
        ((Target) attach.getTarget()).setCapabilities(TOPIC);
        return attach;
    }

    /** @return the answer, which is a refusal or not */
    private static Attach attach(TestPeer who, Attach asked) {
        who.send(0, asked);
        return who.nextOf(Attach.class);
    }

    private void publish(TestPeer who, int handle, String... bodies) {
        for (String body : bodies) {
            who.send(0, TestPeer.transfer(handle, deliveries++), TestPeer.message(body));
            assertEquals(Accepted.getInstance(), who.nextOf(Disposition.class).getState());
        }
    }

    /** The bodies that come for so much credit, all of it given at once. */
    private static List<String> take(TestPeer who, int handle, int credit) {
        who.send(0, TestPeer.credit(handle, 0, credit));
        return bodies(who);
    }

    private static List<String> bodies(TestPeer who) {
        List<String> bodies = new ArrayList<>();
        who.transfers().forEach(frame -> bodies.add(TestPeer.body(frame.payload())));
        return bodies;
    }

    private static TestPeer other(TestBroker broker, String container) {
        TestPeer other = new TestPeer(broker);
        other.bytes(TestPeer.AMQP);
        Open open = TestPeer.openFrame();
        open.setContainerId(container);
        other.send(0, open);
        other.expect(Open.class);
        other.send(0, TestPeer.begin());
        other.expect(Begin.class);
        return other;
    }

    private List<String> queues() {
        List<QueueStatus> all = broker.list();
        return all.stream().map(status -> status.definition().name()).toList();
    }

    @Test
    void sharedSubscriptionsAreOffered() {
        TestPeer client = new TestPeer(broker);
        client.bytes(TestPeer.AMQP);
        client.send(0, TestPeer.openFrame());
        Open open = client.expect(Open.class);
        assertTrue(Arrays.asList(open.getOfferedCapabilities()).contains(Symbol.valueOf("SHARED-SUBS")));
    }

    @Test
    void aVolatileSubscriptionIsThereFromTheAttachToTheDetach() {
        Attach answer = attach(peer, subscriber(0, "sub", "t", TOPIC));
        Source source = (Source) answer.getSource();
        assertEquals("t", source.getAddress());
        assertArrayEquals(new Symbol[] {TOPIC}, source.getCapabilities());
        attach(peer, publisher(1, "t"));
        publish(peer, 1, "1", "2");
        assertEquals(List.of("1", "2"), take(peer, 0, 10));

        peer.send(0, TestPeer.detach(0, false));
        assertFalse(peer.nextOf(Detach.class).getClosed());
        publish(peer, 1, "3");
        attach(peer, subscriber(0, "sub", "t", TOPIC));
        assertEquals(List.of(), take(peer, 0, 10));
        assertEquals(1, queues().stream().filter(name -> name.startsWith("t::")).count());
    }

    @Test
    void theTargetIsAnsweredAsATopic() {
        Attach answer = attach(peer, publisher(0, "t"));
        assertArrayEquals(new Symbol[] {TOPIC}, ((Target) answer.getTarget()).getCapabilities());
        publish(peer, 0, "nobody is there");
        assertFalse(queues().contains("t"), "no queue of that name was made");
    }

    @Test
    void withoutACapabilityAnAddressIsAQueueUnlessItIsConfigured() {
        attach(peer, publisher(0, "q"));
        publish(peer, 0, "to the topic");
        peer.send(0, TestPeer.receiver(1, "out", "q"));
        peer.nextOf(Attach.class);
        assertEquals(List.of(), take(peer, 1, 10), "it is a queue, of which the topic knows nothing");

        attach(peer, TestPeer.receiver(2, "out2", "topic.x"));
        attach(peer, TestPeer.sender(3, "in", "topic.x"));
        publish(peer, 3, "1");
        assertEquals(List.of("1"), take(peer, 2, 10));
        Attach queue = subscriber(4, "out3", "topic.x", Symbol.valueOf("queue"));
        assertNull(attach(peer, queue).getSource(), "there is no queue of that name");
        peer.expectDetach("amqp:not-found");
    }

    @Test
    void theAnonymousTerminusGoesByTheMessage() {
        attach(peer, subscriber(0, "sub", "q", TOPIC));
        attach(peer, TestPeer.sender(1, "anonymous", null));
        peer.send(0, TestPeer.transfer(1, deliveries++), to("q", 1, "to the topic"));
        assertEquals(Accepted.getInstance(), peer.nextOf(Disposition.class).getState());
        peer.send(0, TestPeer.transfer(1, deliveries++), to("q", 0, "to the queue"));
        assertEquals(Accepted.getInstance(), peer.nextOf(Disposition.class).getState());
        peer.send(0, TestPeer.transfer(1, deliveries++), to("q", 3, "to the temporary topic"));
        assertEquals(Accepted.getInstance(), peer.nextOf(Disposition.class).getState());

        assertEquals(List.of("to the topic", "to the temporary topic"), take(peer, 0, 10));
        assertEquals(1, broker.status("q").messages());
    }

    /** With the annotation of JMS that says what kind of destination it is for. */
    private static byte[] to(String address, int kind, String body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] key = "x-opt-jms-dest".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        out.writeBytes(new byte[] {
            0, 0x53, 0x72, (byte) 0xc1, (byte) (1 + 2 + key.length + 2), 2, (byte) 0xa3, (byte) key.length
        });
        out.writeBytes(key);
        out.writeBytes(new byte[] {0x51, (byte) kind});
        byte[] name = address.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        out.writeBytes(new byte[] {
            0, 0x53, 0x73, (byte) 0xc0, (byte) (1 + 2 + 2 + name.length), 3, 0x40, 0x40, (byte) 0xa1, (byte) name.length
        });
        out.writeBytes(name);
        out.writeBytes(TestPeer.message(body));
        return out.toByteArray();
    }

    @Test
    void aDurableSubscriptionStaysUntilItsLinkIsClosed() {
        Source source = (Source) attach(peer, durable(0, "sub", "t", TOPIC)).getSource();
        assertEquals(TerminusDurability.UNSETTLED_STATE, source.getDurable());
        assertEquals(TerminusExpiryPolicy.NEVER, source.getExpiryPolicy());
        assertEquals(Symbol.valueOf("copy"), source.getDistributionMode());
        peer.send(0, TestPeer.detach(0, false));
        peer.nextOf(Detach.class);
        attach(peer, publisher(1, "t"));
        publish(peer, 1, "1");

        attach(peer, durable(0, "sub", "t", TOPIC));
        assertEquals(List.of("1"), take(peer, 0, 10));
        peer.send(0, TestPeer.detach(0, true));
        assertTrue(peer.nextOf(Detach.class).getClosed());
        assertFalse(queues().contains("t::tester.sub"));
    }

    @Test
    void aDurableSubscriptionOutlivesItsConnection() {
        TestPeer first = other(broker, "client");
        attach(first, durable(0, "sub", "t", TOPIC));
        first.connection.lost();
        broker.run();
        attach(peer, publisher(1, "t"));
        publish(peer, 1, "1");

        TestPeer second = other(broker, "client");
        attach(second, durable(0, "sub", "t", TOPIC));
        assertEquals(List.of("1"), take(second, 0, 10));
        TestPeer somebodyElse = other(broker, "another client");
        attach(somebodyElse, durable(0, "sub", "t", TOPIC));
        assertEquals(List.of(), take(somebodyElse, 0, 10));
    }

    @Test
    void theSameLinkOnAnotherConnectionTakesItOver() {
        TestPeer first = other(broker, "client");
        attach(first, durable(0, "sub", "t", TOPIC));
        attach(peer, publisher(1, "t"));
        publish(peer, 1, "1");
        assertEquals(List.of("1"), take(first, 0, 10));

        TestPeer second = other(broker, "client");
        attach(second, durable(0, "sub", "t", TOPIC));
        first.expectDetach("amqp:link:stolen");
        assertEquals(List.of("1"), take(second, 0, 10), "what the first had not settled");
    }

    @Test
    void anotherSelectorStartsAnew() {
        Attach with = durable(0, "sub", "t", TOPIC);
        ((Source) with.getSource()).setFilter(Map.of(Symbol.valueOf("jms-selector"), selector("color = 'red'")));
        Source answer = (Source) attach(peer, with).getSource();
        assertEquals(
                "color = 'red'",
                ((DescribedType) answer.getFilter().get(Symbol.valueOf("jms-selector"))).getDescribed());
        peer.send(0, TestPeer.detach(0, false));
        peer.nextOf(Detach.class);
        attach(peer, publisher(1, "t"));
        publish(peer, 1, "not red");
        assertEquals(0, broker.status("t::tester.sub").messages(), "what is not selected does not wait");

        attach(peer, durable(0, "sub", "t", TOPIC));
        publish(peer, 1, "1");
        assertEquals(List.of("1"), take(peer, 0, 10));
    }

    @Test
    void aSelectorThatIsWrongRefusesTheAttach() {
        Attach with = durable(0, "sub", "t", TOPIC);
        ((Source) with.getSource()).setFilter(Map.of(Symbol.valueOf("jms-selector"), selector("color =")));
        assertNull(attach(peer, with).getSource());
        peer.expectDetach("amqp:invalid-field");
        assertFalse(queues().contains("t::tester.sub"));
    }

    @Test
    void noLocalKeepsBackWhatTheOwnContainerSent() {
        Attach with = subscriber(0, "sub", "t", TOPIC);
        ((Source) with.getSource()).setFilter(Map.of(Symbol.valueOf("no-local"), NO_LOCAL));
        Source answer = (Source) attach(peer, with).getSource();
        assertNotNull(answer.getFilter().get(Symbol.valueOf("no-local")));
        attach(peer, publisher(1, "t"));
        publish(peer, 1, "mine");
        TestPeer somebodyElse = other(broker, "somebody else");
        attach(somebodyElse, publisher(0, "t"));
        somebodyElse.send(0, TestPeer.transfer(0, 0), TestPeer.message("theirs"));
        somebodyElse.nextOf(Disposition.class);

        assertEquals(List.of("theirs"), take(peer, 0, 10));
    }

    @Test
    void aNullSourceIsAnsweredWithWhatIsThereAndClosingEndsIt() {
        Attach with = durable(0, "sub", "t", TOPIC);
        ((Source) with.getSource())
                .setFilter(Map.of(
                        Symbol.valueOf("jms-selector"),
                        selector("color = 'red'"),
                        Symbol.valueOf("no-local"),
                        NO_LOCAL));
        attach(peer, with);
        peer.send(0, TestPeer.detach(0, false));
        peer.nextOf(Detach.class);

        Source found = (Source) attach(peer, lookup(0, "sub")).getSource();
        assertEquals("t", found.getAddress());
        assertEquals(TerminusDurability.UNSETTLED_STATE, found.getDurable());
        assertArrayEquals(new Symbol[] {TOPIC}, found.getCapabilities());
        assertEquals(2, found.getFilter().size());
        assertEquals(
                "color = 'red'",
                ((DescribedType) found.getFilter().get(Symbol.valueOf("jms-selector"))).getDescribed());
        peer.send(0, TestPeer.detach(0, true));
        Detach answer = peer.nextOf(Detach.class);
        assertTrue(answer.getClosed());
        assertNull(answer.getError());

        assertNull(attach(peer, lookup(0, "sub")).getSource());
        peer.expectDetach("amqp:not-found");
    }

    @Test
    void namesOfSharedLinksEndAtTheBar() {
        attach(peer, durable(0, "s|2", "t", TOPIC, SHARED));
        attach(peer, durable(1, "s", "t", TOPIC, SHARED));
        Attach global = durable(2, "s|global2", "t", TOPIC, SHARED, GLOBAL);
        Source answer = (Source) attach(peer, global).getSource();
        assertArrayEquals(new Symbol[] {TOPIC, SHARED, GLOBAL}, answer.getCapabilities());
        attach(peer, subscriber(3, "s|volatile1", "t", TOPIC, SHARED));
        attach(peer, subscriber(4, "s|volatile2", "t", TOPIC, SHARED));
        attach(peer, subscriber(5, "s|global-volatile1", "t", TOPIC, SHARED, GLOBAL));

        List<String> names =
                queues().stream().filter(name -> name.startsWith("t::")).toList();
        assertEquals(4, names.size(), names.toString());
        assertTrue(names.containsAll(List.of("t::tester.s", "t::s")), names.toString());
    }

    @Test
    void aGlobalSubscriptionIsFoundByWhatTheLinkDesires() {
        attach(peer, durable(0, "s|global", "t", TOPIC, SHARED, GLOBAL));
        TestPeer another = other(broker, "another");
        attach(another, durable(0, "s|global", "t", TOPIC, SHARED, GLOBAL));
        another.send(0, TestPeer.detach(0, false));
        another.nextOf(Detach.class);

        assertNull(attach(another, lookup(1, "s")).getSource(), "its own of that name is none");
        another.expectDetach("amqp:not-found");
        Source found =
                (Source) attach(another, lookup(2, "s|global", SHARED, GLOBAL)).getSource();
        assertArrayEquals(new Symbol[] {TOPIC, SHARED, GLOBAL}, found.getCapabilities());
        another.send(0, TestPeer.detach(2, true));
        assertEquals(
                Symbol.valueOf("amqp:resource-locked"),
                another.nextOf(Detach.class).getError().getCondition(),
                "the first peer uses it");

        peer.send(0, TestPeer.detach(0, false));
        peer.nextOf(Detach.class);
        assertNotNull(attach(another, lookup(3, "s|global", SHARED, GLOBAL)).getSource());
        another.send(0, TestPeer.detach(3, true));
        assertNull(another.nextOf(Detach.class).getError());
        assertFalse(queues().contains("t::s"));
    }

    @Test
    void sharedAndUnsharedOfOneNameDoNotMix() {
        attach(peer, durable(0, "s", "t", TOPIC));
        peer.send(0, TestPeer.detach(0, false));
        peer.nextOf(Detach.class);
        assertNull(attach(peer, durable(0, "s", "t", TOPIC, SHARED)).getSource());
        peer.expectDetach("amqp:precondition-failed");
    }

    @Test
    void linksThatShareTakeTurns() {
        attach(peer, durable(0, "s", "t", TOPIC, SHARED));
        attach(peer, durable(1, "s|2", "t", TOPIC, SHARED));
        attach(peer, publisher(2, "t"));
        publish(peer, 2, "1", "2", "3", "4");
        peer.send(0, TestPeer.credit(0, 0, 2));
        peer.send(0, TestPeer.credit(1, 0, 10));
        List<String> all = new ArrayList<>(bodies(peer));
        assertEquals(List.of("1", "2", "3", "4"), all.stream().sorted().toList());
    }

    @Test
    void acceptedIsSettledAndGone() {
        attach(peer, durable(0, "sub", "t", TOPIC));
        attach(peer, publisher(1, "t"));
        publish(peer, 1, "1");
        peer.send(0, TestPeer.credit(0, 0, 1));
        Transfer transfer = (Transfer) peer.next(Transfer.class).body();
        int id = transfer.getDeliveryId().intValue();
        peer.send(0, TestPeer.disposition(Role.RECEIVER, id, id, true, Accepted.getInstance()));
        peer.settle();
        assertEquals(0, broker.status("t::tester.sub").messages());
    }

    @Test
    void aNameThatIsTooLongIsRefused() {
        assertNull(attach(peer, durable(0, "sub", "x".repeat(256), TOPIC)).getSource());
        peer.expectDetach("amqp:invalid-field");
        peer.send(0, TestPeer.detach(0, true));
        Attach target = publisher(1, "x".repeat(256));
        assertNull(attach(peer, target).getTarget());
        peer.expectDetach("amqp:invalid-field");
    }

    @Test
    void aLinkOfATopicGetsItsCreditAtOnce() {
        peer.send(0, publisher(0, "t"));
        peer.expect(Attach.class);
        assertEquals(1000, peer.expect(Flow.class).getLinkCredit().intValue());
    }
}
