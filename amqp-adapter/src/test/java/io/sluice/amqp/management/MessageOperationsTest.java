package io.sluice.amqp.management;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.amqp.ConnectionRegistry;
import io.sluice.amqp.message.IncomingMessage;
import io.sluice.amqp.message.MalformedMessageException;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.ConsumerListener;
import io.sluice.broker.port.LinkDescription;
import io.sluice.broker.port.ProducerListener;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.queue.Producer;
import io.sluice.broker.shard.Publish;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.TestShard;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What can be done to messages through {@code $management}, and how it is told. */
class MessageOperationsTest {
    private ShardMailbox shard;
    private ManagementCalls management;
    private long now = 1_000;

    @BeforeEach
    void oneShard() {
        shard = TestShard.open(Runnable::run, () -> now);
        management = new ManagementCalls(
                new ManagementNode(Queues.in(shard), QueueDefinition::named, new ConnectionRegistry()), () -> {});
        for (String name : List.of("q", "other")) {
            management.ask("CREATE", "queue", "name", name).is(201, "Created");
        }
    }

    private static byte[] encoded(String body, Map<Symbol, Object> annotations) {
        org.apache.qpid.proton.message.Message message = org.apache.qpid.proton.message.Message.Factory.create();
        message.setMessageAnnotations(annotations.isEmpty() ? null : new MessageAnnotations(annotations));
        message.setBody(new AmqpValue(body));
        byte[] buffer = new byte[4096 + body.length()];
        return Arrays.copyOf(buffer, message.encode(buffer, 0, buffer.length));
    }

    private void send(byte[] encoded) {
        Producer producer = new Producer(() -> {}, new NoProducer(), Optional.of("q"));
        shard.attach(producer);
        try {
            shard.publish(producer, new Publish("q", IncomingMessage.parse(encoded, IncomingMessage.AMQP_FORMAT)));
        } catch (MalformedMessageException e) {
            throw new AssertionError(e);
        }
    }

    private void send(String... bodies) {
        for (String body : bodies) {
            send(encoded(body, Map.of()));
        }
    }

    private TestLink consumer() {
        TestLink link = new TestLink();
        shard.attach(link.consumer);
        return link;
    }

    private static List<Map<String, Object>> messages(ManagementCalls.Reply reply) {
        List<Map<String, Object>> messages = new ArrayList<>();
        for (Object message : (List<?>) reply.ok().body().get("messages")) {
            Map<String, Object> fields = new HashMap<>();
            ((Map<?, ?>) message).forEach((key, value) -> fields.put((String) key, value));
            messages.add(fields);
        }
        return messages;
    }

    @Test
    void messagesArePeekedAsTheyWereSent() {
        byte[] sent = encoded("first", Map.of(Symbol.valueOf("x-opt-mine"), 5));
        send(sent);
        send("second");
        TestLink link = consumer();
        shard.grant(link.consumer, 1, false);

        ManagementCalls.Reply reply = management.ask("PEEK", "queue", "name", "q");
        List<Map<String, Object>> messages = messages(reply);
        assertEquals(2, messages.size());
        Map<String, Object> first = messages.get(0);
        assertEquals(1L, first.get("sequence"));
        assertEquals("locked", first.get("state"));
        assertEquals(1_000L, first.get("arrivedAtMillis"));
        assertNull(first.get("deliverAtMillis"));
        assertNull(first.get("expiresAtMillis"));
        assertEquals(0L, first.get("deliveryCount"));
        assertEquals((long) sent.length, first.get("bytes"));
        assertEquals(false, first.get("large"));
        assertArrayEquals(sent, ((Binary) first.get("message")).getArray());
        assertEquals("available", messages.get(1).get("state"));
        assertNull(reply.body().get("next"));

        reply = management.ask("PEEK", "queue", "name", "q", "from", 1, "count", 1);
        assertEquals(1, messages(reply).size());
        assertEquals(2L, reply.body().get("next"));
        assertEquals(1, link.deliveries.size());
        assertEquals(2L, management.ask("READ", "queue", "name", "q").body().get("messages"));
    }

    @Test
    void anAnswerOfPeekedMessagesIsBounded() {
        String large = "x".repeat(300_000);
        send(large, large, large);
        ManagementCalls.Reply reply = management.ask("PEEK", "queue", "name", "q", "count", 100);
        assertEquals(2, messages(reply).size());
        assertEquals(3L, reply.body().get("next"));
    }

