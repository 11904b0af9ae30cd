package io.sluice.clients.rabbitmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.amqp.AmqpException;
import com.rabbitmq.client.amqp.ByteCapacity;
import com.rabbitmq.client.amqp.Connection;
import com.rabbitmq.client.amqp.Management;
import com.rabbitmq.client.amqp.Publisher;
import io.sluice.clients.rabbitmq.RabbitMqScene.Received;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** RabbitMQ's AMQP 1.0 client, unmodified, against the started program: queues, declared and used. */
final class RabbitMqQueuesTest extends RabbitMqProgram {
    @Test
    void a_queue_has_what_it_was_declared_with() {
        Management.QueueInfo declared = scene.management
                .queue("declared")
                .quorum()
                .deliveryLimit(5)
                .initialMemberCount(3)
                .delayedRetryType(Management.DelayedRetryType.FAILED)
                .delayedRetryMin(Duration.ofSeconds(1))
                .delayedRetryMax(Duration.ofMinutes(1))
                .consumerTimeout(Duration.ofMinutes(5))
                .deadLetterStrategy(Management.QuorumQueueDeadLetterStrategy.AT_LEAST_ONCE)
                .queue()
                .maxLength(100)
                .maxLengthBytes(ByteCapacity.MB(5))
                .messageTtl(Duration.ofMinutes(30))
                .expires(Duration.ofHours(10))
                .overflowStrategy(Management.OverflowStrategy.REJECT_PUBLISH)
                .deadLetterExchange("")
                .deadLetterRoutingKey("declared.dead")
                .singleActiveConsumer(true)
                .leaderLocator(Management.QueueLeaderLocator.BALANCED)
                .declare();

        assertEquals("declared", declared.name());
        assertEquals(Management.QueueType.QUORUM, declared.type());
        assertTrue(declared.durable());
        assertFalse(declared.autoDelete());
        assertFalse(declared.exclusive());
        assertEquals(0, declared.messageCount());
        assertEquals(0, declared.consumerCount());
        assertEquals(List.of(declared.leader()), declared.members());
        Map<String, Object> arguments = Map.ofEntries(
                Map.entry("x-queue-type", "quorum"),
                Map.entry("x-delivery-limit", 5L),
                Map.entry("x-quorum-initial-group-size", 3L),
                Map.entry("x-delayed-retry-type", "failed"),
                Map.entry("x-delayed-retry-min", 1_000L),
                Map.entry("x-delayed-retry-max", 60_000L),
                Map.entry("x-consumer-timeout", 300_000L),
                Map.entry("x-dead-letter-strategy", "at-least-once"),
                Map.entry("x-max-length", 100L),
                Map.entry("x-max-length-bytes", 5_000_000L),
                Map.entry("x-message-ttl", 1_800_000L),
                Map.entry("x-expires", 36_000_000L),
                Map.entry("x-overflow", "reject-publish"),
                Map.entry("x-dead-letter-exchange", ""),
                Map.entry("x-dead-letter-routing-key", "declared.dead"),
                Map.entry("x-single-active-consumer", true),
                Map.entry("x-queue-leader-locator", "balanced"));
        assertEquals(arguments, declared.arguments());
        assertEquals(arguments, scene.management.queueInfo("declared").arguments());
    }

    @Test
    void classic_queues_come_as_priority_queues_too() throws Exception {
        scene.management.queue("classic").classic().maxPriority(9).queue().declare();
        assertEquals(
                Management.QueueType.CLASSIC,
                scene.management.queueInfo("classic").type());
        try (Publisher publisher =
                scene.connection.publisherBuilder().queue("classic").build()) {
            for (byte priority : new byte[] {1, 9}) {
                RabbitMqScene.publish(
                        publisher, RabbitMqScene.text(publisher, "p" + priority).priority(priority));
            }
        }
        try (RabbitMqScene.Inbox inbox = scene.inbox("classic")) {
            assertEquals("p9", inbox.nextAccepted().text());
            assertEquals("p1", inbox.nextAccepted().text());
        }
    }

    @Test
    void another_declaration_of_a_queue_is_refused_and_names_the_argument() {
        scene.management.queue("same").maxLength(10).declare();
        scene.management.queue("same").maxLength(10).declare();
        AmqpException other = assertThrows(
                AmqpException.class,
                () -> scene.management.queue("same").maxLength(11).declare());
        assertTrue(other.getMessage().contains("409"), other.getMessage());
        assertTrue(
                other.getMessage()
                        .contains("inequivalent arg 'x-max-length' for queue 'same' in vhost '/': received the value"
                                + " '11' but current is the value '10'"),
                other.getMessage());
    }

