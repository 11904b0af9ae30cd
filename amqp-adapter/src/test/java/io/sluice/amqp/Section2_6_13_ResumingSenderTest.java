package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.Test;

/** A sender that comes back to what it had unsettled (AMQP 1.0 §2.6.13). */
class Section2_6_13_ResumingSenderTest {
    private final TestBroker broker = new TestBroker();
    private TestPeer peer = TestPeer.begun(broker);

    private static Binary tag(int number) {
        return new Binary(new byte[] {(byte) number});
    }

    /** Null says that nothing is known of the outcome. */
    private static Map<Binary, Object> nulls(int... tags) {
        Map<Binary, Object> unsettled = new HashMap<>();
        for (int tag : tags) {
            unsettled.put(tag(tag), null);
        }
        return unsettled;
    }

    private static Attach resumable(Map<Binary, Object> unsettled) {
        Attach attach = TestPeer.sender(0, "in", "q");
        attach.setRcvSettleMode(ReceiverSettleMode.SECOND);
        ((Target) attach.getTarget()).setDurable(TerminusDurability.UNSETTLED_STATE);
        ((Target) attach.getTarget()).setExpiryPolicy(TerminusExpiryPolicy.NEVER);
        attach.setUnsettled(unsettled);
        return attach;
    }

    private Attach attach(Map<Binary, Object> unsettled) {
        peer.send(0, resumable(unsettled));
        Attach answer = peer.expect(Attach.class);
        peer.expect(Flow.class);
        return answer;
    }

    private void reconnect() {
        peer.connection.lost();
        peer = TestPeer.begun(broker);
    }

    /** Accepted, and neither side has settled it. */
    private void sendUnsettled(int id) {
        peer.send(0, TestPeer.transfer(0, id), TestPeer.message("m" + id));
        Disposition answer = peer.expect(Disposition.class);
        assertEquals(Accepted.getInstance(), answer.getState());
        assertFalse(answer.getSettled());
    }

    private static Transfer resuming(int id, int tag) {
        Transfer transfer = TestPeer.transfer(0, id);
        transfer.setDeliveryTag(tag(tag));
        transfer.setResume(true);
        return transfer;
    }

    @Test
    void theAnswerSaysWhatIsKept() {
        Target target = (Target) attach(null).getTarget();
        assertEquals(TerminusDurability.UNSETTLED_STATE, target.getDurable());
        assertEquals(TerminusExpiryPolicy.NEVER, target.getExpiryPolicy());
        assertEquals(UnsignedInteger.ZERO, target.getTimeout());
    }

    @Test
    void anAcceptedDeliveryIsResumedAndNotStoredAgain() {
        attach(null);
        sendUnsettled(0);
        sendUnsettled(1);
        reconnect();

        Attach answer = attach(nulls(0, 1, 2));
        assertEquals(Map.of(tag(0), Accepted.getInstance(), tag(1), Accepted.getInstance()), answer.getUnsettled());
        assertFalse(answer.getIncompleteUnsettled());
        peer.send(0, resuming(0, 0), TestPeer.message("again"));
        Disposition first = peer.expect(Disposition.class);
        assertEquals(Accepted.getInstance(), first.getState());
        assertFalse(first.getSettled(), "the sender settles first");
        peer.send(0, TestPeer.disposition(Role.SENDER, 0, 0, true, Accepted.getInstance()));
        Transfer settled = resuming(1, 1);
        settled.setSettled(true);
        settled.setState(Accepted.getInstance());
        peer.send(0, settled);
        // What never came is sent anew.
        Transfer anew = TestPeer.transfer(0, 2);
        peer.send(0, anew, TestPeer.message("m2"));
        assertEquals(UnsignedInteger.valueOf(2), peer.expect(Disposition.class).getFirst());
        assertEquals(3, broker.status("q").messages());

        reconnect();
        assertEquals(
                Map.of(tag(2), Accepted.getInstance()), attach(nulls(0, 1, 2)).getUnsettled());
    }

