package io.sluice.amqp.management;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.amqp.ConnectionRegistry;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.TestShard;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Subscriptions that are there before anybody receives from them. */
class ManagedSubscriptionsTest {
    private ManagementCalls calls;

    @BeforeEach
    void start() {
        ShardMailbox shard = TestShard.open();
        calls = new ManagementCalls(
                new ManagementNode(Queues.in(shard), QueueDefinition::named, new ConnectionRegistry()), () -> {});
    }

    private ManagementCalls.Reply create(String name, Map<String, ?> body) {
        return calls.ask(Map.of("operation", "CREATE", "type", "subscription", "name", name), body);
    }

    private static void has(ManagementCalls.Reply reply, Map<String, Object> expected) {
        Map<?, ?> body = reply.body();
        expected.forEach((name, value) -> assertEquals(value, body.get(name), name));
    }

    @Test
    void oneOfAnyClientIsSharedAndOneOfAClientIsNot() {
        ManagementCalls.Reply everyone = create("everyone", Map.of("topic", "news.#"));
        everyone.is(201, "Created");
        has(
                everyone,
                Map.of(
                        "identity", "news.#::everyone",
                        "topic", "news.#",
                        "container", "",
                        "shared", true,
                        "global", true,
                        "durable", true,
                        "expiryPolicy", "never"));
        ManagementCalls.Reply audit =
                create("audit", Map.of("topic", "news", "container", "jms-client", "noLocal", true));
        audit.is(201, "Created");
        has(audit, Map.of("identity", "news::jms-client.audit", "shared", false, "noLocal", true));
        ManagementCalls.Reply both = create("both", Map.of("topic", "news", "container", "c", "shared", true));
        has(both, Map.of("shared", true, "global", false));

        Map<?, ?> read = calls.ask("READ", "subscription", "name", "everyone").body();
        assertEquals("news.#::everyone", read.get("identity"));
        calls.ask("DELETE", "subscription", "name", "everyone").is(204, "No Content");
    }

    @Test
    void theSameAgainIsTheSameAndAnotherIsRefused() {
        create("s", Map.of("topic", "t")).is(201, "Created");
        create("s", Map.of("topic", "t")).is(201, "Created");
        create("s", Map.of("topic", "other")).is(409, "subscription s exists, of topic 't', with another topic");
    }

    @Test
    void whatCannotBeIsRefusedWithWhatIsWrong() {
        create("s", Map.of()).is(400, "attribute 'topic' is missing");
        create("s", Map.of("topic", "t", "shared", false))
                .is(400, "a subscription that is not shared is of one client: attribute 'container' is missing");
        create("$replay|t", Map.of("topic", "t")).is(400, "names that begin with $ are the broker's own");
        create("s", Map.of("topic", "$t")).is(400, "names that begin with $ are the broker's own");
        create("s|2", Map.of("topic", "t"))
                .is(
                        400,
                        "the name of a shared subscription ends where its links' names have a |: there is one in 's|2'");
        create("s", Map.of("topic", "t", "colour", "red"))
                .is(400, "there is no attribute 'colour' to create a subscription with");
        create("s", Map.of("topic", "t", "shared", "yes")).is(400, "argument 'shared' is no boolean");
        create("s", Map.of("topic", "t", "selector", "a = 1", "sql", "a = 1"))
                .is(400, "attributes 'selector' and 'sql' exclude each other");
        String broken = String.valueOf(create("s", Map.of("topic", "t", "selector", "a ="))
                .properties()
                .get("statusDescription"));
        assertEquals("attribute 'selector' cannot be read", broken.split(":")[0]);
        create("", Map.of("topic", "t")).is(400, "a subscription needs a name");
        calls.ask("READ", "subscription", "name", "s").is(404, "there is no subscription 's'");
    }
}
