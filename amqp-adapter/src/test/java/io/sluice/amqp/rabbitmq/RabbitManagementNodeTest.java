package io.sluice.amqp.rabbitmq;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.amqp.Access;
import io.sluice.amqp.TokenRenewal;
import io.sluice.amqp.rabbitmq.RabbitCalls.Answer;
import io.sluice.broker.MessageLife.Backoff;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Reply;
import io.sluice.broker.security.Permissions.Action;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.TestShard;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests to {@code /management} against a shard that answers within the call. */
class RabbitManagementNodeTest {
    private final List<String> tokens = new ArrayList<>();
    private ShardMailbox shard;
    private RabbitCalls calls;

    @BeforeEach
    void aShard() {
        shard = TestShard.open();
        calls = new RabbitCalls(new RabbitManagementNode(
                address -> shard,
                QueueDefinition::named,
                () -> "amq.gen-1",
                new BrokerNode("n1", "/", () -> List.of("n1", "n2", "n3"))));
    }

    private static Map<String, Object> queue(Object... arguments) {
        Map<String, Object> given = new HashMap<>();
        for (int i = 0; i < arguments.length; i += 2) {
            given.put((String) arguments[i], arguments[i + 1]);
        }
        return new HashMap<>(Map.of("durable", true, "exclusive", false, "auto_delete", false, "arguments", given));
    }

    private QueueDefinition definition(String name) {
        List<QueueStatus> found = new ArrayList<>();
        shard.describe(name, () -> {}, new Reply<>() {
            @Override
            public void done(QueueStatus status) {
                found.add(status);
            }

            @Override
            public void refused(Refusal refusal) {
                throw new AssertionError(refusal);
            }
        });
        return found.get(0).definition();
    }

    @Test
    void aQueueIsCreatedOnceAndThenThere() {
        Answer created = calls.ask("PUT", "/queues/a%2Fb", queue("x-queue-type", "quorum", "x-max-length", 5));
        assertEquals("201", created.status());
        Answer again = calls.ask("PUT", "/queues/a%2Fb", queue("x-queue-type", "quorum", "x-max-length", 5L));
        assertEquals("200", again.status());
        Map<?, ?> map = calls.ask("GET", "/queues/a%2Fb", null).map();
        assertEquals("a/b", map.get("name"));
        assertEquals("/", map.get("vhost"));
        assertEquals("quorum", map.get("type"));
        assertEquals(true, map.get("durable"));
        assertEquals(false, map.get("auto_delete"));
        assertEquals(false, map.get("exclusive"));
        assertEquals(Map.of("x-queue-type", "quorum", "x-max-length", 5L), map.get("arguments"));
        assertEquals("n1", map.get("leader"));
        assertArrayEquals(new String[] {"n1", "n2", "n3"}, (String[]) map.get("replicas"));
        assertEquals(UnsignedLong.ZERO, map.get("message_count"));
        assertEquals(UnsignedInteger.ZERO, map.get("consumer_count"));
        assertEquals("200", calls.ask("DELETE", "/queues/a%2Fb/messages", null).status());
        Answer deleted = calls.ask("DELETE", "/queues/a%2Fb", null);
        assertEquals(Map.of("message_count", UnsignedLong.ZERO), deleted.body());
        assertEquals("404", calls.ask("GET", "/queues/a%2Fb", null).status());
        // As RabbitMQ has it: what is to be gone is gone.
        assertEquals("200", calls.ask("DELETE", "/queues/a%2Fb", null).status());
    }

    @Test
    void whatIsNotThereIsNamedInTheWordsThatClientsLookFor() {
        assertEquals(new Answer("404", "no queue 'q' in vhost '/'"), calls.ask("GET", "/queues/q", null));
        assertEquals(new Answer("404", "no queue 'q' in vhost '/'"), calls.ask("DELETE", "/queues/q/messages", null));
    }