    @Test
    void what_is_not_known_is_refused_by_its_name() {
        AmqpException unknown = assertThrows(
                AmqpException.class,
                () -> scene.management.queue("q").argument("x-mystery", 1).declare());
        assertTrue(unknown.getMessage().contains("argument 'x-mystery' of a queue is not known"), unknown.getMessage());
        AmqpException stream = assertThrows(
                AmqpException.class,
                () -> scene.management.queue("q").stream().queue().declare());
        assertTrue(stream.getMessage().contains("there are no streams here"), stream.getMessage());
    }

    @Test
    void a_queue_without_a_name_is_given_one_by_the_client() throws Exception {
        String name = scene.management.queue().declare().name();
        scene.send(name, "here");
        assertEquals(1, scene.management.queueInfo(name).messageCount());
        scene.management.queueDelete(name);
    }

    @Test
    void a_queue_is_purged_and_deleted() throws Exception {
        scene.management.queue("emptied").declare();
        scene.send("emptied", "1", "2", "3");
        assertEquals(3, scene.management.queuePurge("emptied").messageCount());
        assertEquals(0, scene.management.queueInfo("emptied").messageCount());
        scene.management.queueDelete("emptied");
        assertThrows(AmqpException.AmqpEntityDoesNotExistException.class, () -> scene.management.queueInfo("emptied"));
    }

    @Test
    void nobody_publishes_to_or_consumes_from_a_queue_there_is_not() {
        assertThrows(
                AmqpException.AmqpEntityDoesNotExistException.class,
                () -> scene.connection.publisherBuilder().queue("nowhere").build());
        assertThrows(AmqpException.AmqpEntityDoesNotExistException.class, () -> scene.inbox("nowhere"));
    }

    @Test
    void messages_are_accepted_discarded_and_requeued() throws Exception {
        scene.management.queue("dead").declare();
        scene.management
                .queue("work")
                .quorum()
                .queue()
                .deadLetterExchange("")
                .deadLetterRoutingKey("dead")
                .declare();
        scene.send("work", "a");
        try (RabbitMqScene.Inbox inbox = scene.inbox("work");
                RabbitMqScene.Inbox dead = scene.inbox("dead")) {
            Received first = inbox.next();
            assertEquals("", first.message().annotation("x-exchange"));
            assertEquals("work", first.message().annotation("x-routing-key"));
            assertNull(first.message().annotation("x-delivery-count"));
            first.context().requeue();
            Received second = inbox.next();
            assertEquals(1L, second.message().annotation("x-delivery-count"));
            second.context().requeue(Map.of("x-opt-note", "again"));
            Received third = inbox.next();
            assertEquals(2L, third.message().annotation("x-delivery-count"));
            assertEquals("again", third.message().annotation("x-opt-note"));
            third.context().discard(Map.of("x-opt-why", "no use"));
            Received died = dead.nextAccepted();
            assertEquals("a", died.text());
            assertEquals("no use", died.message().annotation("x-opt-why"));
            assertEquals("again", died.message().annotation("x-opt-note"));
            assertEquals("work", died.message().annotation("x-last-death-queue"));
            Map<?, ?> death = (Map<?, ?>) ((Object[]) died.message().annotation("x-opt-deaths"))[0];
            assertEquals("{queue=work, reason=rejected, count=1}", shown(death, "queue", "reason", "count"));
            scene.send("work", "b", "c");
            inbox.next().context().discard();
            assertEquals("b", dead.nextAccepted().text());
            assertEquals("c", inbox.nextAccepted().text());
        }
        scene.management.queueDelete("work");
        scene.management.queueDelete("dead");
    }

    private static String shown(Map<?, ?> map, String... keys) {
        Map<String, Object> shown = new TreeMap<>(Comparator.comparing(List.of(keys)::indexOf));
        map.forEach((key, value) -> {
            if (List.of(keys).contains(key.toString())) {
                shown.put(key.toString(), value);
            }
        });
        return shown.toString();
    }

