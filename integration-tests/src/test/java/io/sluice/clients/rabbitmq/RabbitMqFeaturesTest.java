package io.sluice.clients.rabbitmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.amqp.BackOffDelayPolicy;
import com.rabbitmq.client.amqp.Connection;
import com.rabbitmq.client.amqp.Environment;
import com.rabbitmq.client.amqp.Message;
import com.rabbitmq.client.amqp.Publisher;
import com.rabbitmq.client.amqp.Requester;
import com.rabbitmq.client.amqp.Resource;
import com.rabbitmq.client.amqp.Responder;
import com.rabbitmq.client.amqp.impl.AmqpEnvironmentBuilder;
import io.sluice.clients.rabbitmq.RabbitMqScene.Inbox;
import io.sluice.program.BrokerProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** RabbitMQ's AMQP 1.0 client, unmodified, against the started program: what consumers ask for, requests and replies, recovery. */
final class RabbitMqFeaturesTest extends RabbitMqProgram {
    @Test
    void filters_select_by_application_properties_and_sql() throws Exception {
        scene.management.queue("filtered").declare();
        try (Publisher publisher =
                scene.connection.publisherBuilder().queue("filtered").build()) {
            for (String colour : new String[] {"red", "blue", "green"}) {
                RabbitMqScene.publish(
                        publisher, RabbitMqScene.text(publisher, colour).property("colour", colour));
            }
        }
        try (Inbox blue =
                        scene.new Inbox(scene.connection.consumerBuilder().queue("filtered").stream()
                                .filter()
                                .property("colour", "blue")
                                .stream()
                                .builder());
                Inbox green =
                        scene.new Inbox(scene.connection.consumerBuilder().queue("filtered").stream()
                                .filter()
                                .sql("colour LIKE 'gr%'")
                                .stream()
                                .builder())) {
            assertEquals("blue", blue.nextAccepted().text());
            assertEquals("green", green.nextAccepted().text());
            assertTrue(blue.isEmpty() && green.isEmpty());
        }
        try (Inbox rest = scene.inbox("filtered")) {
            assertEquals("red", rest.nextAccepted().text());
        }
    }

    @Test
    void the_next_consumer_is_active_when_the_single_one_goes() throws Exception {
        scene.management.queue("single").singleActiveConsumer(true).declare();
        Inbox first = scene.inbox("single");
        try (Inbox second = scene.inbox("single")) {
            scene.send("single", "1", "2");
            assertEquals("1", first.nextAccepted().text());
            assertEquals("2", first.nextAccepted().text());
            assertTrue(second.isEmpty());
            first.close();
            scene.send("single", "3");
            assertEquals("3", second.nextAccepted().text());
        }
    }

    @Test
    void the_consumer_of_the_higher_priority_is_served() throws Exception {
        scene.management.queue("preferred").declare();
        try (Inbox low = scene.inbox("preferred");
                Inbox high = scene
                .new Inbox(scene.connection.consumerBuilder().queue("preferred").priority(10))) {
            scene.send("preferred", "1", "2");
            assertEquals("1", high.nextAccepted().text());
            assertEquals("2", high.nextAccepted().text());
            assertTrue(low.isEmpty());
        }
    }

    @Test
    void a_paused_consumer_gets_nothing_until_it_goes_on() throws Exception {
        scene.management.queue("paused").declare();
        try (Inbox inbox = scene.inbox("paused")) {
            scene.send("paused", "1");
            assertEquals("1", inbox.nextAccepted().text());
            inbox.consumer.pause();
            scene.send("paused", "2");
            assertEquals(1, scene.management.queueInfo("paused").messageCount());
            assertTrue(inbox.isEmpty());
            inbox.consumer.unpause();
            assertEquals("2", inbox.nextAccepted().text());
        }
    }

    @Test
    void a_retry_comes_when_its_consumer_says() throws Exception {
        scene.management.queue("later").quorum().queue().declare();
        scene.send("later", "again");
        try (Inbox inbox = scene.inbox("later")) {
            long before = System.nanoTime();
            inbox.next().context().delayedRetry(Duration.ofMillis(300), true);
            assertEquals("again", inbox.nextAccepted().text());
            assertTrue(System.nanoTime() - before >= Duration.ofMillis(250).toNanos());
        }
    }

    @Test
    void what_a_consumer_keeps_beyond_the_time_of_its_queue_is_given_to_another() throws Exception {
        scene.management
                .queue("timed")
                .quorum()
                .consumerTimeout(Duration.ofMillis(300))
                .queue()
                .declare();
        try (Inbox slow = scene.inbox("timed")) {
            scene.send("timed", "taken back");
            RabbitMqScene.Received kept = slow.next();
            try (Inbox other = scene.inbox("timed")) {
                assertEquals("taken back", other.nextAccepted().text());
            }
            // Too late, and no harm: the link lives, and is given what comes then.
            kept.context().accept();
            scene.send("timed", "next");
            assertEquals("next", slow.nextAccepted().text());
        }
        assertEquals(0, scene.management.queueInfo("timed").messageCount());
    }

