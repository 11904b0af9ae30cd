package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Dispatching;
import io.sluice.broker.QueueDefinition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Received;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.Test;

/** A receiver that comes back to what it had unsettled (AMQP 1.0 §2.6.13). */
class Section2_6_13_ResumingReceiverTest {
    private final TestBroker broker = new TestBroker();
    private TestPeer peer = TestPeer.begun(broker);

    private static Attach resumable(Map<Binary, Object> unsettled) {
        Attach attach = TestPeer.receiver(0, "out", "q");
        attach.setRcvSettleMode(ReceiverSettleMode.SECOND);
        ((Source) attach.getSource()).setDurable(TerminusDurability.UNSETTLED_STATE);
        ((Source) attach.getSource()).setExpiryPolicy(TerminusExpiryPolicy.NEVER);
        attach.setUnsettled(unsettled);
        return attach;
    }

    private Attach attach(Map<Binary, Object> unsettled) {
        peer.send(0, resumable(unsettled));
        return peer.expect(Attach.class);
    }

    private void reconnect() {
        peer.connection.lost();
        peer = TestPeer.begun(broker);
    }

    private void send(String... bodies) {
        TestPeer sender = TestPeer.begun(broker);
        sender.attachSender(0, "in", "q");
        for (int i = 0; i < bodies.length; i++) {
            sender.send(0, TestPeer.transfer(0, i), TestPeer.message(bodies[i]));
        }
        sender.connection.lost();
        broker.run();
    }

    private List<TestPeer.Frame> receive(int credit) {
        peer.send(0, TestPeer.credit(0, 0, credit));
        return peer.transfers();
    }

    private static Transfer transfer(TestPeer.Frame frame) {
        return (Transfer) frame.body();
    }

    private static Binary tag(TestPeer.Frame frame) {
        return transfer(frame).getDeliveryTag();
    }

    private static Map<Binary, Object> unsettled(Object state, TestPeer.Frame... frames) {
        Map<Binary, Object> map = new HashMap<>();
        for (TestPeer.Frame frame : frames) {
            map.put(tag(frame), state);
        }
        return map;
    }

    @Test
    void theAnswerSaysWhatIsKept() {
        Source source = (Source) attach(null).getSource();
        assertEquals(TerminusDurability.UNSETTLED_STATE, source.getDurable());
        assertEquals(TerminusExpiryPolicy.NEVER, source.getExpiryPolicy());
    }

    @Test
    void whatTheReceiverAcceptedIsNotDeliveredAgain() {
        send("a", "b");
        attach(null);
        List<TestPeer.Frame> had = receive(2);
        reconnect();
        Attach answer = attach(unsettled(Accepted.getInstance(), had.get(0)));
        assertEquals(Set.of(tag(had.get(0))), answer.getUnsettled().keySet());
        peer.expectNothing();
        List<TestPeer.Frame> out = receive(10);
        Transfer settled = transfer(out.get(0));
        assertTrue(settled.getResume());
        assertTrue(settled.getSettled());
        assertEquals(Accepted.getInstance(), settled.getState());
        assertEquals(tag(had.get(0)), settled.getDeliveryTag());
        assertEquals(0, out.get(0).payload().length);
        assertEquals("b", TestPeer.body(out.get(1).payload()));
        assertFalse(transfer(out.get(1)).getResume());
        assertEquals(2, out.size());
        assertEquals(1, broker.status("q").messages());
    }

    @Test
    void whatItHasNotDecidedOnIsSentAgainAsWhatItIs() {
        send("a", "b", "c");
        attach(null);
        List<TestPeer.Frame> had = receive(2);
        reconnect();
        Received part = new Received();
        part.setSectionNumber(UnsignedInteger.ZERO);
        part.setSectionOffset(UnsignedLong.valueOf(3));
        Map<Binary, Object> map = unsettled(null, had.get(0));
        map.putAll(unsettled(part, had.get(1)));
        assertEquals(map.keySet(), attach(map).getUnsettled().keySet());
        Map<Binary, String> again = new HashMap<>();
        for (TestPeer.Frame frame : receive(2)) {
            assertTrue(transfer(frame).getResume());
            assertEquals(UnsignedLong.ZERO, ((Received) transfer(frame).getState()).getSectionOffset());
            again.put(tag(frame), TestPeer.body(frame.payload()));
        }
        assertEquals(Map.of(tag(had.get(0)), "a", tag(had.get(1)), "b"), again);
        peer.send(0, TestPeer.disposition(Role.RECEIVER, 0, 1, true, Accepted.getInstance()));
        assertEquals(1, broker.status("q").messages());
        peer.send(0, TestPeer.credit(0, 2, 1));
        TestPeer.Frame fresh = peer.transfers().get(0);
        assertEquals("c", TestPeer.body(fresh.payload()));
        assertFalse(transfer(fresh).getResume());
        assertNull(transfer(fresh).getState());
    }

