package io.sluice.amqp.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.amqp.ConnectionRegistry;
import io.sluice.amqp.management.ManagementCalls.Reply;
import io.sluice.amqp.message.IncomingMessage;
import io.sluice.amqp.message.MalformedMessageException;
import io.sluice.broker.ExchangeDefinition;
import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.TestShard;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** AMQP Management against a shard that answers within the call. */
class ManagementNodeTest {
    private ManagementNode node;
    private ManagementCalls calls;

    @BeforeEach
    void twoShards() {
        ShardMailbox first = shard();
        ShardMailbox second = shard();
        Queues queues = new Queues(name -> name.compareTo("m") < 0 ? first : second, List.of(first, second));
        node = new ManagementNode(
                queues, name -> QueueDefinition.named(name).withDurable(false), new ConnectionRegistry());
        calls = new ManagementCalls(node, () -> {});
    }

    private static ShardMailbox shard() {
        return TestShard.open();
    }

    @Test
    void aLifeOfAQueue() {
        Map<String, Object> arguments = new HashMap<>();
        arguments.put("durable", true);
        arguments.put("kind", "fifo");
        arguments.put("maxMessages", UnsignedInteger.valueOf(5));
        arguments.put("overflow", "drop-head");
        arguments.put("deadLetterQueue", "dead");
        arguments.put("maxDeliveries", 3);
        Reply created = ask(Map.of("operation", "CREATE", "type", "queue", "name", "jobs"), arguments);
        created.is(201, "Created");
        assertEquals("jobs", created.body().get("name"));
        assertEquals("fifo", created.body().get("kind"));
        assertEquals(5L, created.body().get("maxMessages"));
        assertNull(created.body().get("maxBytes"));

        Reply read = ask(Map.of("operation", "READ", "type", "queue", "name", "jobs"), null);
        read.is(200, "OK");
        Map<Object, Object> withoutOrigins = new java.util.LinkedHashMap<>(read.body());
        withoutOrigins.remove("origins");
        assertEquals(created.body(), withoutOrigins);
        assertEquals("dead", read.body().get("deadLetterQueue"));
        assertEquals(0L, read.body().get("messages"));
        assertNull(read.body().get("messagesByPriority"), "it has no order by priority");
        assertEquals(0, read.body().get("consumers"));

        Reply purged = ask(Map.of("operation", "PURGE", "type", "queue", "name", "jobs"), null);
        purged.is(200, "OK");
        assertEquals(Map.of("messages", 0L), purged.body());

        ask(Map.of("operation", "DELETE", "type", "queue", "identity", "jobs"), null)
                .is(204, "No Content");
        ask(Map.of("operation", "READ", "type", "queue", "name", "jobs"), null).is(404, "there is no queue 'jobs'");
    }

    /** JMS clients have arguments in the body, as other operations take them. */
    @Test
    void theConditionsOfADeleteMayBeInTheBody() {
        ask(Map.of("operation", "CREATE", "type", "queue", "name", "full"), null)
                .is(201, "Created");
        Map<String, String> delete = Map.of("operation", "DELETE", "type", "queue", "name", "full");
        ask(delete, Map.of("ifEmpty", "true")).is(400, "argument 'ifEmpty' is no boolean");
        ask(delete, Map.of("ifEmpty", true, "ifUnused", true)).is(400, "of ifUnused and ifEmpty one can be asked for");
        ask(Map.of("operation", "READ", "type", "queue", "name", "full"), null).ok();
        ask(delete, Map.of("ifEmpty", true)).is(204, "No Content");
    }