    @Test
    void whatWasPutOnADeadLetterIsShown() {
        management
                .ask(Map.of("operation", "UPDATE", "type", "queue", "name", "q"), Map.of("deadLetterQueue", "other"))
                .ok();
        send("bad");
        TestLink link = consumer();
        shard.grant(link.consumer, 1, false);
        shard.settle(link.deliveries.get(0), new Outcome.Rejected("app:broken", "no such customer"));

        Map<String, Object> dead =
                messages(management.ask("PEEK", "queue", "name", "other")).get(0);
        Map<?, ?> annotations = (Map<?, ?>) dead.get("annotations");
        assertEquals("rejected", annotations.get("x-opt-dead-letter-reason"));
        assertEquals("app:broken", annotations.get("x-opt-dead-letter-condition"));
        List<?> history = (List<?>) annotations.get("x-opt-dead-letter-history");
        assertEquals("rejected", ((Map<?, ?>) history.get(0)).get("reason"));
        assertEquals(new java.util.Date(1_000), annotations.get("x-opt-dead-letter-time"));
    }

    @Test
    void messagesAreMoved() {
        send("a", "b", "c");
        Map<?, ?> moved = management
                .ask("MOVE", "queue", "name", "q", "to", "other", "count", 2)
                .ok()
                .body();
        assertEquals(2L, moved.get("messages"));
        assertNull(moved.get("stoppedBy"));
        assertEquals(1, messages(management.ask("PEEK", "queue", "name", "q")).size());
        assertEquals(
                2, messages(management.ask("PEEK", "queue", "name", "other")).size());

        management
                .ask(Map.of("operation", "UPDATE", "type", "queue", "name", "other"), Map.of("maxMessages", 2))
                .ok();
        ManagementCalls.Reply full = management.ask("MOVE", "queue", "name", "q", "to", "other");
        assertEquals(0L, full.ok().body().get("messages"));
        assertTrue(full.body().get("stoppedBy").toString().contains("is full"));
        management.ask("MOVE", "queue", "name", "q", "to", "q").is(400, "queue 'q' is moved to itself");
    }

    private void sendWithSubjects(String... subjects) {
        for (String subject : subjects) {
            org.apache.qpid.proton.message.Message message = org.apache.qpid.proton.message.Message.Factory.create();
            message.setSubject(subject);
            message.setBody(new AmqpValue(subject));
            byte[] buffer = new byte[1000];
            send(Arrays.copyOf(buffer, message.encode(buffer, 0, buffer.length)));
        }
    }

    @Test
    void selectedMessagesArePurged() {
        sendWithSubjects("x", "y", "x", "x");
        assertEquals(
                2L,
                management
                        .ask("PURGE", "queue", "name", "q", "filter", "JMSType = 'x'", "count", 2)
                        .ok()
                        .body()
                        .get("messages"));
        assertEquals(
                List.of(2L, 4L),
                messages(management.ask("PEEK", "queue", "name", "q")).stream()
                        .map(message -> message.get("sequence"))
                        .toList());
        management
                .ask("PURGE", "queue", "name", "q", "filter", "JMSType = ")
                .is(400, "argument 'filter': at character 11: the end where a value is expected");
        management
                .ask("PURGE", "queue", "name", "q", "count", 0)
                .is(400, "argument 'count' is no whole number from 1 on");
        management.ask("PURGE", "queue", "name", "none", "count", 1).is(404, "there is no queue 'none'");
        assertEquals(
                1L,
                management
                        .ask("PURGE", "queue", "name", "q", "count", 1)
                        .ok()
                        .body()
                        .get("messages"));
        assertEquals(
                1L, management.ask("PURGE", "queue", "name", "q").ok().body().get("messages"));
    }

    private ManagementCalls.Reply delete(String queue, Object sequences) {
        return management.ask(
                Map.of("operation", "DELETE-MESSAGES", "type", "queue", "name", queue), Map.of("sequences", sequences));
    }

