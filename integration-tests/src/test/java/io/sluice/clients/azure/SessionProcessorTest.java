package io.sluice.clients.azure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.core.util.BinaryData;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusErrorContext;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusProcessorClient;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverClient;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import com.azure.messaging.servicebus.ServiceBusSessionReceiverClient;
import io.sluice.program.BrokerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Azure's processor of sessions against the program: several at once, from one to the next, for as long as it is told to. */
@Timeout(300)
final class SessionProcessorTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration LOCK = Duration.ofSeconds(4);
    private static final String KEY = "bWFkZSB1cCBmb3IgdGhpcyB0ZXN0";

    @TempDir
    private static Path folder;

    private static BrokerProcess broker;

    private final BlockingQueue<ServiceBusReceivedMessage> processed = new LinkedBlockingQueue<>();
    private final Queue<String> errors = new ConcurrentLinkedQueue<>();

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("sluice.yaml"), """
                listen: {port: 0}
                security:
                  tokens:
                    cbs: true
                    sasKeys:
                      - {name: Key, key: "%s"}
                queues:
                  declared:
                    - {name: several}
                    - {name: slow, lockMillis: %d}
                    - {name: failing}
                """.formatted(KEY, LOCK.toMillis()));
        broker = BrokerProcess.start(folder.resolve("data"), "--config", file.toString());
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static ServiceBusClientBuilder client() {
        return new ServiceBusClientBuilder()
                .connectionString("Endpoint=sb://localhost:" + broker.port()
                        + ";SharedAccessKeyName=Key;SharedAccessKey=" + KEY + ";UseDevelopmentEmulator=true");
    }

    private ServiceBusClientBuilder.ServiceBusSessionProcessorClientBuilder processor(String queue, int sessions) {
        return client().sessionProcessor()
                .queueName(queue)
                .maxConcurrentSessions(sessions)
                .maxConcurrentCalls(1)
                .sessionIdleTimeout(Duration.ofSeconds(1))
                .processError(this::failed);
    }

    private void failed(ServiceBusErrorContext context) {
        errors.add(context.getErrorSource() + ": " + context.getException());
    }

    private static void send(ServiceBusSenderClient sender, String session, int first, int last) {
        List<ServiceBusMessage> messages = new ArrayList<>();
        for (int i = first; i <= last; i++) {
            messages.add(new ServiceBusMessage(BinaryData.fromString(session + i)).setSessionId(session));
        }
        sender.sendMessages(messages);
    }

    private static List<String> bodies(String session, int first, int last) {
        List<String> bodies = new ArrayList<>();
        for (int i = first; i <= last; i++) {
            bodies.add(session + i);
        }
        return bodies;
    }

    private ServiceBusReceivedMessage next() throws InterruptedException {
        ServiceBusReceivedMessage message = processed.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertNotNull(message, () -> "nothing more was processed; errors: " + errors);
        return message;
    }

    private Map<String, List<String>> next(int count) throws InterruptedException {
        Map<String, List<String>> bodies = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            ServiceBusReceivedMessage message = next();
            bodies.computeIfAbsent(message.getSessionId(), id -> new ArrayList<>())
                    .add(message.getBody().toString());
        }
        return bodies;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(LIMIT.toSeconds(), TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void moreSessionsThanItTakesAtOnceAreProcessedOneBehindTheOther() throws InterruptedException {
        List<String> sessions = List.of("a", "b", "c", "d", "e", "f", "g");
        CountDownLatch atOnce = new CountDownLatch(3);
        try (ServiceBusSenderClient sender =
                        client().sender().queueName("several").buildClient();
                ServiceBusProcessorClient processor = processor("several", 3)
                        .disableAutoComplete()
                        .processMessage(context -> {
                            // Three are processed at the same time, or nobody gets past here.
                            atOnce.countDown();
                            await(atOnce);
                            context.complete();
                            processed.add(context.getMessage());
                        })
                        .buildProcessorClient()) {
            Map<String, List<String>> expected = new TreeMap<>();
            for (String session : sessions) {
                send(sender, session, 1, 10);
                expected.put(session, bodies(session, 1, 10));
            }
            processor.start();
            assertEquals(expected, next(70));

            // It has none and waits for three: a session that it had before, and a new one.
            send(sender, "a", 11, 20);
            send(sender, "h", 1, 10);
            assertEquals(Map.of("a", bodies("a", 11, 20), "h", bodies("h", 1, 10)), next(20));
        }
        try (ServiceBusReceiverClient receiver =
                client().receiver().queueName("several").buildClient()) {
            assertEquals(0, receiver.peekMessages(10).stream().count());
        }
        assertEquals(List.of(), List.copyOf(errors));
    }

    @Test
    void aSessionIsItsOwnForLongerThanALockLasts() throws InterruptedException {
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        try (ServiceBusSenderClient sender = client().sender().queueName("slow").buildClient();
                ServiceBusProcessorClient processor = processor("slow", 1)
                        .processMessage(context -> {
                            begun.countDown();
                            await(goOn);
                            processed.add(context.getMessage());
                        })
                        .buildProcessorClient();
                ServiceBusSessionReceiverClient others = client().retryOptions(
                                new AmqpRetryOptions().setMaxRetries(0).setTryTimeout(LOCK.multipliedBy(2)))
                        .sessionReceiver()
                        .queueName("slow")
                        .buildClient()) {
            send(sender, "a", 1, 2);
            processor.start();
            await(begun);
            // Nothing is free for twice as long as a lock lasts that nobody renews.
            assertThrows(RuntimeException.class, others::acceptNextSession);
            goOn.countDown();
            assertEquals(Map.of("a", bodies("a", 1, 2)), next(2));
        }
        assertEquals(List.of(), List.copyOf(errors));
    }

    @Test
    void aMessageThatFailsComesAgainInItsSession() throws InterruptedException {
        Queue<Long> counts = new ConcurrentLinkedQueue<>();
        try (ServiceBusSenderClient sender =
                        client().sender().queueName("failing").buildClient();
                ServiceBusProcessorClient processor = processor("failing", 2)
                        .processMessage(context -> {
                            ServiceBusReceivedMessage message = context.getMessage();
                            counts.add(message.getDeliveryCount());
                            if (message.getDeliveryCount() < 2) {
                                throw new IllegalArgumentException("not yet");
                            }
                            processed.add(message);
                        })
                        .buildProcessorClient()) {
            send(sender, "a", 1, 1);
            processor.start();
            assertEquals("a1", next().getBody().toString());
            assertEquals(List.of(0L, 1L, 2L), List.copyOf(counts));
        }
        assertEquals(2, errors.size(), errors.toString());
        assertTrue(errors.stream().allMatch(error -> error.contains("not yet")), errors.toString());
    }
}