    @Test
    void whenAQueueIsDeletedByItselfIsAskedForReadBackAndChanged() {
        Map<String, String> create = Map.of("operation", "CREATE", "type", "queue", "name", "short");
        Reply created = ask(create, Map.of("autoDelete", true, "idleExpiryMillis", 60_000));
        created.is(201, "Created");
        assertEquals(true, created.body().get("autoDelete"));
        assertEquals(60_000L, created.body().get("idleExpiryMillis"));
        Reply other = ask(create, Map.of("autoDelete", true));
        assertEquals(409, other.properties().get("statusCode"));
        Map<String, Object> changes = new HashMap<>();
        changes.put("idleExpiryMillis", null);
        changes.put("autoDelete", false);
        Map<String, String> update = Map.of("operation", "UPDATE", "type", "queue", "name", "short");
        Reply changed = ask(update, changes);
        changed.ok();
        assertEquals(false, changed.body().get("autoDelete"));
        assertNull(changed.body().get("idleExpiryMillis"));
        ask(update, Map.of("idleExpiryMillis", 0)).is(400, "idleExpiryMillis is 1 or more, not 0");
        ask(update, Map.of("autoDelete", "yes")).is(400, "attribute 'autoDelete' is no boolean");
    }

    @Test
    void whatBecomesOfMessagesIsAskedForAndReadBack() {
        Map<String, Object> all = new HashMap<>();
        all.put("retryBackoff", "exponential");
        all.put("retryDelayMillis", 100);
        all.put("retryMultiplierPercent", 150);
        all.put("retryMaxDelayMillis", 5_000L);
        all.put("retryJitterPercent", 10);
        all.put("retryOn", "returned");
        all.put("maxAcquisitions", 7);
        all.put("undeliverableMillis", 60_000);
        all.put("acknowledgedQueue", "done");
        all.put("lastValue", true);
        all.put("lastValueKeys", 50);
        all.put("lastValueProperty", "symbol");
        all.put("stampMessages", true);
        Map<String, String> create = Map.of("operation", "CREATE", "type", "queue", "name", "life");
        Reply created = ask(create, all);
        created.is(201, "Created");
        all.forEach((name, value) -> {
            Object is = created.body().get(name);
            assertEquals(
                    value instanceof Number number ? number.longValue() : value,
                    is instanceof Number number ? (Object) number.longValue() : is,
                    name);
        });

        Reply plain = ask(Map.of("operation", "CREATE", "type", "queue", "name", "plain"), Map.of());
        assertEquals("none", plain.body().get("retryBackoff"));
        assertNull(plain.body().get("retryDelayMillis"));
        assertEquals(false, plain.body().get("lastValue"));
        assertNull(plain.body().get("lastValueKeys"));
        Reply refused = ask(create, Map.of());
        assertEquals(409, refused.properties().get("statusCode"));
        Reply byDefault =
                ask(Map.of("operation", "CREATE", "type", "queue", "name", "short"), Map.of("retryBackoff", "fixed"));
        assertEquals(1_000L, byDefault.body().get("retryDelayMillis"));
        Map<String, Object> none = new HashMap<>();
        none.put("retryBackoff", null);
        Reply updated = ask(Map.of("operation", "UPDATE", "type", "queue", "name", "life"), none);
        updated.is(200, "OK");
        assertEquals("none", updated.body().get("retryBackoff"));
        assertEquals(7, updated.body().get("maxAcquisitions"));
        Reply fixed = ask(
                Map.of("operation", "UPDATE", "type", "queue", "name", "life"), Map.of("lastValueProperty", "other"));
        assertEquals(409, fixed.properties().get("statusCode"));
    }

    @Test
    void whatAQueueHoldsIsToldByPriority() {
        Reply created = ask(Map.of("operation", "CREATE", "type", "queue", "name", "jobs"), Map.of("kind", "weighted"));
        assertEquals(Collections.nCopies(10, 0L), created.body().get("messagesByPriority"));
    }

    @Test
    void whatMakesNoSenseForMessagesIsRefused() {
        for (Map<String, Object> wrong : List.<Map<String, Object>>of(
                Map.of("retryBackoff", "sometimes"),
                Map.of("retryBackoff", "fixed", "retryDelayMillis", 0),
                Map.of("retryBackoff", "linear", "retryDelayMillis", 100, "retryMaxDelayMillis", 99),
                Map.of("retryBackoff", "exponential", "retryMultiplierPercent", 99),
                Map.of("retryBackoff", "fixed", "retryJitterPercent", 101L << 32),
                Map.of("maxAcquisitions", -1),
                Map.of("lastValue", true, "lastValueKeys", 0),
                Map.of("lastValue", true, "lastValueProperty", ""))) {
            Reply refused = ask(Map.of("operation", "CREATE", "type", "queue", "name", "wrong"), wrong);
            assertEquals(400, refused.properties().get("statusCode"), () -> wrong.toString());
        }
    }