    @Test
    void aQueueMayBeGivenItsName() {
        assertEquals("amq.gen-1", calls.ask("POST", "/queues", queue()).map().get("name"));
    }

    @Test
    void argumentsBecomeSettings() {
        calls.ask(
                "PUT",
                "/queues/q",
                queue(
                        "x-max-length", 5,
                        "x-max-length-bytes", UnsignedInteger.valueOf(1000),
                        "x-message-ttl", 0,
                        "x-expires", 60_000,
                        "x-dead-letter-exchange", "",
                        "x-delivery-limit", 3,
                        "x-single-active-consumer", true,
                        "x-consumer-timeout", 9_000,
                        "x-delayed-retry-type", "failed",
                        "x-delayed-retry-min", 100,
                        "x-delayed-retry-max", 700));
        QueueDefinition is = definition("q");
        assertEquals(new QueueDefinition.Limits(5, 1000, QueueDefinition.Overflow.DROP_HEAD, 1), is.limits());
        assertEquals(new QueueDefinition.DeadLetter(Optional.of("q"), Optional.of("q"), 4), is.deadLetter());
        assertEquals(60_000, is.expiry().idleMillis());
        assertTrue(is.dispatching().singleActiveConsumer());
        assertEquals(9_000, is.dispatching().lockMillis());
        assertEquals(300, is.life().backoff().waitMillis(3, 1, 1));
        assertEquals(700, is.life().backoff().waitMillis(9, 1, 1));
    }

    @ParameterizedTest
    @CsvSource({"failed, 100, 0", "returned, 0, 100", "all, 100, 100", "disabled, 0, 0"})
    void ofThoseThatComeBackTheTypeOfRetrySaysWhichWait(String type, long failed, long returned) {
        calls.ask("PUT", "/queues/q", queue("x-delayed-retry-type", type, "x-delayed-retry-min", 100));
        Backoff backoff = definition("q").life().backoff();
        assertEquals(failed, backoff.waitMillis(true, 1, 1, 1));
        assertEquals(failed, backoff.waitMillis(true, 7, 1, 1), "without a longest wait it is the first");
        assertEquals(returned, backoff.waitMillis(false, 0, 1, 1));
    }

    @ParameterizedTest
    @CsvSource({"quorum, , 21", "quorum, -1, 0", "quorum, 0, 1", "quorum, 5, 6", "classic, , 0", ", , 0"})
    void aQuorumQueueHasALimitOfDeliveriesUnlessItSaysNone(String type, Integer limit, int deliveries) {
        Map<String, Object> asked = queue("x-queue-type", type, "x-delivery-limit", limit);
        assertEquals("201", calls.ask("PUT", "/queues/q", asked).status());
        assertEquals(deliveries, definition("q").deadLetter().maxDeliveries());
        assertEquals("200", calls.ask("PUT", "/queues/q", asked).status());
    }

    @Test
    void whatAFullQueueRefusesMayBeADeadLetter() {
        calls.ask(
                "PUT",
                "/queues/q",
                queue("x-queue-type", "classic", "x-max-length", 5, "x-overflow", "reject-publish-dlx"));
        assertEquals(
                QueueDefinition.Overflow.REJECT_DEAD_LETTER,
                definition("q").limits().overflow());
        assertEquals(
                new Answer("400", "argument 'x-overflow': reject-publish-dlx is of classic queues"),
                calls.ask("PUT", "/queues/r", queue("x-queue-type", "quorum", "x-overflow", "reject-publish-dlx")));
    }

    @ParameterizedTest
    @CsvSource({"classic, , FIFO", "classic, 10, STRICT", "classic, 0, FIFO", "quorum, , STRICT", ", , STRICT"})
    void theTypeSaysWhetherPrioritiesCount(String type, Integer priorities, String service) {
        calls.ask("PUT", "/queues/q", queue("x-queue-type", type, "x-max-priority", priorities));
        assertEquals(
                service.equals("FIFO") ? QueueDefinition.Service.FIFO : QueueDefinition.Service.STRICT,
                definition("q").service());
    }