    @Test
    void messagesAreDeletedByTheirNumbers() {
        send("a", "b", "c");
        TestLink link = consumer();
        shard.grant(link.consumer, 1, false);

        ManagementCalls.Reply reply = delete("q", List.of(3, 1L, UnsignedLong.valueOf(9)));
        assertEquals(1L, reply.ok().body().get("messages"));
        List<?> kept = (List<?>) reply.body().get("kept");
        Map<?, ?> locked = (Map<?, ?>) kept.get(0);
        assertEquals(1L, locked.get("sequence"));
        assertEquals("locked", locked.get("reason"));
        assertTrue(locked.get("text").toString().startsWith("It is with link 4.2 'reader' of app"), locked::toString);
        Map<?, ?> none = (Map<?, ?>) kept.get(1);
        assertEquals(List.of(9L, "no-such-message"), List.of(none.get("sequence"), none.get("reason")));
        assertEquals(2, messages(management.ask("PEEK", "queue", "name", "q")).size());

        delete("q", List.of(1, "two")).is(400, "argument 'sequences[1]' is no whole number from 1 on");
        delete("q", List.of(0)).is(400, "argument 'sequences[0]' is no whole number from 1 on");
        delete("q", List.of()).is(400, "argument 'sequences' in the body is no list of 1 to 500 whole numbers");
        delete("q", Collections.nCopies(501, 1))
                .is(400, "argument 'sequences' in the body is no list of 1 to 500 whole numbers");
        delete("none", List.of(1)).is(404, "there is no queue 'none'");
    }

    @Test
    void selectedMessagesAreMovedAndAMoveIsLookedAt() {
        sendWithSubjects("x", "y", "x");
        Map<?, ?> moved = management
                .ask("MOVE", "queue", "name", "q", "to", "other", "filter", "JMSType = 'x'")
                .ok()
                .body();
        assertEquals(2L, moved.get("messages"));
        assertEquals(false, moved.get("running"));
        assertEquals(
                2, messages(management.ask("PEEK", "queue", "name", "other")).size());
        String identity = (String) moved.get("identity");
        assertEquals(
                moved, management.ask("READ", "move", "identity", identity).ok().body());
        management.ask("DELETE", "move", "identity", identity).is(409, "move " + identity + " has ended already");
        management.ask("READ", "move", "identity", "99").is(404, "there is no move '99'");
        ManagementCalls.Reply broken = management.ask("MOVE", "queue", "name", "q", "to", "other", "filter", "a =");
        assertEquals(400, broken.properties().get("statusCode"));
        assertTrue(broken.properties().get("statusDescription").toString().startsWith("argument 'filter': "));
        Map<?, ?> begun = management
                .ask("MOVE", "queue", "name", "q", "to", "other", "messagesPerSecond", 1, "wait", false)
                .ok()
                .body();
        assertEquals("q", begun.get("from"));
        assertEquals("other", begun.get("to"));
    }

    @Test
    void deadLettersGoBackToWhereTheyCameFrom() {
        management
                .ask(Map.of("operation", "UPDATE", "type", "queue", "name", "q"), Map.of("deadLetterQueue", "other"))
                .ok();
        send("a", "b");
        TestLink link = consumer();
        shard.grant(link.consumer, 2, false);
        shard.settle(link.deliveries.get(0), new Outcome.Rejected("app:broken", "no"));
        shard.settle(link.deliveries.get(1), new Outcome.Rejected("app:broken", "no"));
        shard.detach(link.consumer);

        Map<?, ?> redriven = management
                .ask("REDRIVE", "queue", "name", "other", "count", 1)
                .ok()
                .body();
        assertEquals(1L, redriven.get("messages"));
        assertNull(redriven.get("to"));
        assertEquals(1, messages(management.ask("PEEK", "queue", "name", "q")).size());
        send("never was a dead letter");
        management.ask("MOVE", "queue", "name", "q", "to", "other").ok();
        redriven = management.ask("REDRIVE", "queue", "name", "other").ok().body();
        assertTrue((long) redriven.get("refused") >= 1, redriven.toString());
        Map<?, ?> refusal = (Map<?, ?>) ((List<?>) redriven.get("refusals")).get(0);
        assertTrue(refusal.get("why") instanceof String && refusal.get("sequence") instanceof Long);
    }

    @Test
    void aScheduledMessageIsLetGoBeforeItsTime() {
        send(encoded("later", Map.of(Symbol.valueOf("x-opt-delivery-time"), 5_000_000_000_000L)));
        assertEquals(
                "scheduled",
                messages(management.ask("PEEK", "queue", "name", "q")).get(0).get("state"));
        management.ask("RELEASE-SCHEDULED", "queue", "name", "q", "sequence", 1).is(204, "No Content");
        assertEquals(
                "available",
                messages(management.ask("PEEK", "queue", "name", "q")).get(0).get("state"));
        management
                .ask("RELEASE-SCHEDULED", "queue", "name", "q", "sequence", 1)
                .is(404, "no message 1 of queue 'q' waits for its time");
    }