    @Test
    void aWindowForCopiesIsAskedForAndReadBack() {
        Map<String, String> create = Map.of("operation", "CREATE", "type", "queue", "name", "window");
        Reply byDefault = ask(create, Map.of("deduplicate", true));
        byDefault.is(201, "Created");
        assertEquals(true, byDefault.body().get("deduplicate"));
        assertEquals(10_000L, byDefault.body().get("duplicateWindowMessages"));
        assertEquals(600_000L, byDefault.body().get("duplicateWindowMillis"));
        assertNull(byDefault.body().get("duplicateIdProperty"));
        assertEquals(0L, byDefault.body().get("duplicates"));

        Map<String, Object> all = Map.of(
                "deduplicate",
                true,
                "duplicateWindowMessages",
                5,
                "duplicateWindowMillis",
                6,
                "duplicateIdProperty",
                "order");
        Reply refused = ask(create, all);
        assertEquals(409, refused.properties().get("statusCode"));
        assertTrue(refused.properties().get("statusDescription").toString().contains("deduplication"));
        Map<String, String> other = Map.of("operation", "CREATE", "type", "queue", "name", "other");
        assertEquals("order", ask(other, all).body().get("duplicateIdProperty"));
        Map<String, String> none = Map.of("operation", "CREATE", "type", "queue", "name", "none");
        Reply off = ask(none, Map.of("deduplicate", false));
        assertEquals(false, off.body().get("deduplicate"));
        assertNull(off.body().get("duplicateWindowMessages"));
        ask(create, Map.of("deduplicate", true, "duplicateWindowMessages", -4_294_967_290L))
                .is(400, "a window has 1 to 1000000 ids, not -1");
    }

    @Test
    void settingsChangeWhileTheQueueServes() {
        ask(Map.of("operation", "CREATE", "type", "queue", "name", "jobs"), Map.of("maxMessages", 5))
                .is(201, "Created");
        Map<String, String> update = Map.of("operation", "UPDATE", "type", "queue", "name", "jobs");
        Map<String, Object> changes = new HashMap<>();
        changes.put("maxMessages", null);
        changes.put("maxBytes", 1000);
        changes.put("deadLetterQueue", "dead");
        changes.put("paused", true);
        Reply updated = ask(update, changes).ok();
        assertNull(updated.body().get("maxMessages"));
        assertEquals(1000L, updated.body().get("maxBytes"));
        assertEquals("dead", updated.body().get("deadLetterQueue"));
        assertEquals(true, updated.body().get("paused"));
        assertEquals(false, updated.body().get("intakePaused"));

        ask(update, Map.of("paused", false, "intakePaused", true)).ok();
        Reply read = ask(Map.of("operation", "READ", "type", "queue", "name", "jobs"), null);
        assertEquals(false, read.body().get("paused"));
        assertEquals(true, read.body().get("intakePaused"));
        assertEquals(1000L, read.body().get("maxBytes"));

        Reply refused = ask(update, Map.of("kind", "fifo", "maxBytes", 7));
        assertEquals(409, refused.properties().get("statusCode"));
        assertTrue(refused.properties().get("statusDescription").toString().contains("kind"));
        assertEquals(
                1000L,
                ask(Map.of("operation", "READ", "type", "queue", "name", "jobs"), null)
                        .body()
                        .get("maxBytes"),
                "all of it or nothing");
        ask(update, Map.of("maxBytes", 0)).is(400, "a limit is 1 or more");
    }