    @Test
    void anyOutcomeIsApplied() {
        send("a");
        attach(null);
        List<TestPeer.Frame> had = receive(1);
        reconnect();
        attach(unsettled(new Rejected(), had.get(0)));
        assertEquals(0, broker.status("q").messages());
        assertTrue(transfer(receive(1).get(0)).getState() instanceof Rejected);
    }

    @Test
    void whatTheBrokerHasNoLongerIsNotInItsMap() {
        send("a");
        attach(null);
        List<TestPeer.Frame> had = receive(1);
        peer.send(0, TestPeer.disposition(Role.RECEIVER, 0, 0, false, Accepted.getInstance()));
        assertTrue(peer.expect(Disposition.class).getSettled());
        reconnect();
        assertNull(attach(unsettled(Accepted.getInstance(), had.get(0))).getUnsettled());
        assertEquals(List.of(), receive(10));
    }

    @Test
    void whatSomebodyElseHasIsNotInItsMap() {
        send("a");
        attach(null);
        List<TestPeer.Frame> had = receive(1);
        TestPeer other = TestPeer.begun(broker);
        other.attachReceiver(0, "other", "q");
        other.send(0, TestPeer.credit(0, 0, 1));
        reconnect();
        assertEquals(1, other.transfers().size());
        assertNull(attach(unsettled(Accepted.getInstance(), had.get(0))).getUnsettled());
        other.send(0, TestPeer.disposition(Role.RECEIVER, 0, 0, true, Accepted.getInstance()));
        assertEquals(0, broker.status("q").messages());
    }

    /** A queue that is declared again numbers its messages from 1 again. */
    @Test
    void aTagNamesNoOtherMessage() {
        send("a");
        attach(null);
        List<TestPeer.Frame> had = receive(1);
        peer.connection.lost();
        broker.run();
        broker.delete("q");
        broker.advance(1);
        broker.declare(QueueDefinition.named("q"));
        send("other");
        peer = TestPeer.begun(broker);
        assertNull(attach(unsettled(Accepted.getInstance(), had.get(0))).getUnsettled());
        List<TestPeer.Frame> out = receive(1);
        assertEquals("other", TestPeer.body(out.get(0).payload()));
        assertNotEquals(tag(had.get(0)), tag(out.get(0)));
    }

    @Test
    void tagsThatAreNotOursAreNotInItsMap() {
        send("a");
        Map<Binary, Object> map = new HashMap<>();
        map.put(new Binary(new byte[0]), null);
        map.put(new Binary(new byte[16]), Accepted.getInstance());
        map.put(new Binary(new byte[32]), null);
        assertNull(attach(map).getUnsettled());
        assertEquals("a", TestPeer.body(receive(1).get(0).payload()));
    }

    /** §2.7.3: to a receiver that has more unsettled than it says nothing new is sent. */
    @Test
    void toAnIncompleteMapNothingNewIsSent() {
        send("a", "b");
        attach(null);
        List<TestPeer.Frame> had = receive(1);
        reconnect();
        Attach part = resumable(unsettled(null, had.get(0)));
        part.setIncompleteUnsettled(true);
        peer.send(0, part);
        peer.expect(Attach.class);
        List<TestPeer.Frame> out = receive(10);
        assertEquals(1, out.size());
        assertEquals("a", TestPeer.body(out.get(0).payload()));
        Flow drain = TestPeer.credit(0, 1, 9);
        drain.setDrain(true);
        peer.send(0, drain);
        Flow drained = peer.expect(Flow.class);
        assertEquals(UnsignedInteger.ZERO, drained.getLinkCredit());
        assertEquals(UnsignedInteger.valueOf(10), drained.getDeliveryCount());
        reconnect();
        attach(null);
        assertEquals(2, receive(10).size());
    }

    @Test
    void aMapThatDoesNotFitIsIncomplete() {
        String[] bodies = new String[60];
        for (int i = 0; i < bodies.length; i++) {
            bodies[i] = "m" + i;
        }
        send(bodies);
        attach(null);
        List<TestPeer.Frame> had = receive(60);
        peer.connection.lost();
        peer = new TestPeer(broker);
        peer.bytes(TestPeer.AMQP);
        Open small = TestPeer.openFrame();
        small.setMaxFrameSize(UnsignedInteger.valueOf(512));
        peer.send(0, small);
        peer.send(0, TestPeer.begin());
        peer.nextOf(Begin.class);
        Attach answer = attach(unsettled(Accepted.getInstance(), had.toArray(new TestPeer.Frame[0])));
        assertTrue(answer.getIncompleteUnsettled());
        assertTrue(answer.getUnsettled().size() > 10 && answer.getUnsettled().size() < 60);
        send("new");
        assertEquals(60, receive(1000).size(), "all that is resumed, and nothing new");
        reconnect();
        attach(null);
        assertEquals(1, receive(10).size());
    }

