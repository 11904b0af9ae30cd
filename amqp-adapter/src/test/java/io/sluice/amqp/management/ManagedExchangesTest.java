package io.sluice.amqp.management;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.amqp.Access;
import io.sluice.amqp.ConnectionRegistry;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import io.sluice.broker.shard.TestShard;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The entity types {@code exchange} and {@code binding}. */
class ManagedExchangesTest {
    private ManagementCalls calls;

    @BeforeEach
    void start() {
        Queues queues = Queues.in(TestShard.open());
        calls = new ManagementCalls(
                new ManagementNode(queues, QueueDefinition::named, new ConnectionRegistry()), () -> {});
        calls.ask(Map.of("operation", "CREATE", "type", "queue", "name", "q"), Map.of())
                .is(201, "Created");
    }

    private ManagementCalls.Reply exchange(String operation, String name, Map<String, ?> body) {
        return calls.ask(Map.of("operation", operation, "type", "exchange", "name", name), body);
    }

    private ManagementCalls.Reply binding(String operation, Map<String, ?> body) {
        return calls.ask(Map.of("operation", operation, "type", "binding"), body);
    }

    private List<Map<String, Object>> all(String type) {
        return calls.ask("QUERY", type, "entityType", type).ok().rows();
    }

    private String explained(String exchange, Map<String, ?> body) {
        Map<?, ?> why = exchange("EXPLAIN", exchange, body).ok().body();
        StringBuilder all = new StringBuilder(why.get("reason") + " " + why.get("queues"));
        for (Object step : (List<?>) why.get("steps")) {
            all.append("\n")
                    .append(((Map<?, ?>) step).get("reason"))
                    .append(": ")
                    .append(((Map<?, ?>) step).get("text"));
        }
        return all.toString();
    }

    @Test
    void whereAMessageWouldGoIsExplained() {
        exchange("CREATE", "t", Map.of("kind", "topic", "alternateExchange", "h"))
                .is(201, "Created");
        exchange("CREATE", "h", Map.of("kind", "headers", "alternateExchange", "none"))
                .is(201, "Created");
        binding("CREATE", Map.of("source", "t", "destinationType", "queue", "destination", "q", "key", "a.*"))
                .is(201, "Created");
        assertEquals("""
                arrives [q]
                bound: exchange 't' gives it to queue 'q', bound with 'a.*'
                arrives: it comes to queue 'q'""", explained("t", Map.of("routingKey", "a.b")));
        assertEquals("""
                unroutable []
                no-binding-matches: of the 1 bindings of exchange 't' none matches: 'a.*'
                alternate-exchange: exchange 't' gives it to its alternate exchange 'h'
                no-bindings: exchange 'h' gives to nobody: nothing is bound to it
                no-such-exchange: exchange 'h' has an alternate exchange 'none' that is not there""", explained("t", Map.of("routingKey", "b")));
        Map<String, Object> one = Map.of("source", "h", "destination", "q", "arguments", Map.of("n", 1L));
        binding("CREATE", one).is(201, "Created");
        assertEquals(
                "arrives [q]",
                explained("h", Map.of("headers", Map.of("n", 1)))
                        .lines()
                        .findFirst()
                        .get());
        assertEquals(
                "unroutable []",
                explained("h", Map.of("headers", Map.of("n", 2)))
                        .lines()
                        .findFirst()
                        .get());
        assertEquals(
                "arrives [q]",
                explained("", Map.of("routingKey", "q")).lines().findFirst().get());
        assertEquals("""
                unroutable []
                no-such-queue: exchange '' has no queue of the name that its routing key is, 'x'""", explained("", Map.of("routingKey", "x")));
        assertEquals("no-such-exchange []", explained("x", Map.of()));
        exchange("EXPLAIN", "t", Map.of("headers", 1)).is(400, "attribute 'headers' is no map");

        calls.ask(Map.of("operation", "CREATE", "type", "divert", "name", "d"), Map.of("pattern", "q", "to", "r"))
                .is(201, "Created");
        Map<?, ?> diverted = calls.ask(
                        Map.of("operation", "EXPLAIN", "type", "divert", "name", "d"), Map.of("address", "q"))
                .ok()
                .body();
        assertEquals(
                List.of("diverted", "made", "arrives"),
                ((List<?>) diverted.get("steps"))
                        .stream().map(step -> ((Map<?, ?>) step).get("reason")).toList());
        calls.ask(Map.of("operation", "EXPLAIN", "type", "divert", "name", "d"), Map.of("address", "z"))
                .is(400, "attribute 'address' is a queue that pattern q matches, not 'z'");
    }

    @Test
    void anExchangeIsCreatedReadListedAndDeleted() {
        Map<String, ?> body = Map.of("kind", "topic", "autoDelete", true, "alternateExchange", "other");
        exchange("CREATE", "e", body).is(201, "Created");
        exchange("CREATE", "e", body).is(201, "Created");
        exchange("CREATE", "e", Map.of("kind", "direct"))
                .is(409, "exchange 'e' exists with another type: it is topic, asked for was direct");
        Map<?, ?> is = exchange("READ", "e", null).ok().body();
        assertEquals("topic", is.get("kind"));
        assertEquals(true, is.get("autoDelete"));
        assertEquals(false, is.get("internal"));
        assertEquals("other", is.get("alternateExchange"));
        assertEquals(0, is.get("bindings"));
        assertEquals(
                List.of("", "amq.direct", "amq.fanout", "amq.headers", "amq.match", "amq.topic", "e"),
                all("exchange").stream().map(row -> row.get("name")).toList());
        exchange("DELETE", "e", null).is(204, "No Content");
        exchange("READ", "e", null).is(404, "there is no exchange 'e'");
    }