    @Test
    void anAnswerIsNotLargerThanItMayBe() {
        for (int i = 0; i < 400; i++) {
            String name = i + "x".repeat(250);
            ask(Map.of("operation", "CREATE", "type", "queue", "name", name), Map.of())
                    .is(201, "Created");
        }
        Map<String, Object> query = new HashMap<>(Map.of("operation", "QUERY", "entityType", "queue"));
        Set<Object> seen = new java.util.HashSet<>();
        int answers = 0;
        int got;
        do {
            query.put("offset", seen.size());
            Reply reply = ask(query, Map.of("attributeNames", List.of("name", "identity")));
            got = reply.rows().size();
            reply.rows().forEach(row -> seen.add(row.get("name")));
            answers++;
        } while (got > 0);
        assertEquals(400, seen.size());
        assertTrue(answers > 2, "it was one answer");
        Reply tooMany = ask(query, Map.of("attributeNames", java.util.Collections.nCopies(201, "name")));
        tooMany.is(400, "attributeNames holds 201 names, more than 200");
    }

    @Test
    void whoGetsMessagesIsAskedForAndReadBack() {
        Map<String, String> create = Map.of("operation", "CREATE", "type", "queue", "name", "groups");
        Reply byDefault = ask(create, null);
        assertEquals("until-detach", byDefault.body().get("messageGroups"));
        assertEquals(10_000, byDefault.body().get("maxIdleGroups"));
        assertEquals(false, byDefault.body().get("singleActiveConsumer"));
        assertNull(byDefault.body().get("lockMillis"));
        Map<String, Object> all = Map.of(
                "messageGroups",
                "while-unsettled",
                "maxIdleGroups",
                5,
                "singleActiveConsumer",
                true,
                "lockMillis",
                1_000);
        Reply refused = ask(create, all);
        assertEquals(409, refused.properties().get("statusCode"));
        assertTrue(refused.properties().get("statusDescription").toString().contains("dispatching"));
        Reply other = ask(Map.of("operation", "CREATE", "type", "queue", "name", "other"), all);
        assertEquals("while-unsettled", other.body().get("messageGroups"));
        assertEquals(5, other.body().get("maxIdleGroups"));
        assertEquals(true, other.body().get("singleActiveConsumer"));
        assertEquals(1_000L, other.body().get("lockMillis"));

        Map<String, String> none = Map.of("operation", "CREATE", "type", "queue", "name", "none");
        ask(none, Map.of("messageGroups", "always"))
                .is(400, "attribute 'messageGroups' is off, while-unsettled, until-detach or fair, not 'always'");
        ask(none, Map.of("lockMillis", 0)).is(400, "a lock lasts 1 ms or more, not 0");
    }

    @Test
    void theSameQueueAgainIsFineAndAnotherIsNot() {
        Map<String, String> create = Map.of("operation", "CREATE", "type", "queue", "name", "jobs");
        ask(create, Map.of("kind", "fifo")).is(201, "Created");
        ask(create, Map.of("kind", "fifo")).is(201, "Created");
        Reply refused = ask(create, Map.of("kind", "priority"));
        assertEquals(409, refused.properties().get("statusCode"));
        assertTrue(refused.properties().get("statusDescription").toString().contains("service"));
    }

    @Test
    void queriesPageThroughTheQueuesOfAllShardsByName() {
        for (String name : List.of("zebra", "ant", "newt", "bee")) {
            ask(Map.of("operation", "CREATE", "type", "queue", "name", name), Map.of())
                    .is(201, "Created");
        }
        Map<String, Object> query = new LinkedHashMap<>();
        query.put("operation", "QUERY");
        query.put("type", "org.amqp.management");
        query.put("entityType", "queue");
        Map<String, Object> names = Map.of("attributeNames", List.of("name", "durable", "nonsense"));
        Reply all = ask(query, names);
        all.is(200, "OK");
        assertEquals(4, all.properties().get("count"));
        assertEquals(List.of("name", "durable", "nonsense"), all.body().get("attributeNames"));
        assertEquals(List.of("ant", "bee", "newt", "zebra"), column(all));

        query.put("offset", 1);
        query.put("count", 2);
        Reply page = ask(query, names);
        assertEquals(2, page.properties().get("count"));
        assertEquals(List.of("bee", "newt"), column(page));
        assertEquals(Arrays.asList("bee", false, null), ((List<?>) page.body().get("results")).get(0));

        query.put("entityType", "moon");
        assertEquals(List.of(), column(ask(query, names)));
        query.put("entityType", "queue");
        query.remove("count");
        assertEquals(4L, ask(query, names).properties().get("total"));
        Reply everything = ask(Map.of("operation", "QUERY"), null);
        List<?> every = (List<?>) everything.body().get("attributeNames");
        assertTrue(every.containsAll(QueueAttributes.names()) && every.contains("remoteAddress"), every.toString());
        // Each of the two shards here has a place of its own, and so the exchanges that are always there.
        int exchanges = 2 * ExchangeDefinition.PREDECLARED.size();
        assertEquals(4 + exchanges, everything.properties().get("count"));
    }