    @Test
    void whatIsResumedInSeveralTransfersOrAbortedIsNotStoredEither() {
        attach(null);
        sendUnsettled(0);
        sendUnsettled(1);
        reconnect();
        attach(nulls(0, 1));
        byte[] message = TestPeer.message("again");
        Transfer first = resuming(0, 0);
        first.setMore(true);
        peer.send(0, first, Arrays.copyOf(message, 6));
        Transfer rest = new Transfer();
        rest.setHandle(UnsignedInteger.ZERO);
        peer.send(0, rest, Arrays.copyOfRange(message, 6, message.length));
        assertEquals(Accepted.getInstance(), peer.expect(Disposition.class).getState());
        Transfer aborted = resuming(1, 1);
        aborted.setAborted(true);
        peer.send(0, aborted);
        peer.expectNothing();
        assertEquals(2, broker.status("q").messages());
        reconnect();
        assertEquals(Map.of(tag(0), Accepted.getInstance()), attach(nulls(0, 1)).getUnsettled());
    }

    @Test
    void whatIsResumedAndNotKnownIsIgnored() {
        attach(nulls(7));
        peer.send(0, resuming(0, 7), TestPeer.message("again"));
        peer.expectNothing();
        assertEquals(0, broker.status("q").messages());
        sendUnsettled(1);
    }

    @Test
    void whatTheSenderHasSettledIsForgotten() {
        attach(null);
        sendUnsettled(0);
        peer.send(0, TestPeer.disposition(Role.SENDER, 0, 0, true, Accepted.getInstance()));
        reconnect();
        assertNull(attach(nulls(0)).getUnsettled());
    }

    @Test
    void whatIsNotInTheSendersMapIsForgottenUnlessThatIsIncomplete() {
        attach(null);
        sendUnsettled(0);
        sendUnsettled(1);
        reconnect();
        Attach part = resumable(nulls(0));
        part.setIncompleteUnsettled(true);
        peer.send(0, part);
        assertEquals(
                Map.of(tag(0), Accepted.getInstance()),
                peer.expect(Attach.class).getUnsettled());
        reconnect();
        assertEquals(Map.of(tag(1), Accepted.getInstance()), attach(nulls(1)).getUnsettled());
        reconnect();
        assertEquals(Map.of(tag(1), Accepted.getInstance()), attach(nulls(0, 1)).getUnsettled());
        reconnect();
        assertNull(attach(null).getUnsettled());
        reconnect();
        assertNull(attach(nulls(1)).getUnsettled());
    }

    @Test
    void aDetachKeepsItAndACloseDoesNot() {
        attach(null);
        sendUnsettled(0);
        peer.send(0, TestPeer.detach(0, false));
        assertFalse(peer.nextOf(Detach.class).getClosed());
        peer.transfers();
        assertEquals(Map.of(tag(0), Accepted.getInstance()), attach(nulls(0)).getUnsettled());
        peer.send(0, TestPeer.detach(0, true));
        peer.nextOf(Detach.class);
        peer.transfers();
        assertNull(attach(nulls(0)).getUnsettled());
    }

    @Test
    void nothingIsKeptOfALinkThatDoesNotAskForIt() {
        Attach first = resumable(null);
        first.setRcvSettleMode(ReceiverSettleMode.FIRST);
        Attach configuration = resumable(null);
        ((Target) configuration.getTarget()).setDurable(TerminusDurability.CONFIGURATION);
        Attach expires = resumable(null);
        ((Target) expires.getTarget()).setExpiryPolicy(TerminusExpiryPolicy.SESSION_END);
        for (Attach attach : List.of(first, configuration, expires)) {
            peer.send(0, attach);
            Target target = (Target) peer.expect(Attach.class).getTarget();
            assertEquals(TerminusDurability.NONE, target.getDurable());
            peer.expect(Flow.class);
            peer.send(0, TestPeer.transfer(0, 0), TestPeer.message("x"));
            peer.expect(Disposition.class);
            reconnect();
            assertNull(attach(nulls(0)).getUnsettled());
            reconnect();
        }
        Attach waits = resumable(null);
        ((Target) waits.getTarget()).setExpiryPolicy(TerminusExpiryPolicy.LINK_DETACH);
        ((Target) waits.getTarget()).setTimeout(UnsignedInteger.ONE);
        peer.send(0, waits);
        assertEquals(
                TerminusDurability.UNSETTLED_STATE,
                ((Target) peer.expect(Attach.class).getTarget()).getDurable());
    }