    @Test
    void scheduledMessagesAreListedAndTakenBack() {
        for (long at : List.of(5_000L, 4_000L, 6_000L)) {
            send(encoded("at " + at, Map.of(Symbol.valueOf("x-opt-delivery-time"), at)));
        }
        ManagementCalls.Reply reply = management.ask("LIST-SCHEDULED", "queue", "name", "q", "count", 2);
        assertEquals(
                List.of(5_000L, 4_000L),
                messages(reply).stream()
                        .map(message -> message.get("deliverAtMillis"))
                        .toList());
        assertEquals(3L, reply.body().get("next"));

        management.ask("CANCEL-SCHEDULED", "queue", "name", "q", "sequence", 2).is(204, "No Content");
        management
                .ask("CANCEL-SCHEDULED", "queue", "name", "q", "sequence", 2)
                .is(404, "no message 2 of queue 'q' waits for its time");
        reply = management.ask("LIST-SCHEDULED", "queue", "name", "q");
        assertEquals(
                List.of(1L, 3L),
                messages(reply).stream().map(message -> message.get("sequence")).toList());
        assertEquals(
                "scheduled",
                messages(management.ask("PEEK", "queue", "name", "q")).get(0).get("state"));
    }

    @Test
    void explanationsSayWhatItIsAndWhatToDo() {
        assertEquals("Nobody is attached who takes messages.", explain().get("text"));
        send("a");
        Map<?, ?> why = explain();
        assertEquals("no-consumer", why.get("reason"));
        assertEquals("Message 1 is next. Nobody is attached who takes messages.", why.get("text"));
        assertTrue(why.get("advice").toString().startsWith("Start a consumer"));
        assertEquals(1L, why.get("messages"));
        assertEquals(1L, ((Map<?, ?>) why.get("next")).get("sequence"));

        TestLink link = consumer();
        why = explain();
        assertEquals("no-credit", why.get("reason"));
        assertEquals(
                "Message 1 is next. No consumer that would take it has credit: link 4.2 'reader' of app at 10.0.0.9:1,"
                        + " none since it attached.",
                why.get("text"));
        Map<?, ?> waiting = (Map<?, ?>) ((List<?>) why.get("links")).get(0);
        assertEquals("4.2", waiting.get("link"));
        assertEquals("move", waiting.get("mode"));

        management
                .ask(Map.of("operation", "UPDATE", "type", "queue", "name", "q"), Map.of("paused", true))
                .ok();
        assertEquals("paused", explain().get("reason"));
        management
                .ask(Map.of("operation", "UPDATE", "type", "queue", "name", "q"), Map.of("paused", false))
                .ok();
        now = 61_000;
        shard.grant(link.consumer, 1, false);
        now = 62_000;
        Map<?, ?> cause = cause(1);
        assertEquals(
                "It is with link 4.2 'reader' of app at 10.0.0.9:1 since 1970-01-01T00:01:01Z, not settled.",
                cause.get("text"));
        assertEquals(61_000L, cause.get("sinceMillis"));
        assertEquals("no-such-message", cause(9).get("reason"));
    }

    private Map<?, ?> explain() {
        return management.ask("EXPLAIN", "queue", "name", "q").ok().body();
    }

    private Map<?, ?> cause(long sequence) {
        Map<?, ?> why = management
                .ask("EXPLAIN", "queue", "name", "q", "sequence", sequence)
                .ok()
                .body();
        return (Map<?, ?>) ((List<?>) why.get("causes")).get(0);
    }

    private static final class TestLink implements ConsumerListener {
        private final Consumer consumer =
                new Consumer(new Consumer.Request(() -> {}, this, "q", Consumer.Mode.MOVE, Outcome.RELEASED));
        private final List<Delivery> deliveries = new ArrayList<>();

        @Override
        public void attached() {}

        @Override
        public void closed(Refusal refusal) {}

        @Override
        public void deliver(Delivery delivery) {
            deliveries.add(delivery);
        }

        @Override
        public void settled(Delivery delivery) {}

        @Override
        public void drained() {}

        @Override
        public void detached() {}

        @Override
        public LinkDescription link() {
            return new LinkDescription("4.2", "reader", "app", "10.0.0.9:1", "");
        }
    }

    private static final class NoProducer implements ProducerListener {
        @Override
        public void attached() {}

        @Override
        public void closed(Refusal refusal) {}

        @Override
        public void accepted(Publish publish) {}

        @Override
        public void refused(Publish publish, Refusal refusal) {
            throw new AssertionError(refusal.text());
        }

        @Override
        public void creditOpen(boolean open, String reason) {}
    }
}