    private static List<Object> column(Reply reply) {
        List<Object> first = new ArrayList<>();
        ((List<?>) reply.body().get("results")).forEach(row -> first.add(((List<?>) row).get(0)));
        return first;
    }

    @Test
    void saysWhatItCanDo() {
        Map<?, ?> types = ask(Map.of("operation", "GET-TYPES"), null).body();
        assertEquals(
                Set.of(
                        "queue",
                        "topic",
                        "subscription",
                        "exchange",
                        "binding",
                        "connection",
                        "link",
                        "move",
                        "node",
                        "replica",
                        "user",
                        "policy",
                        "divert"),
                types.keySet());
        assertEquals(List.of(), types.get("queue"));
        assertEquals(
                Map.of("queue", QueueAttributes.names()),
                ask(Map.of("operation", "GET-ATTRIBUTES", "entityType", "queue"), null)
                        .body());
        Map<?, ?> operations = ask(Map.of("operation", "GET-OPERATIONS"), null).body();
        Set<?> onQueues = ((Map<?, ?>) operations.get("queue")).keySet();
        assertTrue(
                onQueues.containsAll(List.of(
                        "CREATE", "READ", "UPDATE", "DELETE", "PURGE", "MOVE", "PEEK", "EXPLAIN", "LIST-SCHEDULED")),
                onQueues.toString());
        assertEquals(List.of("from", "count"), ((Map<?, ?>) operations.get("queue")).get("PEEK"));
        assertEquals(Set.of("READ", "DELETE"), ((Map<?, ?>) operations.get("connection")).keySet());
        assertEquals(
                List.of(),
                ask(Map.of("operation", "GET-ANNOTATIONS"), null).body().get("link"));
        assertEquals(List.of(), ask(Map.of("operation", "GET-MGMT-NODES"), null).list());
        ask(Map.of("operation", "GET-TYPES", "entityType", "moon"), null).is(404, "there is no entity type 'moon'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CREATE | queue | jobs | maxMesages | 400 | there is no attribute 'maxMesages' to create a queue with",
                "CREATE | queue | jobs | durable    | 400 | attribute 'durable' is no boolean",
                "CREATE | queue | jobs | kind       | 400 | attribute 'kind' is fifo, priority or weighted, not 'x'",
                "CREATE | queue | jobs | overflow   | 400 | attribute 'overflow' is reject, drop-head, block or reject-dead-letter, not 'x'",
                "CREATE | queue | jobs | weights    | 400 | attribute 'weights' is no list of numbers",
                "CREATE | queue | $own |            | 400 | names that begin with $ are the broker's own",
                "CREATE | queue | ''   |            | 400 | a queue name has 1 to 255 characters, this has 0",
                "CREATE | moon | jobs |            | 400 | operation CREATE is for a type of [queue, topic, subscription, exchange, binding, connection, link, move, node, replica, user, policy, divert], not 'moon'",
                "CREATE | link | jobs |            | 501 | a link has no operation 'CREATE', it has [READ, DELETE, RENEW-LOCK, EXPLAIN]",
                "CREATE | queue |      |            | 400 | application property 'name' is missing",
                "BOIL   | queue | jobs |            | 501 | there is no operation 'BOIL'",
                "UPDATE | queue | jobs |            | 400 | the body names no attribute to change",
                "UPDATE | queue | jobs | maxMesages | 400 | there is no attribute 'maxMesages' to change",
                "UPDATE | queue | jobs | paused     | 400 | attribute 'paused' is no boolean",
                "UPDATE | queue | jobs | overflow   | 404 | there is no queue 'jobs'",
                "MOVE   | queue | jobs |            | 400 | argument 'to' is missing: the queue to move to",
                "MOVE   | queue | jobs | to         | 501 | queues 'jobs' and 'x' are of different shards",
                "PEEK   | queue | jobs |            | 404 | there is no queue 'jobs'",
                "PEEK   | queue | jobs | count      | 400 | argument 'count' is no whole number from 1 on",
                "EXPLAIN | queue | jobs |           | 404 | there is no queue 'jobs'",
                "EXPLAIN | queue | jobs | sequence  | 400 | argument 'sequence' is no whole number from 1 on",
                "LIST-SCHEDULED   | queue | jobs |  | 404 | there is no queue 'jobs'",
                "DELETE-MESSAGES | queue | jobs |  | 400 | argument 'sequences' in the body is no list of 1 to 500 whole numbers",
                "CANCEL-SCHEDULED | queue | jobs |  | 400 | argument 'sequence' is missing",
                "READ   | connection | x |          | 404 | there is no connection 'x'",
                "DELETE | link | x |                | 404 | there is no link 'x'",
                "READ   | queue | jobs |            | 404 | there is no queue 'jobs'",
                "DELETE | queue | jobs |            | 404 | there is no queue 'jobs'",
                "PURGE  | queue | jobs |            | 404 | there is no queue 'jobs'",
                "       | queue | jobs |            | 400 | application property 'operation' is missing"
            })
    void whatIsWrongIsSaid(
            String operation, String type, String name, String argument, int status, String description) {
        Map<String, String> properties = new HashMap<>();
        properties.put("operation", operation);
        properties.put("type", type);
        properties.put("name", name);
        properties.values().removeIf(value -> value == null);
        ask(properties, argument == null ? Map.of() : Map.of(argument, "x")).is(status, description);
    }

