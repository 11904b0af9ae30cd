package io.sluice.clients.azure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.core.amqp.exception.AmqpException;
import com.azure.core.util.BinaryData;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusException;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusMessageBatch;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverClient;
import com.azure.messaging.servicebus.ServiceBusRuleManagerClient;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import com.azure.messaging.servicebus.ServiceBusSessionReceiverClient;
import com.azure.messaging.servicebus.administration.models.CorrelationRuleFilter;
import com.azure.messaging.servicebus.administration.models.CreateRuleOptions;
import com.azure.messaging.servicebus.administration.models.RuleProperties;
import com.azure.messaging.servicebus.administration.models.SqlRuleAction;
import com.azure.messaging.servicebus.administration.models.SqlRuleFilter;
import com.azure.messaging.servicebus.models.DeadLetterOptions;
import com.azure.messaging.servicebus.models.ServiceBusMessageState;
import com.azure.messaging.servicebus.models.ServiceBusReceiveMode;
import com.azure.messaging.servicebus.models.SubQueue;
import io.sluice.program.BrokerProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an application of Azure's client does with a queue and a subscription: against the program, over the connection string of an emulator. */
@Timeout(300)
final class ServiceBusClientTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String KEY = "bWFkZSB1cCBmb3IgdGhpcyB0ZXN0";

    @TempDir
    private static Path folder;

    private static BrokerProcess broker;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("sluice.yaml"), """
                listen: {port: 0}
                security:
                  tokens:
                    cbs: true
                    sasKeys:
                      - {name: Key, key: "%s"}
                topics:
                  addresses: ["news"]
                queues:
                  declared:
                    - {name: life, deadLetterQueue: dead}
                    - {name: deferred}
                    - {name: scheduled}
                    - {name: gone}
                    - {name: sessions}
                """.formatted(KEY));
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

    private static ServiceBusSenderClient sender(String queue) {
        return client().sender().queueName(queue).buildClient();
    }

    private static ServiceBusReceiverClient receiver(String queue) {
        return client().receiver().queueName(queue).disableAutoComplete().buildClient();
    }

    private static ServiceBusMessage message(String body) {
        return new ServiceBusMessage(BinaryData.fromString(body)).setMessageId(body);
    }

    private static ServiceBusReceivedMessage one(ServiceBusReceiverClient receiver) {
        return receiver.receiveMessages(1, LIMIT).stream().findFirst().orElseThrow();
    }

    @Test
    void messagesAreSentInABatchLockedRenewedAbandonedCompletedAndDeadLettered() {
        try (ServiceBusSenderClient sender = sender("life");
                ServiceBusReceiverClient receiver = receiver("life")) {
            sender.sendMessage(message("one"));
            ServiceBusMessageBatch batch = sender.createMessageBatch();
            assertTrue(batch.tryAddMessage(message("two")));
            assertTrue(batch.tryAddMessage(message("three")));
            sender.sendMessages(batch);

            ServiceBusReceivedMessage one = one(receiver);
            assertEquals("one", one.getBody().toString());
            assertEquals(1, one.getSequenceNumber());
            assertNotNull(one.getEnqueuedTime());
            OffsetDateTime until = one.getLockedUntil();
            assertTrue(until.isAfter(OffsetDateTime.now()), until.toString());
            assertTrue(!receiver.renewMessageLock(one).isBefore(until));
            receiver.abandon(one);
            ServiceBusReceivedMessage again = one(receiver);
            assertEquals("one", again.getBody().toString());
            assertEquals(1, again.getDeliveryCount());
            assertNotEquals(one.getLockToken(), again.getLockToken());
            receiver.complete(again);
            assertThrows(ServiceBusException.class, () -> receiver.renewMessageLock(again));

            ServiceBusReceivedMessage two = one(receiver);
            assertEquals("two", two.getBody().toString());
            receiver.deadLetter(
                    two,
                    new DeadLetterOptions()
                            .setDeadLetterReason("broken")
                            .setDeadLetterErrorDescription("it has no price"));
            receiver.complete(one(receiver));
        }
        try (ServiceBusReceiverClient dead = client().receiver()
                .queueName("life")
                .subQueue(SubQueue.DEAD_LETTER_QUEUE)
                .disableAutoComplete()
                .buildClient()) {
            ServiceBusReceivedMessage two = one(dead);
            assertEquals("two", two.getBody().toString());
            assertEquals("broken", two.getDeadLetterReason());
            assertEquals("it has no price", two.getDeadLetterErrorDescription());
            assertEquals("life", two.getDeadLetterSource());
            dead.complete(two);
        }
    }

    @Test
    void aDeferredMessageIsReceivedByItsNumber() {
        try (ServiceBusSenderClient sender = sender("deferred");
                ServiceBusReceiverClient receiver = receiver("deferred")) {
            sender.sendMessages(List.of(message("later"), message("now")));
            ServiceBusReceivedMessage later = one(receiver);
            receiver.defer(later);
            ServiceBusReceivedMessage now = one(receiver);
            assertEquals("now", now.getBody().toString());
            receiver.complete(now);
            ServiceBusReceivedMessage peeked = receiver.peekMessage();
            assertEquals("later", peeked.getBody().toString());
            assertEquals(ServiceBusMessageState.DEFERRED, peeked.getState());

            ServiceBusReceivedMessage back = receiver.receiveDeferredMessage(later.getSequenceNumber());
            assertEquals("later", back.getBody().toString());
            assertTrue(!receiver.renewMessageLock(back).isBefore(back.getLockedUntil()));
            receiver.complete(back);
            assertEquals(0, receiver.peekMessages(10).stream().count());
        }
    }

    @Test
    void aScheduledMessageIsPeekedAndCancelledByItsNumber() {
        try (ServiceBusSenderClient sender = sender("scheduled");
                ServiceBusReceiverClient receiver = receiver("scheduled")) {
            OffsetDateTime tomorrow = OffsetDateTime.now().plusDays(1);
            long number = sender.scheduleMessage(message("tomorrow"), tomorrow);
            assertEquals(1, number);
            ServiceBusReceivedMessage peeked = receiver.peekMessage(number);
            assertEquals(ServiceBusMessageState.SCHEDULED, peeked.getState());
            assertEquals(
                    tomorrow.toEpochSecond(), peeked.getScheduledEnqueueTime().toEpochSecond());
            sender.cancelScheduledMessage(number);
            long soon =
                    sender.scheduleMessage(message("soon"), OffsetDateTime.now().plusSeconds(1));
            assertEquals(2, soon);
            ServiceBusReceivedMessage received = one(receiver);
            assertEquals("soon", received.getBody().toString());
            receiver.complete(received);
        }
    }

    @Test
    void aSubscriptionGetsWhatItsRulesSay() {
        try (ServiceBusReceiverClient receiver = client().receiver()
                        .topicName("news")
                        .subscriptionName("urgent")
                        .disableAutoComplete()
                        .buildClient();
                ServiceBusRuleManagerClient rules = client().ruleManager()
                        .topicName("news")
                        .subscriptionName("urgent")
                        .buildClient();
                ServiceBusSenderClient sender =
                        client().sender().topicName("news").buildClient()) {
            sender.sendMessage(message("before anybody has subscribed"));
            assertEquals(
                    0,
                    receiver.receiveMessages(1, Duration.ofSeconds(1)).stream().count());
            assertEquals(
                    List.of("$Default"),
                    rules.listRules().stream().map(RuleProperties::getName).toList());
            rules.createRule("hot", new CreateRuleOptions(new SqlRuleFilter("degrees > 30 AND sys.Label = 'weather'")));
            rules.createRule("alarms", new CreateRuleOptions(new CorrelationRuleFilter("alarm")));
            rules.deleteRule("$Default");
            assertThrows(
                    ServiceBusException.class,
                    () -> rules.createRule("broken", new CreateRuleOptions(new SqlRuleFilter("degrees >"))));
            RuleProperties hot = rules.listRules().stream()
                    .filter(rule -> rule.getName().equals("hot"))
                    .findFirst()
                    .orElseThrow();
            assertEquals(
                    "degrees > 30 AND sys.Label = 'weather'", ((SqlRuleFilter) hot.getFilter()).getSqlExpression());

            sender.sendMessage(weather("mild", 20));
            sender.sendMessage(weather("hot", 35));
            sender.sendMessage(message("fire").setCorrelationId("alarm"));
            for (String expected : List.of("hot", "fire")) {
                ServiceBusReceivedMessage received = one(receiver);
                assertEquals(expected, received.getBody().toString());
                receiver.complete(received);
            }
        }
    }

    private static ServiceBusMessage weather(String body, int degrees) {
        ServiceBusMessage message = message(body).setSubject("weather");
        message.getApplicationProperties().put("degrees", degrees);
        return message;
    }

    private static ServiceBusSessionReceiverClient sessions() {
        return client().retryOptions(new AmqpRetryOptions().setMaxRetries(0).setTryTimeout(Duration.ofSeconds(30)))
                .sessionReceiver()
                .queueName("sessions")
                .disableAutoComplete()
                .buildClient();
    }

    @Test
    void sessionsAreAcceptedByNameOrAsTheyAreFreeAndKeepAState() {
        try (ServiceBusSenderClient sender = sender("sessions");
                ServiceBusSessionReceiverClient sessions = sessions();
                ServiceBusSessionReceiverClient others = sessions()) {
            for (String body : List.of("a1", "b1", "a2")) {
                sender.sendMessage(message(body).setSessionId(body.substring(0, 1)));
            }
            byte[] state = "half way".getBytes(StandardCharsets.UTF_8);
            try (ServiceBusReceiverClient a = sessions.acceptSession("a")) {
                assertEquals("a", a.getSessionId());
                for (String body : List.of("a1", "a2")) {
                    ServiceBusReceivedMessage received = one(a);
                    assertEquals(body, received.getBody().toString());
                    assertEquals("a", received.getSessionId());
                    a.complete(received);
                }
                assertNull(a.getSessionState());
                a.setSessionState(state);
                assertTrue(a.renewSessionLock().isAfter(OffsetDateTime.now()));
                // That client has no name of its own for it.
                AmqpException taken = assertThrows(AmqpException.class, () -> others.acceptSession("a"));
                assertTrue(
                        taken.getMessage().startsWith("session 'a' of queue 'sessions' is locked by another receiver"),
                        taken.getMessage());
                try (ServiceBusReceiverClient next = sessions.acceptNextSession()) {
                    assertEquals("b", next.getSessionId());
                    ServiceBusReceivedMessage received = one(next);
                    assertEquals("b1", received.getBody().toString());
                    next.abandon(received);
                    ServiceBusReceivedMessage again = one(next);
                    assertEquals(1, again.getDeliveryCount());
                    next.complete(again);
                }
            }
            // The client closes links later than it says: whoever asks for the next session waits for that.
            sender.sendMessage(message("a3").setSessionId("a"));
            try (ServiceBusReceiverClient a = others.acceptNextSession()) {
                assertEquals("a", a.getSessionId());
                assertArrayEquals(state, a.getSessionState());
                a.setSessionState(null);
                assertNull(a.getSessionState());
            }
        }
    }

    @Test
    void aSubscriptionHasSessionsAndRulesWithActions() {
        try (ServiceBusReceiverClient first = client().receiver()
                .topicName("news")
                .subscriptionName("marked")
                .disableAutoComplete()
                .buildClient()) {
            assertEquals(
                    0, first.receiveMessages(1, Duration.ofSeconds(1)).stream().count());
        }
        try (ServiceBusRuleManagerClient rules = client().ruleManager()
                        .topicName("news")
                        .subscriptionName("marked")
                        .buildClient();
                ServiceBusSessionReceiverClient sessions = client().sessionReceiver()
                        .topicName("news")
                        .subscriptionName("marked")
                        .disableAutoComplete()
                        .buildClient();
                ServiceBusSenderClient sender =
                        client().sender().topicName("news").buildClient()) {
            String action =
                    "SET sys.SessionId = 'hot'; SET above = p('degrees') - 30; SET id = newid(); REMOVE degrees";
            rules.createRule(
                    "hot",
                    new CreateRuleOptions(new SqlRuleFilter("degrees > 30")).setAction(new SqlRuleAction(action)));
            rules.deleteRule("$Default");
            RuleProperties hot = rules.listRules().stream().findFirst().orElseThrow();
            assertEquals(action, ((SqlRuleAction) hot.getAction()).getSqlExpression());
            sender.sendMessage(weather("35", 35));
            try (ServiceBusReceiverClient session = sessions.acceptNextSession()) {
                assertEquals("hot", session.getSessionId());
                ServiceBusReceivedMessage received = one(session);
                assertEquals("35", received.getBody().toString());
                Map<String, Object> properties = received.getApplicationProperties();
                assertEquals(Set.of("above", "id"), properties.keySet());
                assertEquals(5L, properties.get("above"));
                assertInstanceOf(UUID.class, properties.get("id"));
                session.abandon(received);
                ServiceBusReceivedMessage again = one(session);
                assertEquals(properties, again.getApplicationProperties());
                session.complete(again);
            }
        }
    }

    @Test
    void whatIsReceivedAndDeletedIsGone() {
        try (ServiceBusSenderClient sender = sender("gone");
                ServiceBusReceiverClient receiver = client().receiver()
                        .queueName("gone")
                        .receiveMode(ServiceBusReceiveMode.RECEIVE_AND_DELETE)
                        .buildClient()) {
            sender.sendMessage(message("once"));
            assertEquals("once", one(receiver).getBody().toString());
            assertEquals(0, receiver.peekMessages(10).stream().count());
        }
    }
}