    @Test
    void whatIsNoExchangeIsRefused() {
        exchange("CREATE", "e", Map.of()).is(400, "attribute 'kind' is missing: direct, fanout, headers or topic");
        exchange("CREATE", "e", Map.of("kind", "round"))
                .is(400, "an exchange is of type direct, fanout, headers or topic, not 'round'");
        exchange("CREATE", "e", Map.of("kind", "topic", "arguments", Map.of("a", List.of(1))))
                .is(400, "argument 'a' is a ArrayList, not a text, a number or true or false");
        exchange("CREATE", "$e", Map.of("kind", "topic")).is(400, "names that begin with $ are the broker's own");
        exchange("DELETE", "amq.topic", null)
                .is(403, "exchange 'amq.topic' cannot be deleted: its name is the broker's");
    }

    @Test
    void aBindingIsMadeReadListedAndEnded() {
        exchange("CREATE", "e", Map.of("kind", "headers")).is(201, "Created");
        Map<String, ?> toQueue =
                Map.of("source", "e", "destination", "q", "key", "a/b", "arguments", Map.of("x-match", "any", "n", 1));
        String identity = (String) binding("CREATE", toQueue).body().get("identity");
        assertEquals("e/queue/q/a%2Fb/n=L1/x-match=Sany", identity);
        binding("CREATE", Map.of("source", "e", "destination", "amq.fanout", "destinationType", "exchange"))
                .is(201, "Created");
        assertEquals(
                List.of(identity, "e/exchange/amq.fanout/"),
                all("binding").stream().map(row -> row.get("identity")).toList());
        assertEquals("a/b", binding("READ", toQueue).ok().body().get("key"));
        assertEquals(
                Map.of("x-match", "any", "n", 1L),
                calls.ask("READ", "binding", "identity", identity).ok().body().get("arguments"));
        exchange("DELETE", "e", Map.of("ifUnused", true)).is(409, "exchange 'e' is not deleted: it has 2 bindings");
        calls.ask("DELETE", "binding", "identity", identity).is(204, "No Content");
        binding("DELETE", toQueue).is(404, "there is no binding '" + identity + "'");
        assertEquals(1, all("binding").size());
    }

    @Test
    void whatIsNoBindingIsRefused() {
        binding("CREATE", Map.of("source", "amq.topic")).is(400, "attribute 'destination' is missing");
        binding("CREATE", Map.of("source", "amq.topic", "destination", "q", "destinationType", "topic"))
                .is(400, "attribute 'destinationType' is queue or exchange, not 'topic'");
        binding("CREATE", Map.of("source", "amq.topic", "destination", "x")).is(404, "there is no queue 'x'");
        calls.ask("READ", "binding", "identity", "e").is(400, "'e' is not the identity of a binding");
        binding("CREATE", Map.of("source", "amq.headers", "destination", "q", "arguments", Map.of("x-match", 1)))
                .is(400, "argument 'x-match' is one of all, any, all-with-x, any-with-x, not '1'");
    }

    @Test
    void aBindingIsForThoseWhoMayManageBothEnds() throws ManagementException {
        Access ofE = (action, address) -> address.equals("e")
                ? Optional.empty()
                : Optional.of(Refusal.of(Refusal.Kind.UNAUTHORIZED, "not " + address));
        assertEquals("not q", refusal(ofE, "binding", Map.of("source", "e", "destination", "q")));
        assertEquals("not f", refusal(ofE, "binding", Map.of("source", "f", "destination", "e")));
        assertEquals("", refusal(ofE, "binding", Map.of("source", "e", "destination", "e")));
        assertEquals("", refusal(ofE, "exchange", Map.of("name", "e")));
        assertEquals("not f", refusal(ofE, "exchange", Map.of("name", "f")));
    }

    private static String refusal(Access access, String type, Map<String, String> arguments)
            throws ManagementException {
        try {
            ManagementAccess.check(request(type, arguments), access);
            return "";
        } catch (ManagementException e) {
            assertEquals(Status.FORBIDDEN, e.status());
            return e.getMessage();
        }
    }

    private static ManagementRequest request(String type, Map<String, String> arguments) throws ManagementException {
        java.util.Map<String, Object> properties = new java.util.HashMap<>(arguments);
        properties.put("operation", "CREATE");
        properties.put("type", type);
        org.apache.qpid.proton.message.Message request = ManagementCalls.request(properties, Map.of());
        byte[] buffer = new byte[1 << 16];
        int length = request.encode(buffer, 0, buffer.length);
        try {
            return ManagementRequest.parse(
                    io.sluice.amqp.message.IncomingMessage.parse(java.util.Arrays.copyOf(buffer, length), 0));
        } catch (io.sluice.amqp.message.MalformedMessageException e) {
            throw new AssertionError(e);
        }
    }
}