    @ParameterizedTest
    @CsvSource({"0", "1001"})
    void weightsOutOfRangeAreRefused(int weight) {
        Map<String, Object> weights = Map.of("weights", List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, weight));
        ask(Map.of("operation", "CREATE", "type", "queue", "name", "jobs"), weights)
                .is(400, "a weight is 1 to 1000, not " + weight);
    }

    /** Or the shard would fail when the first message goes there. */
    @ParameterizedTest
    @CsvSource({"deadLetterQueue,0", "deadLetterQueue,256", "expiryQueue,0", "expiryQueue,256", "acknowledgedQueue,256"
    })
    void namesOfOtherQueuesAreNames(String attribute, int length) {
        ask(Map.of("operation", "CREATE", "type", "queue", "name", "jobs"), Map.of(attribute, "x".repeat(length)))
                .is(400, "attribute '" + attribute + "' has 1 to 255 characters, this has " + length);
    }

    @Test
    void aRequestThatCannotBeReadIsAnsweredToo() throws MalformedMessageException {
        // A map of one string key without its value, inside an amqp-value the scanner does not look into.
        byte[] encoded = {0, 0x53, 0x77, (byte) 0xc1, 4, 2, (byte) 0xa1, 1, 'a'};
        List<Message> replies = new ArrayList<>();
        node.request(IncomingMessage.parse(encoded, 0), "back", replies::add);
        assertEquals(400, new Reply(replies.get(0)).properties().get("statusCode"));
    }

    @Test
    void answersCarryTheRequestsId() {
        UUID id = UUID.randomUUID();
        org.apache.qpid.proton.message.Message request =
                ManagementCalls.request(Map.of("operation", "GET-TYPES"), null);
        request.setMessageId(id);
        assertEquals(id, calls.send(request).message().getCorrelationId());
        request.setCorrelationId("own");
        assertEquals("own", calls.send(request).message().getCorrelationId());
        assertEquals("back", calls.send(request).message().getAddress());
    }

    private Reply ask(Map<String, ?> properties, Map<String, ?> body) {
        return calls.ask(properties, body);
    }
}
