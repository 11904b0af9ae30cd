package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.sluice.broker.Dispatching;
import io.sluice.broker.QueueDefinition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.Test;

/** What receivers ask for beside others by properties of their attach, groups, and locks that run out. */
class ConsumerTermsTest {
    private final TestBroker broker = new TestBroker();
    private final TestPeer peer = TestPeer.begun(broker);
    /** Handles by those of the broker for the same link. */
    private final Map<Integer, Integer> ours = new HashMap<>();

    private int sent;

    private Attach attach(int handle, Map<String, Object> properties) {
        Attach attach = TestPeer.receiver(handle, "out" + handle, "q");
        Map<Symbol, Object> symbols = new HashMap<>();
        properties.forEach((key, value) -> symbols.put(Symbol.valueOf(key), value));
        attach.setProperties(symbols);
        peer.send(0, attach);
        Attach answer = peer.expect(Attach.class);
        ours.put(answer.getHandle().intValue(), handle);
        return answer;
    }

    private List<String> receive(int handle, int credit) {
        peer.send(0, TestPeer.credit(handle, 0, credit));
        return peer.transfers().stream()
                .map(frame -> TestPeer.body(frame.payload()))
                .toList();
    }

    private void publish(String... bodies) {
        for (String body : bodies) {
            publish(TestPeer.message(body));
        }
    }

    private void publish(byte[] message) {
        if (sent == 0) {
            peer.attachSender(9, "in", "q");
        }
        peer.send(0, TestPeer.transfer(9, sent++), message);
        peer.transfers();
    }

    private static byte[] grouped(String body, String group, long sequence) {
        Message message = Message.Factory.create();
        message.setGroupId(group);
        message.setGroupSequence(sequence);
        message.setBody(new Data(
                new org.apache.qpid.proton.amqp.Binary(body.getBytes(java.nio.charset.StandardCharsets.UTF_8))));
        byte[] bytes = new byte[500];
        return java.util.Arrays.copyOf(bytes, encode(message, bytes));
    }

    private static int encode(Message message, byte[] into) {
        return message.encode(into, 0, into.length);
    }

    private List<String> bodies(List<TestPeer.Frame> frames) {
        return frames.stream()
                .map(frame -> {
                    Message message = Message.Factory.create();
                    message.decode(frame.payload(), 0, frame.payload().length);
                    return new String(
                            ((Data) message.getBody()).getValue().getArray(), java.nio.charset.StandardCharsets.UTF_8);
                })
                .toList();
    }

    @Test
    void theAnswerNamesWhatIsApplied() {
        Attach answer = attach(1, Map.of("priority", 3, "sluice:lock-millis", 500L, "other", "x"));

        assertEquals(
                Map.of(Symbol.valueOf("priority"), 3, Symbol.valueOf("sluice:lock-millis"), 500L),
                answer.getProperties());
        assertNull(attach(2, Map.of("other", "x")).getProperties());
    }

    @Test
    void aHigherPriorityComesFirstInTheWordsOfEachBroker() {
        attach(1, Map.of());
        attach(2, Map.of("priority", UnsignedInteger.valueOf(1)));
        attach(3, Map.of("rabbitmq:priority", 2));
        attach(4, Map.of("priority", "-1"));
        for (int handle = 1; handle <= 4; handle++) {
            receive(handle, 1);
        }
        publish("a");
        publish("b", "c", "d");

        assertEquals(List.of(3, 2, 1, 4), handles());
    }

    @Test
    void aPropertyThatCannotBeIsRefused() {
        for (Map<String, Object> wrong : List.<Map<String, Object>>of(
                Map.of("priority", true), Map.of("sluice:lock-millis", -1), Map.of("rabbitmq:consumer-timeout", "x"))) {
            assertNull(attach(1, wrong).getSource());
            Detach detach = peer.expect(Detach.class);
            assertEquals("amqp:invalid-field", detach.getError().getCondition().toString());
            peer.send(0, TestPeer.detach(1, true));
        }
    }

