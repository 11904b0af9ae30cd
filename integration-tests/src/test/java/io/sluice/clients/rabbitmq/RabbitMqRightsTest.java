package io.sluice.clients.rabbitmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.amqp.AmqpException.AmqpSecurityException;
import com.rabbitmq.client.amqp.Connection;
import com.rabbitmq.client.amqp.Environment;
import com.rabbitmq.client.amqp.Publisher;
import com.rabbitmq.client.amqp.impl.AmqpEnvironmentBuilder;
import com.sun.net.httpserver.HttpServer;
import io.sluice.program.BrokerProcess;
import io.sluice.program.TokenIssuer;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** RabbitMQ's AMQP 1.0 client, unmodified, that logs in by tokens, and what it may not do. */
final class RabbitMqRightsTest {
    private static final TokenIssuer ISSUER = new TokenIssuer();

    @TempDir
    static Path folder;

    private static BrokerProcess broker;

    @BeforeAll
    static void startBroker() throws Exception {
        Path file = Files.writeString(folder.resolve("sluice.yaml"), """
                listen: {port: 0}
                queues:
                  declared: [{name: others}]
                security:
                  anonymous: never
                  users:
                    - {name: anna, permissions: {send: ["mine.*"], receive: ["mine.*"], manage: ["mine.*"]}}
                  tokens:
                """ + ISSUER.settings(folder));
        broker = BrokerProcess.start(folder.resolve("data"), "--config", file.toString());
    }

    @AfterAll
    static void stopBroker() throws Exception {
        assertEquals(0, broker.stop());
    }

    private static Connection connect(Environment environment, String user) {
        return environment
                .connectionBuilder()
                .host("127.0.0.1")
                .port(broker.port())
                .username("")
                .password(ISSUER.token(user, "openid", 600_000))
                .recovery()
                .activated(false)
                .connectionBuilder()
                .build();
    }

    private static void isNotAllowed(String what, Runnable action) {
        AmqpSecurityException why = assertThrows(AmqpSecurityException.class, action::run);
        assertTrue(why.getMessage().contains("may not " + what), why.getMessage());
    }

    private static void consume(Connection connection, String queue) {
        connection
                .consumerBuilder()
                .queue(queue)
                .messageHandler((context, message) -> context.accept())
                .build();
    }

    @Test
    void what_a_user_may_not_do_is_a_security_exception_and_the_connection_goes_on() throws Exception {
        try (Environment environment = new AmqpEnvironmentBuilder().build()) {
            Connection connection = connect(environment, "anna");
            connection.management().queue("mine.q").declare();
            consume(connection, "mine.q");
            isNotAllowed(
                    "manage 'hers'", () -> connection.management().queue("hers").declare());
            isNotAllowed(
                    "send to 'others'",
                    () -> connection.publisherBuilder().queue("others").build());
            isNotAllowed("receive from 'others'", () -> consume(connection, "others"));
            // The session for management is made anew, and others have not noticed.
            assertEquals(1, connection.management().queueInfo("mine.q").consumerCount());
            isNotAllowed("manage 'others'", () -> connection.management().queueDelete("others"));
            try (Publisher publisher =
                    connection.publisherBuilder().queue("mine.q").build()) {
                assertEquals(
                        Publisher.Status.ACCEPTED,
                        RabbitMqScene.publish(publisher, RabbitMqScene.text(publisher, "x"))
                                .status());
            }
        }
    }

    @Test
    void who_is_no_user_may_do_nothing_by_a_token_that_says_nothing_of_rights() {
        try (Environment environment = new AmqpEnvironmentBuilder().build()) {
            Connection connection = connect(environment, "berta");
            isNotAllowed(
                    "manage 'mine.r'",
                    () -> connection.management().queue("mine.r").declare());
            isNotAllowed(
                    "send to 'others'",
                    () -> connection.publisherBuilder().queue("others").build());
        }
    }

    @Test
    void a_client_that_renews_its_token_outlives_the_first() throws Exception {
        // The client asks again when most of the second is over that it is told; the first tokens are over before the
        // last is asked for.
        CountDownLatch asked = new CountDownLatch(5);
        HttpServer tokens = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        tokens.createContext("/token", exchange -> {
            byte[] answer = "{\"access_token\": \"%s\", \"expires_in\": 1}"
                    .formatted(ISSUER.token("anna", "openid", 3_000))
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            try (OutputStream body = exchange.getResponseBody()) {
                body.write(answer);
            }
            asked.countDown();
        });
        tokens.start();
        try (Environment environment = new AmqpEnvironmentBuilder().build()) {
            Connection connection = environment
                    .connectionBuilder()
                    .host("127.0.0.1")
                    .port(broker.port())
                    .oauth2()
                    .tokenEndpointUri("http://127.0.0.1:" + tokens.getAddress().getPort() + "/token")
                    .clientId("sluice")
                    .clientSecret("secret")
                    .connection()
                    .recovery()
                    .activated(false)
                    .connectionBuilder()
                    .build();
            connection.management().queue("mine.renewed").declare();
            try (Publisher publisher =
                    connection.publisherBuilder().queue("mine.renewed").build()) {
                assertTrue(asked.await(60, TimeUnit.SECONDS));
                assertEquals(
                        Publisher.Status.ACCEPTED,
                        RabbitMqScene.publish(publisher, RabbitMqScene.text(publisher, "x"))
                                .status());
            }
        } finally {
            tokens.stop(0);
        }
    }
}