    @Test
    void whatIsResumedWaitsForCredit() {
        send("a", "b", "c");
        attach(null);
        List<TestPeer.Frame> had = receive(2);
        reconnect();
        attach(unsettled(null, had.get(0), had.get(1)));
        peer.expectNothing();
        assertEquals(1, receive(1).size());
        peer.send(0, TestPeer.credit(0, 1, 2));
        List<TestPeer.Frame> out = peer.transfers();
        assertEquals(2, out.size());
        assertEquals("c", TestPeer.body(out.get(1).payload()));
        reconnect();
        assertEquals(3, broker.status("q").messages());
    }

    @Test
    void aLinkThatGoesBeforeItHasCreditGivesAllBack() {
        send("a");
        attach(null);
        List<TestPeer.Frame> had = receive(1);
        reconnect();
        attach(unsettled(null, had.get(0)));
        reconnect();
        assertEquals(
                Set.of(tag(had.get(0))),
                attach(unsettled(null, had.get(0))).getUnsettled().keySet());
        peer.send(0, TestPeer.detach(0, false));
        peer.transfers();
        peer.attachReceiver(1, "other", "q");
        peer.send(0, TestPeer.credit(1, 0, 1));
        assertEquals("a", TestPeer.body(peer.transfers().get(0).payload()));
    }

    /** A receiver that gives no credit has the message for as long as its locks last. */
    @Test
    void whatIsTakenBackBeforeThereIsCreditIsReleased() {
        broker.delete("q");
        broker.declare(QueueDefinition.named("q").withDispatching(Dispatching.DEFAULT.withLockMillis(1000)));
        send("a");
        attach(null);
        List<TestPeer.Frame> had = receive(1);
        reconnect();
        assertEquals(1, attach(unsettled(null, had.get(0))).getUnsettled().size());
        broker.advance(1000);
        List<TestPeer.Frame> out = receive(2);
        assertEquals(tag(had.get(0)), tag(out.get(0)));
        assertTrue(transfer(out.get(0)).getSettled());
        assertEquals(Released.getInstance(), transfer(out.get(0)).getState());
        assertFalse(transfer(out.get(1)).getResume());
        assertEquals("a", TestPeer.body(out.get(1).payload()));
    }

    @Test
    void aLargeMessageIsResumedFromItsBeginning() {
        broker.thresholdBytes = 1000;
        String body = "0123456789".repeat(500);
        send(body, "b");
        peer = TestPeer.begun(broker);
        attach(null);
        List<TestPeer.Frame> had = receive(1);
        reconnect();
        attach(unsettled(null, had.get(0)));
        List<TestPeer.Frame> out = receive(2);
        List<TestPeer.Frame> large = out.subList(0, out.size() - 1);
        assertTrue(large.size() > 1);
        assertTrue(transfer(large.get(0)).getResume());
        assertEquals(body, TestPeer.body(peer.joined(large)));
        assertEquals("b", TestPeer.body(out.get(out.size() - 1).payload()));
        assertFalse(transfer(out.get(out.size() - 1)).getResume());
        reconnect();
        attach(unsettled(Accepted.getInstance(), had.get(0)));
        assertTrue(transfer(receive(1).get(0)).getSettled());
        broker.run();
        assertEquals(0, broker.bodies.present.size());
        assertEquals(0, broker.bodies.sources);
    }

    /** The connection it was on has not noticed that it is gone. */
    @Test
    void aLinkThatIsTakenOverComesBackToWhatItHad() {
        send("a", "b");
        attach(null);
        List<TestPeer.Frame> had = receive(2);
        peer = TestPeer.begun(broker);
        assertEquals(
                2,
                attach(unsettled(null, had.get(0), had.get(1))).getUnsettled().size());
    }

    @Test
    void whoseSourceIsNotKeptGetsAllAsNew() {
        send("a");
        peer.attachReceiver(0, "out", "q");
        TestPeer.Frame had = receive(1).get(0);
        assertEquals(1, tag(had).getLength(), "tags of ordinary links are as short as can be");
        reconnect();
        Attach attach = TestPeer.receiver(0, "out", "q");
        attach.setUnsettled(unsettled(Accepted.getInstance(), had));
        peer.send(0, attach);
        Attach answer = peer.expect(Attach.class);
        assertNull(answer.getUnsettled());
        assertEquals(TerminusDurability.NONE, ((Source) answer.getSource()).getDurable());
        assertFalse(transfer(receive(1).get(0)).getResume());
    }