    @Test
    void names_may_have_any_characters() throws Exception {
        String name = "a/b c%?é";
        scene.management.queue(name).declare();
        scene.send(name, "there");
        try (RabbitMqScene.Inbox inbox = scene.inbox(name)) {
            assertEquals("there", inbox.nextAccepted().text());
        }
        scene.management.queueDelete(name);
    }

    @Test
    void a_message_may_say_itself_where_it_goes() throws Exception {
        scene.management.queue("named").declare();
        assertEquals(Publisher.Status.ACCEPTED, scene.sendTo(to -> to.queue("named")));
        assertEquals(Publisher.Status.RELEASED, scene.sendTo(to -> to.queue("nobody's")));
        assertEquals(1, scene.management.queueInfo("named").messageCount());
    }

    @Test
    void a_full_queue_rejects_and_says_why() throws Exception {
        scene.management
                .queue("full")
                .maxLength(1)
                .overflowStrategy(Management.OverflowStrategy.REJECT_PUBLISH)
                .declare();
        scene.send("full", "1");
        try (Publisher publisher =
                scene.connection.publisherBuilder().queue("full").build()) {
            Publisher.Context refused = RabbitMqScene.publish(publisher, RabbitMqScene.text(publisher, "2"));
            assertEquals(Publisher.Status.REJECTED, refused.status());
            // It shows the sentence, and nothing of the info.
            AmqpException why =
                    assertInstanceOf(AmqpException.AmqpMessageRejectedException.class, refused.failureCause());
            assertTrue(why.getMessage().contains("queue 'full' is full: maxMessages 1, now 1"), why::getMessage);
        }
    }

    @Test
    void what_a_full_queue_refuses_is_a_dead_letter_where_it_is_to_be() throws Exception {
        scene.management.queue("refused").declare();
        scene.management
                .queue("brimful")
                .classic()
                .queue()
                .maxLength(1)
                .overflowStrategy(Management.OverflowStrategy.REJECT_PUBLISH_DLX)
                .deadLetterExchange("")
                .deadLetterRoutingKey("refused")
                .declare();
        scene.send("brimful", "1");
        try (Publisher publisher =
                        scene.connection.publisherBuilder().queue("brimful").build();
                RabbitMqScene.Inbox dead = scene.inbox("refused")) {
            assertEquals(
                    Publisher.Status.REJECTED,
                    RabbitMqScene.publish(publisher, RabbitMqScene.text(publisher, "2"))
                            .status());
            assertEquals("2", dead.nextAccepted().text());
        }
    }

    @Test
    void what_is_returned_waits_where_the_type_of_retry_says_so() throws Exception {
        for (Management.DelayedRetryType type :
                List.of(Management.DelayedRetryType.RETURNED, Management.DelayedRetryType.ALL)) {
            String queue = "retried " + type;
            scene.management
                    .queue(queue)
                    .quorum()
                    .delayedRetryType(type)
                    .delayedRetryMin(Duration.ofMillis(200))
                    .queue()
                    .declare();
            scene.send(queue, "x");
            try (RabbitMqScene.Inbox inbox = scene.inbox(queue)) {
                Received first = inbox.next();
                long before = System.nanoTime();
                first.context().requeue();
                assertEquals("x", inbox.nextAccepted().text());
                assertTrue(System.nanoTime() - before >= Duration.ofMillis(150).toNanos());
            }
        }
    }

    @Test
    void an_exclusive_queue_is_one_connections_and_goes_with_it() throws Exception {
        Connection owner = scene.connect();
        owner.management().queue("mine").exclusive(true).declare();
        AmqpException.AmqpResourceClosedException taken =
                assertThrows(AmqpException.AmqpResourceClosedException.class, () -> scene.inbox("mine"));
        assertTrue(taken.getMessage().contains("cannot obtain exclusive access"), taken.getMessage());
        assertThrows(AmqpException.class, () -> scene.management.queueDelete("mine"));
        scene.send("mine", "anybody may send");
        owner.close();
        // The broker closes its end when all of the connection is gone.
        assertThrows(AmqpException.AmqpEntityDoesNotExistException.class, () -> scene.management.queueInfo("mine"));
    }

    @Test
    void two_connections_of_one_environment_manage_at_the_same_time() {
        Connection other = scene.connect();
        other.management().queue("both").declare();
        assertEquals("both", scene.management.queueInfo("both").name());
        assertEquals("both", other.management().queueInfo("both").name());
    }
}
