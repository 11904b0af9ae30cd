package io.sluice.clients.rabbitmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.amqp.AmqpException;
import com.rabbitmq.client.amqp.Management;
import com.rabbitmq.client.amqp.Message;
import com.rabbitmq.client.amqp.Publisher;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** RabbitMQ's AMQP 1.0 client, unmodified, against the started program: exchanges and what is bound to them. */
final class RabbitMqExchangesTest extends RabbitMqProgram {
    private void queues(String... names) {
        for (String name : names) {
            scene.management.queue(name).declare();
        }
    }

    private Management.BindingSpecification bind(String exchange, String queue) {
        return scene.management.binding().sourceExchange(exchange).destinationQueue(queue);
    }

    private Publisher.Status send(String exchange, String key) throws Exception {
        try (Publisher publisher =
                scene.connection.publisherBuilder().exchange(exchange).key(key).build()) {
            return RabbitMqScene.publish(publisher, RabbitMqScene.text(publisher, exchange + " " + key))
                    .status();
        }
    }

    private long waiting(String queue) {
        return scene.management.queueInfo(queue).messageCount();
    }

    @Test
    void a_direct_exchange_goes_by_the_key_and_a_message_nobody_wants_is_released() throws Exception {
        queues("direct.a", "direct.b");
        scene.management
                .exchange("direct/x")
                .type(Management.ExchangeType.DIRECT)
                .declare();
        bind("direct/x", "direct.a").key("a").bind();
        bind("direct/x", "direct.b").key("b").bind();
        assertEquals(Publisher.Status.ACCEPTED, send("direct/x", "a"));
        assertEquals(Publisher.Status.RELEASED, send("direct/x", "c"));
        assertEquals(1, waiting("direct.a"));
        assertEquals(0, waiting("direct.b"));
        try (RabbitMqScene.Inbox inbox = scene.inbox("direct.a")) {
            Message message = inbox.nextAccepted().message();
            assertEquals("direct/x", message.annotation("x-exchange"));
            assertEquals("a", message.annotation("x-routing-key"));
        }
        scene.management
                .unbind()
                .sourceExchange("direct/x")
                .destinationQueue("direct.a")
                .key("a")
                .unbind();
        assertEquals(Publisher.Status.RELEASED, send("direct/x", "a"));
        scene.management.exchangeDelete("direct/x");
        assertThrows(AmqpException.AmqpEntityDoesNotExistException.class, () -> send("direct/x", "b"));
    }

    @Test
    void topic_and_fanout_exchanges_through_one_another() throws Exception {
        queues("topic.all", "topic.eu");
        scene.management.exchange("t").type(Management.ExchangeType.TOPIC).declare();
        scene.management.exchange("f").type(Management.ExchangeType.FANOUT).declare();
        bind("t", "topic.eu").key("*.eu").bind();
        bind("f", "topic.all").bind();
        scene.management
                .binding()
                .sourceExchange("t")
                .destinationExchange("f")
                .key("prices.#")
                .bind();
        assertEquals(Publisher.Status.ACCEPTED, send("t", "prices.eu"));
        assertEquals(Publisher.Status.ACCEPTED, send("t", "news.eu"));
        assertEquals(Publisher.Status.RELEASED, send("t", "news.us"));
        assertEquals(1, waiting("topic.all"));
        assertEquals(2, waiting("topic.eu"));
        scene.management
                .unbind()
                .sourceExchange("t")
                .destinationExchange("f")
                .key("prices.#")
                .unbind();
        assertEquals(Publisher.Status.RELEASED, send("t", "prices.us"));
    }

    @Test
    void a_headers_exchange_goes_by_what_the_message_says() throws Exception {
        queues("headers.red");
        scene.management.exchange("h").type(Management.ExchangeType.HEADERS).declare();
        Map<String, Object> red = Map.of("x-match", "all", "colour", "red", "size", 7);
        bind("h", "headers.red").arguments(red).bind();
        try (Publisher publisher =
                scene.connection.publisherBuilder().exchange("h").build()) {
            assertEquals(
                    Publisher.Status.ACCEPTED,
                    RabbitMqScene.publish(
                                    publisher,
                                    RabbitMqScene.text(publisher, "red")
                                            .property("colour", "red")
                                            .property("size", 7))
                            .status());
            assertEquals(
                    Publisher.Status.RELEASED,
                    RabbitMqScene.publish(
                                    publisher,
                                    RabbitMqScene.text(publisher, "blue").property("colour", "blue"))
                            .status());
            assertEquals(1, waiting("headers.red"));
            scene.management
                    .unbind()
                    .sourceExchange("h")
                    .destinationQueue("headers.red")
                    .arguments(red)
                    .unbind();
            assertEquals(
                    Publisher.Status.RELEASED,
                    RabbitMqScene.publish(
                                    publisher,
                                    RabbitMqScene.text(publisher, "red")
                                            .property("colour", "red")
                                            .property("size", 7))
                            .status());
        }
    }

    @Test
    void a_message_may_name_its_exchange_itself() throws Exception {
        queues("named.q");
        bind("amq.topic", "named.q").key("k.*").bind();
        assertEquals(
                Publisher.Status.ACCEPTED,
                scene.sendTo(to -> to.exchange("amq.topic").key("k.1")));
        assertEquals(
                Publisher.Status.RELEASED,
                scene.sendTo(to -> to.exchange("amq.topic").key("other")));
        assertEquals(1, waiting("named.q"));
    }

    @Test
    void dead_letters_go_through_an_exchange_and_another_one_where_no_binding_wants_a_message() throws Exception {
        queues("dlx.dead", "alternate.q");
        scene.management.exchange("dlx").type(Management.ExchangeType.TOPIC).declare();
        bind("dlx", "dlx.dead").key("failed.#").bind();
        scene.management
                .queue("dlx.work")
                .quorum()
                .queue()
                .deadLetterExchange("dlx")
                .deadLetterRoutingKey("failed.work")
                .declare();
        scene.send("dlx.work", "no use");
        try (RabbitMqScene.Inbox inbox = scene.inbox("dlx.work");
                RabbitMqScene.Inbox dead = scene.inbox("dlx.dead")) {
            inbox.next().context().discard();
            assertEquals("no use", dead.nextAccepted().text());
        }
        scene.management
                .exchange("alternate")
                .type(Management.ExchangeType.FANOUT)
                .declare();
        bind("alternate", "alternate.q").bind();
        scene.management
                .exchange("first")
                .argument("alternate-exchange", "alternate")
                .declare();
        assertEquals(Publisher.Status.ACCEPTED, send("first", "nobody's"));
        assertEquals(1, waiting("alternate.q"));
    }

    @Test
    void what_cannot_be_is_refused() {
        scene.management.exchange("same").type(Management.ExchangeType.TOPIC).declare();
        AmqpException other = assertThrows(
                AmqpException.class,
                () -> scene.management
                        .exchange("same")
                        .type(Management.ExchangeType.FANOUT)
                        .declare());
        assertTrue(other.getMessage().contains("409") && other.getMessage().contains("type"), other.getMessage());
        assertThrows(
                AmqpException.AmqpEntityDoesNotExistException.class,
                () -> bind("same", "nobody's").bind());
        assertThrows(
                AmqpException.AmqpEntityDoesNotExistException.class,
                () -> bind("nobody's", "nobody's").bind());
    }
}