    @Test
    void a_request_is_answered() throws Exception {
        scene.management.queue("requests").declare();
        try (Responder responder = scene.connection
                        .responderBuilder()
                        .requestQueue("requests")
                        .handler((context, request) ->
                                context.message(("answer to " + text(request)).getBytes(StandardCharsets.UTF_8)))
                        .build();
                Requester requester = scene.connection
                        .requesterBuilder()
                        .requestAddress()
                        .queue("requests")
                        .requester()
                        .build()) {
            assertNotNull(responder);
            for (String request : new String[] {"1", "2"}) {
                Message answer = requester
                        .publish(requester.message(request.getBytes(StandardCharsets.UTF_8)))
                        .get(RabbitMqScene.SECONDS, TimeUnit.SECONDS);
                assertEquals("answer to " + request, text(answer));
            }
        }
    }

    @Test
    void a_request_is_answered_over_a_queue_of_ones_own() throws Exception {
        scene.management.queue("asked").declare();
        scene.management.queue("answers").exclusive(true).declare();
        try (Responder responder = scene.connection
                        .responderBuilder()
                        .requestQueue("asked")
                        .handler((context, request) -> context.message(request.body()))
                        .build();
                Requester requester = scene.connection
                        .requesterBuilder()
                        .requestAddress()
                        .queue("asked")
                        .requester()
                        .replyToQueue("answers")
                        .build()) {
            assertNotNull(responder);
            assertEquals(
                    "echo",
                    text(requester
                            .publish(requester.message("echo".getBytes(StandardCharsets.UTF_8)))
                            .get(RabbitMqScene.SECONDS, TimeUnit.SECONDS)));
        }
    }

    private static String text(Message message) {
        return new String(message.body(), StandardCharsets.UTF_8);
    }

    @Test
    void a_client_recovers_its_connection_and_what_it_had_declared(@TempDir Path folder) throws Exception {
        BrokerProcess first = BrokerProcess.start(folder);
        int port = first.port();
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        CountDownLatch lost = new CountDownLatch(1);
        CountDownLatch recovered = new CountDownLatch(1);
        try (Environment environment = new AmqpEnvironmentBuilder().build();
                Connection connection = environment
                        .connectionBuilder()
                        .host("127.0.0.1")
                        .port(port)
                        .recovery()
                        .backOffDelayPolicy(BackOffDelayPolicy.fixed(Duration.ofMillis(500)))
                        .connectionBuilder()
                        .listeners(context -> {
                            if (context.currentState() == Resource.State.RECOVERING) {
                                lost.countDown();
                            } else if (context.previousState() == Resource.State.RECOVERING) {
                                recovered.countDown();
                            }
                        })
                        .build()) {
            connection.management().exchange("kept").declare();
            connection.management().queue("kept").declare();
            // It is gone with the connection, so the client is to declare and bind it again.
            connection.management().queue("declared again").exclusive(true).declare();
            connection
                    .management()
                    .binding()
                    .sourceExchange("kept")
                    .destinationQueue("declared again")
                    .key("k")
                    .bind();
            connection
                    .consumerBuilder()
                    .queue("declared again")
                    .messageHandler((context, message) -> {
                        context.accept();
                        received.add(text(message));
                    })
                    .build();
            try (Publisher publisher =
                    connection.publisherBuilder().exchange("kept").key("k").build()) {
                assertEquals(
                        Publisher.Status.ACCEPTED,
                        RabbitMqScene.publish(publisher, RabbitMqScene.text(publisher, "before"))
                                .status());
                assertEquals("before", received.poll(RabbitMqScene.SECONDS, TimeUnit.SECONDS));
                first.kill();
                assertTrue(lost.await(RabbitMqScene.SECONDS, TimeUnit.SECONDS));
                BrokerProcess second = BrokerProcess.startOn(port, folder);
                try {
                    assertTrue(recovered.await(RabbitMqScene.SECONDS, TimeUnit.SECONDS));
                    assertEquals(
                            Publisher.Status.ACCEPTED,
                            RabbitMqScene.publish(publisher, RabbitMqScene.text(publisher, "after"))
                                    .status());
                    assertEquals("after", received.poll(RabbitMqScene.SECONDS, TimeUnit.SECONDS));
                    assertEquals(
                            "kept", connection.management().queueInfo("kept").name());
                } finally {
                    assertEquals(0, second.stop());
                }
            }
        }
    }
}