    @Test
    void anExclusiveReceiverIsAlone() {
        attach(1, Map.of("exclusive", true));
        assertNull(attach(2, Map.of()).getSource());
        Detach detach = peer.expect(Detach.class);
        assertEquals("amqp:resource-locked", detach.getError().getCondition().toString());
        peer.send(0, TestPeer.detach(2, true));
        peer.send(0, TestPeer.detach(1, true));
        peer.expect(Detach.class);

        attach(3, Map.of());
        publish("a");
        assertEquals(List.of("a"), receive(3, 1));
    }

    @Test
    void aDeliveryThatIsNotSettledInTimeIsReleasedAndTheLinkLives() {
        attach(1, Map.of("sluice:lock-millis", UnsignedLong.valueOf(1_000)));
        publish("a", "b");
        assertEquals(List.of("a"), receive(1, 1));
        tick(999);
        peer.expectNothing();
        tick(1);
        Disposition released = peer.expect(Disposition.class);
        assertEquals(Role.SENDER, released.getRole());
        assertEquals(UnsignedInteger.ZERO, released.getFirst());
        assertEquals(Released.getInstance(), released.getState());
        assertEquals(true, released.getSettled());
        attach(2, Map.of());
        peer.send(0, TestPeer.credit(2, 0, 1));
        TestPeer.Frame again = peer.transfers().get(0);
        Message message = Message.Factory.create();
        message.decode(again.payload(), 0, again.payload().length);
        assertEquals(1, message.getDeliveryCount());
        assertEquals("a", TestPeer.body(again.payload()));

        peer.send(0, TestPeer.disposition(Role.RECEIVER, 0, 0, true, Accepted.getInstance()));
        peer.expectNothing();
        assertEquals(2, broker.status("q").messages());
        assertEquals(List.of("b"), creditBehind(1, 1, 1));
    }

    private List<String> creditBehind(int handle, int deliveryCount, int credit) {
        peer.send(0, TestPeer.credit(handle, deliveryCount, credit));
        return peer.transfers().stream()
                .map(frame -> TestPeer.body(frame.payload()))
                .toList();
    }

    private void tick(long millis) {
        broker.nowMillis += millis;
        broker.mailbox.tick();
        peer.settle();
    }

    @Test
    void theTimeOfTheQueueCountsWhereALinkAsksForNone() {
        broker.declare(QueueDefinition.named("timed").withDispatching(Dispatching.DEFAULT.withLockMillis(1_000)));
        peer.attachSender(5, "in5", "timed");
        peer.send(0, TestPeer.transfer(5, 0), TestPeer.message("a"));
        peer.transfers();
        Attach attach = TestPeer.receiver(1, "out", "timed");
        peer.send(0, attach);
        peer.expect(Attach.class);
        assertEquals(List.of("a"), receive(1, 1));
        tick(1_000);
        assertEquals(Released.getInstance(), peer.expect(Disposition.class).getState());
        Attach never = TestPeer.receiver(2, "never", "timed");
        never.setProperties(Map.of(Symbol.valueOf("rabbitmq:consumer-timeout"), 0));
        peer.send(0, never);
        peer.expect(Attach.class);
        assertEquals(List.of("a"), receive(2, 1));
        tick(1_000_000);

        peer.expectNothing();
    }

    @Test
    void aDeliveryThatIsNotWrittenYetIsAnsweredWhenItsConsumerSpeaksOfIt() {
        attach(1, Map.of("sluice:lock-millis", 1_000L));
        publish("a");
        peer.writable = false;
        peer.send(0, TestPeer.credit(1, 0, 1));
        tick(1_000);
        peer.writable = true;
        List<TestPeer.Frame> transfers = peer.transfers();
        assertEquals(
                List.of("a"),
                transfers.stream().map(frame -> TestPeer.body(frame.payload())).toList());
        peer.send(0, TestPeer.disposition(Role.RECEIVER, 0, 0, false, Accepted.getInstance()));
        Disposition answer = peer.expect(Disposition.class);

        assertEquals(Released.getInstance(), answer.getState());
        assertEquals(1, broker.status("q").messages());
    }

