package io.sluice.clients.rabbitmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.rabbitmq.client.amqp.Connection;
import com.rabbitmq.client.amqp.Consumer;
import com.rabbitmq.client.amqp.Environment;
import com.rabbitmq.client.amqp.Management;
import com.rabbitmq.client.amqp.Message;
import com.rabbitmq.client.amqp.Publisher;
import com.rabbitmq.client.amqp.impl.AmqpEnvironmentBuilder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** An application with RabbitMQ's client, unmodified: one connection of it, and what tests do with one. */
final class RabbitMqScene implements AutoCloseable {
    static final long SECONDS = 30;

    private final Environment environment;
    private final int port;
    final Connection connection;
    final Management management;

    /** A delivery and how it is settled. */
    record Received(Consumer.Context context, Message message) {
        String text() {
            return new String(message.body(), StandardCharsets.UTF_8);
        }
    }

    RabbitMqScene(int port) {
        this.port = port;
        environment = new AmqpEnvironmentBuilder().build();
        connection = connect();
        management = connection.management();
    }

    /** Another connection of the same container. */
    Connection connect() {
        return environment
                .connectionBuilder()
                .host("127.0.0.1")
                .port(port)
                .recovery()
                .activated(false)
                .connectionBuilder()
                .build();
    }

    Environment environment() {
        return environment;
    }

    /** Sends a text to where the publisher sends, or the message says, and waits for what becomes of it. */
    static Publisher.Context publish(Publisher publisher, Message message) throws Exception {
        CompletableFuture<Publisher.Context> answer = new CompletableFuture<>();
        publisher.publish(message, answer::complete);
        return answer.get(SECONDS, TimeUnit.SECONDS);
    }

    static Message text(Publisher publisher, String text) {
        return publisher.message(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends a message that says itself where it goes. */
    Publisher.Status sendTo(UnaryOperator<Message.MessageAddressBuilder> address) throws Exception {
        try (Publisher publisher = connection.publisherBuilder().build()) {
            Message message = address.apply(text(publisher, "x").toAddress()).message();
            return publish(publisher, message).status();
        }
    }

    /** Sends texts to a queue, which takes them. */
    void send(String queue, String... texts) throws Exception {
        try (Publisher publisher = connection.publisherBuilder().queue(queue).build()) {
            for (String text : texts) {
                assertEquals(
                        Publisher.Status.ACCEPTED,
                        publish(publisher, text(publisher, text)).status());
            }
        }
    }

    /** What comes out of a queue, settled by whoever takes it from there. */
    final class Inbox implements AutoCloseable {
        private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
        final Consumer consumer;

        Inbox(String queue) {
            this(connection.consumerBuilder().queue(queue));
        }

        Inbox(com.rabbitmq.client.amqp.ConsumerBuilder builder) {
            consumer = builder.messageHandler((context, message) -> received.add(new Received(context, message)))
                    .build();
        }

        Received next() throws InterruptedException {
            Received next = received.poll(SECONDS, TimeUnit.SECONDS);
            assertNotNull(next, "no message came");
            return next;
        }

        Received nextAccepted() throws InterruptedException {
            Received next = next();
            next.context().accept();
            return next;
        }

        boolean isEmpty() {
            return received.isEmpty();
        }

        @Override
        public void close() {
            consumer.close();
        }
    }

    Inbox inbox(String queue) {
        return new Inbox(queue);
    }

    @Override
    public void close() {
        environment.close();
    }
}