    @ParameterizedTest
    @CsvSource({
        "x-max-length, 6, inequivalent arg 'x-max-length' for queue 'q' in vhost '/': received the value '6' but"
                + " current is the value '5'",
        "x-overflow, reject-publish, inequivalent arg 'x-overflow' for queue 'q' in vhost '/': received the value"
                + " 'reject-publish' but current is the value 'drop-head'",
        "x-queue-type, quorum, inequivalent arg 'x-queue-type' for queue 'q' in vhost '/': received the value"
                + " 'quorum' but current is the value 'classic'"
    })
    void anotherArgumentIsAConflict(String name, String value, String text) {
        calls.ask("PUT", "/queues/q", queue("x-max-length", 5));
        Map<String, Object> other = name.equals("x-max-length")
                ? queue(name, number(value))
                : queue("x-max-length", 5, name, number(value));
        assertEquals(new Answer("409", text), calls.ask("PUT", "/queues/q", other));
        assertEquals(5, definition("q").limits().maxMessages());
    }

    private static Object number(String text) {
        return text.matches("-?[0-9]+") ? (Object) Long.valueOf(text) : text;
    }

    @Test
    void anotherFieldIsAConflictAndHintsAreNot() {
        calls.ask("PUT", "/queues/q", queue("x-queue-leader-locator", "balanced"));
        assertEquals(
                "200",
                calls.ask("PUT", "/queues/q", queue("x-queue-leader-locator", "client-local"))
                        .status());
        Map<String, Object> other = queue();
        other.put("auto_delete", true);
        assertEquals(
                new Answer(
                        "409",
                        "inequivalent arg 'auto_delete' for queue 'q' in vhost '/': received the value 'true' but"
                                + " current is the value 'false'"),
                calls.ask("PUT", "/queues/q", other));
    }

    @Test
    void aQueueThatWasDeclaredOtherwiseIsTheSameWhenItIs() {
        shard.declare(QueueDefinition.named("q"), () -> {}, new Reply<>() {
            @Override
            public void done(QueueStatus status) {}

            @Override
            public void refused(Refusal refusal) {
                throw new AssertionError(refusal);
            }
        });
        assertEquals("200", calls.ask("PUT", "/queues/q", queue()).status());
        assertEquals(
                "200",
                calls.ask("PUT", "/queues/q", queue("x-queue-type", "quorum")).status());
        assertEquals(
                "409", calls.ask("PUT", "/queues/q", queue("x-max-length", 5)).status());
        assertEquals(Map.of(), calls.ask("GET", "/queues/q", null).map().get("arguments"));
    }

    @ParameterizedTest
    @CsvSource({
        "x-max-lenght, 5, argument 'x-max-lenght' of a queue is not known here",
        "x-max-length, 0, 'argument ''x-max-length'' is 1 or more, not 0'",
        "x-max-length, five, argument 'x-max-length' is no whole number",
        "x-max-priority, 256, 'argument ''x-max-priority'' is 0 to 255, not 256'",
        "x-overflow, block, 'argument ''x-overflow'' is drop-head or reject-publish or reject-publish-dlx, not"
                + " ''block'''",
        "x-delayed-retry-type, always, 'is all or disabled or failed or returned, not ''always'''",
        "x-queue-type, stream, there are no streams here",
        "x-queue-type, 7, argument 'x-queue-type' is no string",
        "x-single-active-consumer, 1, argument 'x-single-active-consumer' is neither true nor false",
        "x-dead-letter-routing-key, k, means nothing without 'x-dead-letter-exchange'",
        "x-delayed-retry-type, failed, needs 'x-delayed-retry-min'",
        "x-delayed-retry-min, 5, mean nothing without 'x-delayed-retry-type'"
    })
    void anArgumentThatCannotBeIsABadRequest(String name, String value, String text) {
        Answer refused = calls.ask("PUT", "/queues/q", queue(name, number(value)));
        assertEquals("400", refused.status());
        assertTrue(refused.body().toString().contains(text), refused.body().toString());
        assertEquals("404", calls.ask("GET", "/queues/q", null).status());
    }