    @Test
    void aGroupGoesToOneReceiverUntilItIsClosed() {
        attach(1, Map.of());
        attach(2, Map.of());
        receive(1, 9);
        receive(2, 9);
        publish(grouped("a1", "a", 1));
        publish(grouped("b1", "b", 1));
        publish(grouped("a2", "a", 0xffff_ffffL));
        assertEquals(List.of(1, 2, 1), handles());
        peer.send(0, TestPeer.disposition(Role.RECEIVER, 0, 2, true, Accepted.getInstance()));
        publish(grouped("b2", "b", 2));
        publish(grouped("a3", "a", 1));

        assertEquals(List.of(1, 2, 1, 2, 1), handles());
        publish(grouped("c1", "c", 1));
        assertEquals(List.of(1, 2, 1, 2, 1, 2), handles());
    }

    @Test
    void whoAsksForAnnotationsIsToldOfLockAndGroup() {
        attach(1, Map.of("sluice:annotated", true, "sluice:lock-millis", 1_000));
        receive(1, 9);
        publish(grouped("a1", "a", 1));
        publish(grouped("a2", "a", 2));
        List<Map<Symbol, Object>> annotations = peer.frames.stream()
                .filter(frame -> frame.body() instanceof org.apache.qpid.proton.amqp.transport.Transfer)
                .map(frame -> {
                    Message message = Message.Factory.create();
                    message.decode(frame.payload(), 0, frame.payload().length);
                    return message.getMessageAnnotations().getValue();
                })
                .toList();
        Symbol until = Symbol.valueOf("x-opt-locked-until");
        Symbol first = Symbol.valueOf("x-opt-first-of-group");
        java.util.Date time = new java.util.Date(broker.nowMillis + 1_000);

        assertEquals(List.of(Map.of(until, time, first, true), Map.of(until, time)), annotations);
    }

    private Attach browse(int handle, Object locked, Symbol mode) {
        Attach attach = TestPeer.receiver(handle, "out" + handle, "q");
        ((Source) attach.getSource()).setDistributionMode(mode);
        attach.setProperties(Map.of(Symbol.valueOf("sluice:browse-locked"), locked));
        peer.send(0, attach);
        return peer.expect(Attach.class);
    }

    @Test
    void aBrowserIsAnsweredWhatItSees() {
        attach(1, Map.of());
        receive(1, 1);
        publish(grouped("a1", "a", 1));
        Attach answer = browse(2, true, Terminus.COPY);
        assertEquals(Map.of(Symbol.valueOf("sluice:browse-locked"), true), answer.getProperties());
        assertEquals(
                Map.of(Symbol.valueOf("sluice:browse-locked"), false),
                browse(3, false, Terminus.COPY).getProperties());
        int before = peer.frames.size();
        peer.send(0, TestPeer.credit(2, 0, 9));
        Message seen = Message.Factory.create();
        byte[] payload = peer.frames.subList(before, peer.frames.size()).stream()
                .filter(frame -> frame.body() instanceof org.apache.qpid.proton.amqp.transport.Transfer)
                .findFirst()
                .orElseThrow()
                .payload();
        seen.decode(payload, 0, payload.length);
        assertEquals(
                Map.of(Symbol.valueOf("x-opt-state"), "locked"),
                seen.getMessageAnnotations().getValue());
    }

    @Test
    void sightThatCannotBeIsRefused() {
        browse(1, "yes", Terminus.COPY);
        assertEquals(
                "property 'sluice:browse-locked' is neither true nor false",
                peer.expect(org.apache.qpid.proton.amqp.transport.Detach.class)
                        .getError()
                        .getDescription());
        browse(2, true, Symbol.valueOf("move"));
        org.apache.qpid.proton.amqp.transport.ErrorCondition why =
                peer.expect(org.apache.qpid.proton.amqp.transport.Detach.class).getError();
        assertEquals(Symbol.valueOf("amqp:invalid-field"), why.getCondition());
        assertEquals("property 'sluice:browse-locked' is for browsers: distribution-mode copy", why.getDescription());
    }

    private List<Integer> handles() {
        return peer.frames.stream()
                .filter(frame -> frame.body() instanceof org.apache.qpid.proton.amqp.transport.Transfer)
                .map(frame -> ours.get(((org.apache.qpid.proton.amqp.transport.Transfer) frame.body())
                        .getHandle()
                        .intValue()))
                .toList();
    }
}