    @Test
    void aMapOfNoTagsIsRefused() {
        Map<Object, Object> wrong = new HashMap<>();
        wrong.put(UnsignedInteger.ONE, null);
        Attach attach = resumable(null);
        attach.setUnsettled(wrong);
        peer.send(0, attach);
        peer.expectDetach("amqp:invalid-field");
    }

    /** A client by the book: what it has once it has done, and it says so until it is told that it was heard. */
    private static final class Client {
        private final TestBroker broker;
        private final Random random;
        private TestPeer peer;
        private final List<String> done = new ArrayList<>();
        /** What it will say of each; null: not done yet. */
        private final Map<Binary, Accepted> unsettled = new LinkedHashMap<>();

        private final Map<Integer, Binary> byId = new HashMap<>();
        private int looked;
        private int received;

        private Client(TestBroker broker, Random random) {
            this.broker = broker;
            this.random = random;
        }

        private void connect() {
            peer = TestPeer.begun(broker);
            peer.send(0, resumable(unsettled.isEmpty() ? null : new HashMap<>(unsettled)));
            Attach answer = peer.expect(Attach.class);
            looked = peer.frames.size();
            byId.clear();
            received = 0;
            Map<?, ?> known = answer.getUnsettled() == null ? Map.of() : answer.getUnsettled();
            unsettled.keySet().removeIf(tag -> !known.containsKey(tag));
            flow();
        }

        private void flow() {
            send(TestPeer.credit(0, received, 1 + random.nextInt(4)));
        }

        private void send(Object frame) {
            if (random.nextInt(3) == 0) {
                peer.pipelined(0, frame, new byte[0]);
            } else {
                peer.send(0, frame);
            }
        }

        private void read() {
            peer.settle();
            while (looked < peer.frames.size()) {
                TestPeer.Frame frame = peer.frames.get(looked++);
                if (frame.body() instanceof Transfer transfer) {
                    received++;
                    received(transfer, frame.payload());
                } else if (frame.body() instanceof Disposition said && said.getSettled()) {
                    int last = said.getLast() == null
                            ? said.getFirst().intValue()
                            : said.getLast().intValue();
                    for (int id = said.getFirst().intValue(); id <= last; id++) {
                        unsettled.remove(byId.get(id));
                    }
                }
                if (random.nextInt(8) == 0) {
                    return;
                }
            }
        }

        private void received(Transfer transfer, byte[] payload) {
            Binary tag = transfer.getDeliveryTag();
            int id = transfer.getDeliveryId().intValue();
            byId.put(id, tag);
            assertEquals(transfer.getResume(), unsettled.containsKey(tag), "resumed is what both know");
            if (transfer.getSettled()) {
                assertEquals(Accepted.getInstance(), unsettled.get(tag));
                unsettled.remove(tag);
                return;
            }
            unsettled.putIfAbsent(tag, null);
            if (unsettled.get(tag) == null && random.nextBoolean()) {
                done.add(TestPeer.body(payload));
                unsettled.put(tag, Accepted.getInstance());
                if (random.nextBoolean()) {
                    send(TestPeer.disposition(Role.RECEIVER, id, id, false, Accepted.getInstance()));
                }
            }
        }
    }

    @Property(tries = 150)
    void whereverItIsCutEachMessageIsDoneOnce(@ForAll long seed) {
        Random random = new Random(seed);
        TestBroker cut = random.nextBoolean() ? TestBroker.apart() : new TestBroker();
        TestPeer sender = TestPeer.begun(cut);
        sender.attachSender(0, "in", "q");
        Set<String> all = new TreeSet<>();
        Client client = new Client(cut, random);
        client.connect();
        for (int i = 0; i < 60; i++) {
            if (random.nextBoolean()) {
                String body = "m" + all.size();
                sender.send(0, TestPeer.transfer(0, all.size()), TestPeer.message(body));
                all.add(body);
            }
            client.read();
            if (random.nextInt(3) == 0) {
                client.flow();
            }
            if (random.nextInt(6) == 0) {
                if (random.nextBoolean()) {
                    client.peer.connection.lost();
                }
                client.connect();
            }
        }
        for (int i = 0; client.done.size() < all.size() || !client.unsettled.isEmpty(); i++) {
            assertTrue(i < 1000, "it never ends");
            client.read();
            if (random.nextInt(4) == 0) {
                client.peer.connection.lost();
                client.connect();
            }
        }
        client.peer.connection.lost();
        cut.run();
        assertEquals(all.size(), client.done.size(), () -> "seed " + seed);
        assertEquals(all, new TreeSet<>(client.done));
        assertEquals(0, cut.status("q").messages());
    }
}