    @Test
    void bodiesThatCannotBeAreBadRequests() {
        assertEquals(new Answer("400", "the body is no map"), calls.ask("PUT", "/queues/q", "text"));
        assertEquals(
                new Answer("400", "a queue has no field 'durabel'"),
                calls.ask("PUT", "/queues/q", Map.of("durabel", true)));
        assertEquals(
                new Answer("400", "field 'durable' is neither true nor false"),
                calls.ask("PUT", "/queues/q", Map.of("durable", 1)));
        assertEquals(
                new Answer("400", "a quorum queue is durable and not exclusive"),
                calls.ask("PUT", "/queues/q", Map.of("durable", false, "arguments", Map.of("x-queue-type", "quorum"))));
        assertEquals("400", calls.ask("PUT", "/queues/$q", queue()).status());
        assertEquals(
                "400", calls.ask("PUT", "/queues/" + "q".repeat(256), queue()).status());
    }

    @Test
    void whoMayNotManageTheQueueIsRefused() {
        Access nobody = (action, address) ->
                Optional.of(Refusal.of(Refusal.Kind.UNAUTHORIZED, "may not " + action + " '" + address + "'"));
        Answer refused = calls.ask("PUT", "/queues/a%2Fb", queue(), nobody);
        assertEquals(new Answer("403", "may not MANAGE 'a/b'"), refused);
        assertEquals("403", calls.ask("DELETE", "/queues/q", null, nobody).status());
        assertEquals(
                "403", calls.ask("DELETE", "/queues/q/messages", null, nobody).status());
    }

    @Test
    void whatGoesOnByItselfItsDeclarerMightSend() {
        Access mine = (action, address) -> address.startsWith("mine")
                ? Optional.empty()
                : Optional.of(Refusal.of(Refusal.Kind.UNAUTHORIZED, "may not " + action + " '" + address + "'"));
        assertEquals(
                new Answer("403", "may not SEND 'others'"),
                calls.ask("PUT", "/queues/mine", queue("x-dead-letter-exchange", "others"), mine));
        assertEquals(
                new Answer("403", "may not SEND 'others'"),
                calls.ask(
                        "PUT",
                        "/queues/mine",
                        queue("x-dead-letter-exchange", "", "x-dead-letter-routing-key", "others"),
                        mine));
        assertEquals(
                "201",
                calls.ask("PUT", "/queues/mine", queue("x-dead-letter-exchange", "mine.dead"), mine)
                        .status());
        assertEquals(
                new Answer("403", "may not SEND 'others'"),
                calls.ask(
                        "PUT",
                        "/exchanges/mine",
                        Map.of("type", "fanout", "arguments", Map.of("alternate-exchange", "others")),
                        mine));
    }

    @Test
    void namesOfTheBrokersOwnAreNotToBeHad() {
        assertEquals(
                new Answer("403", "queue 'amq.mine' in vhost '/' starts with reserved prefix 'amq.'"),
                calls.ask("PUT", "/queues/amq.mine", queue()));
        assertEquals("201", calls.ask("POST", "/queues", queue()).status());
    }

    @Test
    void inAQueryAPlusIsASpace() {
        calls.ask("PUT", "/exchanges/x", exchange("direct"));
        calls.ask("PUT", "/queues/q", queue());
        calls.ask("POST", "/bindings", binding("queue", "q", "a b", Map.of()));
        calls.ask("POST", "/bindings", binding("queue", "q", "a+b", Map.of()));
        for (String[] written : new String[][] {{"a+b", "a b"}, {"a%20b", "a b"}, {"a%2Bb", "a+b"}}) {
            List<?> found = (List<?>) calls.ask("GET", "/bindings?src=x&dstq=q&key=" + written[0], null)
                    .body();
            assertEquals(1, found.size(), written[0]);
            assertEquals(written[1], ((Map<?, ?>) found.get(0)).get("binding_key"));
        }
    }

