package io.sluice.clients.rabbitmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.amqp.AmqpException;
import com.rabbitmq.client.amqp.Connection;
import com.rabbitmq.client.amqp.Environment;
import com.rabbitmq.client.amqp.impl.AmqpEnvironmentBuilder;
import io.sluice.program.BrokerProcess;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The RabbitMQ AMQP 1.0 client, unmodified: its connection. */
final class RabbitMqClientTest {
    @TempDir
    static Path data;

    private static BrokerProcess broker;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = BrokerProcess.start(data);
    }

    @AfterAll
    static void stopBroker() throws Exception {
        assertEquals(0, broker.stop());
    }

    @Test
    void it_connects_with_its_defaults_and_closes() throws Exception {
        // The client tells its listeners on threads of a pool, in no order.
        Set<String> steps = ConcurrentHashMap.newKeySet();
        CountDownLatch told = new CountDownLatch(4);
        try (Environment environment = new AmqpEnvironmentBuilder().build()) {
            Connection connection = environment
                    .connectionBuilder()
                    .host("127.0.0.1")
                    .port(broker.port())
                    .recovery()
                    .activated(false)
                    .connectionBuilder()
                    .listeners(context -> {
                        steps.add(context.previousState() + " to " + context.currentState());
                        told.countDown();
                    })
                    .build();
            connection.close();
            assertTrue(told.await(20, TimeUnit.SECONDS));
        }
        assertEquals(Set.of("null to OPENING", "OPENING to OPEN", "OPEN to CLOSING", "CLOSING to CLOSED"), steps);
    }

    @Test
    void a_wrong_password_is_a_security_exception() {
        Environment environment = new AmqpEnvironmentBuilder().build();
        assertThrows(
                AmqpException.AmqpSecurityException.class,
                () -> environment
                        .connectionBuilder()
                        .host("127.0.0.1")
                        .port(broker.port())
                        .password("wrong")
                        .build());
        closeUnused(environment);
    }

    @Test
    void an_unknown_virtual_host_is_refused() {
        Environment environment = new AmqpEnvironmentBuilder().build();
        assertThrows(
                AmqpException.class,
                () -> environment
                        .connectionBuilder()
                        .host("127.0.0.1")
                        .port(broker.port())
                        .virtualHost("elsewhere")
                        .build());
        closeUnused(environment);
    }

    /** The client shuts its executor for recovery down and then gives it a task; one that never had any has ended by then, on a slow machine. */
    private static void closeUnused(Environment environment) {
        try {
            environment.close();
        } catch (RejectedExecutionException e) {
            assertEquals("event executor terminated", e.getMessage());
        }
    }
}