    @Test
    void anotherUsersLinkOfThatNameIsAnotherLink() {
        attach(null);
        sendUnsettled(0);
        peer.connection.lost();
        peer = new TestPeer(broker);
        peer.bytes(TestPeer.AMQP);
        Open other = TestPeer.openFrame();
        other.setContainerId("other");
        peer.send(0, other);
        peer.send(0, TestPeer.begin());
        peer.nextOf(Begin.class);
        assertNull(attach(nulls(0)).getUnsettled());
    }

    @Test
    void aMapOfNoTagsIsRefused() {
        Map<Object, Object> wrong = new HashMap<>();
        wrong.put("tag", null);
        Attach attach = resumable(null);
        attach.setUnsettled(wrong);
        peer.send(0, attach);
        assertNull(peer.expect(Attach.class).getTarget());
        peer.expectDetach("amqp:invalid-field");

        Attach tooLong = resumable(null);
        tooLong.setHandle(UnsignedInteger.ONE);
        tooLong.setUnsettled(Map.of(new Binary(new byte[33]), Accepted.getInstance()));
        peer.send(0, tooLong);
        peer.expectDetach("amqp:invalid-field");
    }

    /** §2.7.3: no new deliveries before the link is attached again. What there was no room for can be resumed all the same. */
    @Test
    void aMapThatDoesNotFitIsIncomplete() {
        attach(null);
        int[] tags = new int[100];
        for (int id = 0; id < tags.length; id++) {
            tags[id] = id;
            sendUnsettled(id);
        }
        peer.connection.lost();
        peer = new TestPeer(broker);
        peer.bytes(TestPeer.AMQP);
        Open small = TestPeer.openFrame();
        small.setMaxFrameSize(UnsignedInteger.valueOf(512));
        peer.send(0, small);
        peer.send(0, TestPeer.begin());
        peer.nextOf(Begin.class);

        int at = peer.raw.size();
        Attach answer = attach(nulls(tags));
        assertTrue(answer.getIncompleteUnsettled());
        int told = answer.getUnsettled().size();
        assertTrue(told > 20 && told < 100, told + " of 100 in a frame of 512 bytes");
        assertTrue(peer.raw.size() - at <= 512 + 100, "a frame larger than the peer takes");
        for (int id = 0; id < tags.length; id++) {
            Transfer transfer = resuming(id, id);
            transfer.setSettled(true);
            peer.send(0, transfer);
        }
        assertEquals(100, broker.status("q").messages());
        peer.send(0, TestPeer.transfer(0, 100), TestPeer.message("new"));
        peer.expectDetach("amqp:illegal-state");
        assertEquals(100, broker.status("q").messages());

        peer.send(0, TestPeer.detach(0, true));
        answer = attach(null);
        assertFalse(answer.getIncompleteUnsettled());
        peer.send(0, TestPeer.transfer(0, 101), TestPeer.message("new"));
        assertEquals(Accepted.getInstance(), peer.nextOf(Disposition.class).getState());
    }