    @Test
    void tokensGoToTheConnection() {
        Access byToken = new Access() {
            @Override
            public Optional<Refusal> refusal(Action action, String address) {
                return Optional.empty();
            }

            @Override
            public TokenRenewal tokens() {
                return token -> {
                    tokens.add(token);
                    return token.equals("bad")
                            ? Optional.of(Refusal.of(Refusal.Kind.UNAUTHORIZED, "the token is bad"))
                            : Optional.empty();
                };
            }
        };
        assertEquals(
                "204",
                calls.ask("PUT", "/auth/tokens", new Binary("good".getBytes(StandardCharsets.UTF_8)), byToken)
                        .status());
        assertEquals(
                new Answer("403", "the token is bad"),
                calls.ask("PUT", "/auth/tokens", new Binary("bad".getBytes(StandardCharsets.UTF_8)), byToken));
        assertEquals(List.of("good", "bad"), tokens);
        assertEquals("400", calls.ask("PUT", "/auth/tokens", "text", byToken).status());
        assertEquals(
                "409",
                calls.ask("PUT", "/auth/tokens", new Binary(new byte[] {1})).status());
    }

    @Test
    void deadLettersGoThroughAnExchange() {
        calls.ask("PUT", "/queues/q", queue("x-dead-letter-exchange", "dlx"));
        assertEquals(
                new QueueDefinition.DeadLetter(Optional.empty(), Optional.empty(), 0, Optional.of("dlx"), ""),
                definition("q").deadLetter());
        calls.ask("PUT", "/queues/r", queue("x-dead-letter-exchange", "dlx", "x-dead-letter-routing-key", "k"));
        assertEquals("k", definition("r").deadLetter().routingKey());
    }

    private static Map<String, Object> exchange(String type) {
        return Map.of("type", type, "durable", true, "auto_delete", false, "internal", false, "arguments", Map.of());
    }

    private static Map<String, Object> binding(String to, String name, String key, Map<String, Object> arguments) {
        return Map.of("source", "x", "binding_key", key, "arguments", arguments, "destination_" + to, name);
    }

    @Test
    void exchangesAreDeclaredAndDeleted() {
        assertEquals(new Answer("204", null), calls.ask("PUT", "/exchanges/a%2Fb", exchange("topic")));
        assertEquals(
                "204", calls.ask("PUT", "/exchanges/a%2Fb", exchange("topic")).status());
        Answer other = calls.ask("PUT", "/exchanges/a%2Fb", exchange("fanout"));
        assertEquals(
                new Answer("409", "exchange 'a/b' exists with another type: it is topic, asked for was fanout"), other);
        Answer unknown = calls.ask("PUT", "/exchanges/y", exchange("x-random"));
        assertEquals(
                new Answer("400", "an exchange is of type direct, fanout, headers or topic, not 'x-random'"), unknown);
        assertEquals(
                "400",
                calls.ask("PUT", "/exchanges/y", Map.of("durable", false)).status());
        assertEquals(
                "400", calls.ask("PUT", "/exchanges/y", Map.of("kind", "topic")).status());
        assertEquals(
                "403",
                calls.ask("PUT", "/exchanges/amq.mine", exchange("topic")).status());
        assertEquals(
                "204",
                calls.ask("PUT", "/exchanges/amq.topic", exchange("topic")).status());
        assertEquals("204", calls.ask("DELETE", "/exchanges/a%2Fb", null).status());
        assertEquals("204", calls.ask("DELETE", "/exchanges/a%2Fb", null).status());
    }

    @Test
    void bindingsComeAndGo() {
        calls.ask("PUT", "/exchanges/x", exchange("headers"));
        calls.ask("PUT", "/exchanges/y", exchange("topic"));
        calls.ask("PUT", "/queues/a%2Fb", queue());
        Map<String, Object> match = Map.of("x-match", "all", "colour", "red", "size", 7);
        assertEquals(
                "204",
                calls.ask("POST", "/bindings", binding("queue", "a/b", "k;1", match))
                        .status());
        assertEquals(
                "204",
                calls.ask("POST", "/bindings", binding("queue", "a/b", "k;1", match))
                        .status());
        calls.ask("POST", "/bindings", binding("queue", "a/b", "", Map.of()));
        calls.ask("POST", "/bindings", binding("exchange", "y", "", Map.of()));
        List<?> bound = (List<?>)
                calls.ask("GET", "/bindings?src=x&dstq=a%2Fb&key=k%3B1", null).body();
        assertEquals(1, bound.size());
        Map<?, ?> one = (Map<?, ?>) bound.get(0);
        assertEquals("x", one.get("source"));
        assertEquals("a/b", one.get("destination_queue"));
        assertEquals("k;1", one.get("binding_key"));
        assertEquals(match, one.get("arguments"));
        assertEquals(
                2,
                ((List<?>) calls.ask("GET", "/bindings?src=x&dstq=a%2Fb", null).body()).size());
        assertEquals(
                1, ((List<?>) calls.ask("GET", "/bindings?src=x&dste=y", null).body()).size());
        // Without arguments the client writes the path itself.
        assertEquals(
                "204",
                calls.ask("DELETE", "/bindings/src=x;dstq=a%2Fb;key=;args=", null)
                        .status());
        assertEquals(
                "204", calls.ask("DELETE", (String) one.get("location"), null).status());
        assertEquals(
                "204", calls.ask("DELETE", (String) one.get("location"), null).status());
        assertEquals(
                List.of(), calls.ask("GET", "/bindings?src=x&dstq=a%2Fb", null).body());
        assertEquals(
                1, ((List<?>) calls.ask("GET", "/bindings?src=x&dste=y", null).body()).size());
    }

    @Test
    void whatCannotBeBoundIsSaid() {
        calls.ask("PUT", "/exchanges/x", exchange("direct"));
        assertEquals(
                "404",
                calls.ask("POST", "/bindings", binding("queue", "none", "", Map.of()))
                        .status());
        assertEquals(
                "404",
                calls.ask("POST", "/bindings", binding("exchange", "none", "", Map.of()))
                        .status());
        assertEquals(
                "400", calls.ask("POST", "/bindings", Map.of("source", "x")).status());
        assertEquals(
                "400",
                calls.ask("POST", "/bindings", Map.of("destination_queue", "q")).status());
        assertEquals("400", calls.ask("GET", "/bindings?src=x", null).status());
        assertEquals(
                "400",
                calls.ask("GET", "/bindings?src=x&dstq=q&colour=red", null).status());
        assertEquals("400", calls.ask("DELETE", "/bindings/src=x;dstq=q", null).status());
        assertEquals("400", calls.ask("DELETE", "/bindings/x", null).status());
        Access onlySource = (action, address) -> address.equals("x")
                ? Optional.empty()
                : Optional.of(Refusal.of(Refusal.Kind.UNAUTHORIZED, "not '" + address + "'"));
        calls.ask("PUT", "/queues/q", queue());
        assertEquals(
                new Answer("403", "not 'q'"),
                calls.ask("POST", "/bindings", binding("queue", "q", "", Map.of()), onlySource));
    }

    @Test
    void whatIsNoRequestIsABadOne() {
        org.apache.qpid.proton.message.Message nothing = org.apache.qpid.proton.message.Message.Factory.create();
        org.apache.qpid.proton.message.Message reply = calls.send(nothing, Access.ALL);
        assertEquals("400", reply.getSubject());
        assertEquals("400", calls.ask("GET", "queues/q", null).status());
        assertEquals("400", calls.ask("GET", "/queues/%zz", null).status());
        assertEquals("405", calls.ask("PATCH", "/queues/q", null).status());
    }
}