    /** Unsettled deliveries hold their credit: what is kept of one link has a limit. */
    @Test
    void aSenderThatSettlesNothingGetsNoMoreCredit() {
        attach(null);
        int most = broker.limits.flow().incoming().messages();
        int id = 0;
        while (id < most) {
            Transfer transfer = TestPeer.transfer(0, id);
            transfer.setDeliveryTag(new Binary(new byte[] {(byte) (id >> 8), (byte) id}));
            peer.send(0, transfer, TestPeer.message("x"));
            id++;
        }
        peer.transfers();
        peer.expectNothing();
        peer.send(0, TestPeer.disposition(Role.SENDER, 0, id - 1, true, Accepted.getInstance()));
        assertEquals(UnsignedInteger.valueOf(most), peer.expect(Flow.class).getLinkCredit());
    }

    /** The connection of before may have more that it has not handed on when its link is attached elsewhere. */
    @Test
    void aLinkThatIsTakenOverIsAnsweredWhenItsOldEndIsGone() {
        attach(null);
        peer.pipelined(0, TestPeer.transfer(0, 0), TestPeer.message("m0"));
        TestPeer before = peer;
        peer = TestPeer.begun(broker);
        assertEquals(Map.of(tag(0), Accepted.getInstance()), attach(nulls(0)).getUnsettled());
        before.send(0, TestPeer.transfer(0, 1), TestPeer.message("m1"));
        before.expectDetach("amqp:link:stolen");
        assertEquals(1, broker.status("q").messages());
    }

    /** As above, where the old connection is on another loop, which is busy. */
    @Test
    void aLinkThatIsTakenOverWaitsForTheLoopOfItsOldConnection() {
        Deque<Runnable> otherLoop = new ArrayDeque<>();
        boolean[] there = {true};
        TestPeer old = new TestPeer(broker, new Peer("test:2", true), new EventLoop(otherLoop::add, () -> there[0]));
        old.bytes(TestPeer.AMQP);
        old.send(0, TestPeer.openFrame());
        old.send(0, TestPeer.begin());
        old.send(0, resumable(null));
        old.nextOf(Flow.class);

        there[0] = false;
        peer.send(0, resumable(nulls(0, 1)));
        peer.expectNothing();
        // What it had read by then.
        there[0] = true;
        old.pipelined(0, TestPeer.transfer(0, 0), TestPeer.message("m0"));
        there[0] = false;
        peer.expectNothing();
        there[0] = true;
        while (!otherLoop.isEmpty()) {
            otherLoop.poll().run();
        }
        old.pipelined(0, TestPeer.transfer(0, 1), TestPeer.message("m1"));
        assertEquals(
                Map.of(tag(0), Accepted.getInstance()),
                peer.expect(Attach.class).getUnsettled());
        old.expectDetach("amqp:link:stolen");
        assertEquals(1, broker.status("q").messages());
    }

    /** Its body is on its way to the disk when the connection is lost: it was not accepted, so it must not come after all. */
    @Test
    void aLargeMessageThatWasNotTakenYetIsSentAnew() {
        broker.thresholdBytes = 1000;
        peer = TestPeer.begun(broker);
        attach(null);
        broker.bodies.held = true;
        byte[] large = TestPeer.message("x".repeat(5000));
        peer.send(0, TestPeer.transfer(0, 0), large);
        peer.expectNothing();
        reconnect();
        assertNull(attach(nulls(0)).getUnsettled());
        peer.send(0, TestPeer.transfer(0, 0), large);
        broker.bodies.held = false;
        assertEquals(Accepted.getInstance(), peer.nextOf(Disposition.class).getState());
        assertEquals(1, broker.status("q").messages());
        assertEquals(1, broker.bodies.present.size());
    }

    /** A client by the book: it sends, settles what is accepted, loses its connection at any frame and comes back. */
    private static final class Client {
        private final TestBroker broker;
        private final Random random;
        private TestPeer peer;
        /** By number, which is the tag: what it was told of the outcome, false for nothing. */
        private final TreeMap<Integer, Boolean> unsettled = new TreeMap<>();

        private final Map<Integer, Integer> byId = new HashMap<>();
        private int nextId;
        private int looked;
        private int sent;

        private Client(TestBroker broker, Random random) {
            this.broker = broker;
            this.random = random;
        }

        private void connect() {
            peer = TestPeer.begun(broker);
            Map<Binary, Object> map = new HashMap<>();
            unsettled.forEach((number, accepted) -> map.put(tag(number), accepted ? Accepted.getInstance() : null));
            peer.send(0, resumable(map.isEmpty() ? null : map));
            Attach answer = peer.expect(Attach.class);
            looked = peer.frames.size();
            byId.clear();
            nextId = 0;
            Map<?, ?> known = answer.getUnsettled() == null ? Map.of() : answer.getUnsettled();
            for (int number : new TreeSet<>(unsettled.keySet())) {
                boolean accepted = unsettled.get(number);
                if (!known.containsKey(tag(number))) {
                    if (accepted) {
                        unsettled.remove(number);
                    } else {
                        transfer(number, false, false);
                    }
                } else {
                    transfer(number, true, accepted && random.nextBoolean());
                }
            }
        }

        private void transfer(int number, boolean resume, boolean settled) {
            Transfer transfer = TestPeer.transfer(0, nextId);
            transfer.setDeliveryTag(tag(number));
            transfer.setResume(resume);
            transfer.setSettled(settled);
            byId.put(nextId++, number);
            if (settled) {
                unsettled.remove(number);
            }
            send(transfer, resume && random.nextBoolean() ? new byte[0] : TestPeer.message("m" + number));
        }

        /** Sometimes without letting the broker do anything. */
        private void send(Object frame, byte[] payload) {
            if (random.nextInt(3) == 0) {
                peer.pipelined(0, frame, payload);
            } else {
                peer.send(0, frame, payload);
            }
        }

        private void step() {
            if (random.nextInt(3) > 0) {
                unsettled.put(sent, false);
                transfer(sent++, false, false);
            } else {
                read();
            }
        }

        private void read() {
            peer.settle();
            while (looked < peer.frames.size()) {
                if (peer.frames.get(looked++).body() instanceof Disposition answer) {
                    int last = answer.getLast() == null
                            ? answer.getFirst().intValue()
                            : answer.getLast().intValue();
                    for (int id = answer.getFirst().intValue(); id <= last; id++) {
                        accepted(id);
                    }
                }
            }
        }

        private void accepted(int id) {
            unsettled.put(byId.get(id), true);
            if (random.nextInt(4) > 0) {
                unsettled.remove(byId.get(id));
                send(TestPeer.disposition(Role.SENDER, id, id, true, Accepted.getInstance()), new byte[0]);
            }
        }
    }

    @Property(tries = 150)
    void whereverItIsCutEachMessageIsStoredOnce(@ForAll long seed) {
        Random random = new Random(seed);
        TestBroker cut = random.nextBoolean() ? TestBroker.apart() : new TestBroker();
        Client client = new Client(cut, random);
        client.connect();
        for (int i = 0; i < 60; i++) {
            client.step();
            if (random.nextInt(6) == 0) {
                if (random.nextBoolean()) {
                    client.peer.connection.lost();
                }
                client.connect();
            }
        }
        for (int i = 0; !client.unsettled.isEmpty(); i++) {
            assertTrue(i < 100, "it never ends");
            client.connect();
            client.read();
        }
        TestPeer reader = TestPeer.begun(cut);
        reader.attachReceiver(0, "out", "q");
        reader.send(0, TestPeer.credit(0, 0, 1000));
        List<String> bodies = new ArrayList<>();
        reader.transfers().forEach(frame -> bodies.add(TestPeer.body(frame.payload())));
        List<String> all = new ArrayList<>();
        for (int i = 0; i < client.sent; i++) {
            all.add("m" + i);
        }
        bodies.sort(null);
        all.sort(null);
        assertEquals(all, bodies, () -> "seed " + seed);
    }
}
