package io.sluice.amqp.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.amqp.Access;
import io.sluice.amqp.ConnectionRegistry;
import io.sluice.amqp.message.IncomingMessage;
import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import io.sluice.broker.security.StoredPassword;
import io.sluice.broker.security.User;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.TestShard;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The entity type {@code user}. */
class ManagedUsersTest {
    private static final StoredPassword SECRET = StoredPassword.create("secret", 4096, new SecureRandom());
    private static final StoredPassword OTHER = StoredPassword.create("other", 5000, new SecureRandom());

    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private ShardMailbox shard;
    private ManagementNode node;
    private ManagementCalls calls;

    @BeforeEach
    void start() {
        shard = TestShard.open(tasks::add, () -> 0);
        Configured configured = new Configured(
                QueueDefinition::named, QueueDefinition.named("*"), Map.of("admin", User.of("admin", SECRET, true)));
        node = new ManagementNode(Queues.in(shard), configured, new ConnectionRegistry(), Optional.empty());
        calls = new ManagementCalls(node, this::run);
    }

    private void run() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    private ManagementCalls.Reply ask(String operation, String name, Map<String, ?> body) {
        return calls.ask(Map.of("operation", operation, "type", "user", "name", name), body);
    }

    private ManagementCalls.Reply create(String name, StoredPassword password) {
        return ask("CREATE", name, Map.of("password", password.encoded()));
    }

    @Test
    void aVirtualHostHasThoseOfItsOwn() {
        Configured ofBlue = new Configured(
                QueueDefinition::named,
                QueueDefinition.named("*"),
                Map.of("bert", User.of("bert", SECRET, false)),
                Optional.of("blue"),
                List.of());
        calls = new ManagementCalls(
                new ManagementNode(Queues.in(shard), ofBlue, new ConnectionRegistry(), Optional.empty()), this::run);
        create("anna", SECRET).is(201, "Created");
        ask("CREATE", "carl", Map.of("permissions", Map.of())).is(201, "Created");
        assertEquals(
                List.of("anna defined", "bert configuration", "carl defined"),
                calls.ask("QUERY", "user", "entityType", "user").ok().rows().stream()
                        .map(row -> row.get("name") + " " + row.get("origin"))
                        .toList());
        ask("DELETE", "anna", null).is(204, "No Content");
        ask("DELETE", "bert", null).is(403, "user 'bert' stands in the configuration file, and is changed there");
    }

    @Test
    void aUserIsDefinedLookedAtChangedAndRemoved() {
        create("anna", SECRET).is(201, "Created");
        create("anna", SECRET).is(201, "Created");
        create("anna", OTHER).is(409, "user 'anna' exists with other settings");
        assertEquals(User.of("anna", SECRET, false), shard.definitions().users().get("anna"));

        Map<String, Object> anna = new HashMap<>(
                Map.of("name", "anna", "identity", "anna", "type", "user", "origin", "defined", "loopbackOnly", false));
        anna.put("iterations", 4096);
        anna.put("permissions", null);
        assertEquals(anna, ask("READ", "anna", null).ok().body());
        List<Map<String, Object>> rows =
                calls.ask("QUERY", "user", "entityType", "user").ok().rows();
        assertEquals(
                List.of("admin configuration", "anna defined"),
                rows.stream()
                        .map(row -> row.get("name") + " " + row.get("origin"))
                        .toList());
        assertFalse(rows.toString().contains("scram"), "nobody is shown what passwords can be tried with");

        ask("UPDATE", "anna", Map.of("loopbackOnly", true)).ok();
        assertEquals(User.of("anna", SECRET, true), shard.definitions().users().get("anna"));
        ask("UPDATE", "anna", Map.of("password", OTHER.encoded())).ok();
        assertEquals(User.of("anna", OTHER, true), shard.definitions().users().get("anna"));

        ask("DELETE", "anna", null).is(204, "No Content");
        ask("DELETE", "anna", null).is(404, "there is no user 'anna'");
        ask("READ", "anna", null).is(404, "there is no user 'anna'");
        ask("UPDATE", "anna", Map.of("loopbackOnly", true)).is(404, "there is no user 'anna'");
    }

    /** Found by thought: the answer looked for a user that the next change of the same batch had taken away, and the shard stopped. */
    @Test
    void whoIsRemovedWithTheChangeBeforeIsAnsweredToo() throws Exception {
        create("anna", SECRET).is(201, "Created");
        List<Message> answers = new ArrayList<>();
        for (Map<String, Object> body : List.<Map<String, Object>>of(Map.of("loopbackOnly", true), Map.of())) {
            String operation = body.isEmpty() ? "DELETE" : "UPDATE";
            org.apache.qpid.proton.message.Message request =
                    ManagementCalls.request(Map.of("operation", operation, "type", "user", "name", "anna"), body);
            byte[] buffer = new byte[1 << 12];
            int length = request.encode(buffer, 0, buffer.length);
            node.request(IncomingMessage.parse(Arrays.copyOf(buffer, length), 0), "back", answers::add);
        }
        run();
        new ManagementCalls.Reply(answers.get(0)).ok();
        new ManagementCalls.Reply(answers.get(1)).is(204, "No Content");
    }

    @Test
    void permissionsAreSetAsAWhole() {
        Map<String, List<String>> some = Map.of("send", List.of("orders.*", "a"), "manage", List.of("$user"));
        ask("CREATE", "anonymous", Map.of("permissions", some)).is(201, "Created");
        assertEquals(some, ask("READ", "anonymous", null).ok().body().get("permissions"));
        ask("UPDATE", "anonymous", Map.of("permissions", Map.of("browse", List.of("*"))))
                .ok();
        assertEquals(
                Map.of("browse", List.of("*")),
                ask("READ", "anonymous", null).ok().body().get("permissions"));
        Map<String, Object> none = new HashMap<>();
        none.put("permissions", null);
        ask("UPDATE", "anonymous", none).ok();
        assertEquals(
                Optional.empty(), shard.definitions().users().get("anonymous").permissions());

        ask("UPDATE", "anonymous", Map.of("permissions", Map.of("fly", List.of())))
                .is(400, "attribute 'permissions' has send, receive, browse, create and manage, not 'fly'");
        ask("UPDATE", "anonymous", Map.of("permissions", Map.of("send", "a")))
                .is(400, "attribute 'permissions' has at 'send' no list of strings");
        ask("UPDATE", "anonymous", Map.of("permissions", "send"))
                .is(400, "attribute 'permissions' is no map of actions to lists of patterns");
        ask("UPDATE", "anonymous", Map.of("permissions", Map.of("send", List.of(""))))
                .is(400, "a pattern of addresses to send has 1 to 255 characters, not 0");
    }

    private ManagementCalls.Reply as(Access access, String operation, String type, String name, Map<String, ?> body)
            throws Exception {
        org.apache.qpid.proton.message.Message request = ManagementCalls.request(
                Map.of("operation", operation, "type", type, "name", name, "entityType", type), body);
        byte[] buffer = new byte[1 << 12];
        int length = request.encode(buffer, 0, buffer.length);
        List<Message> answers = new ArrayList<>();
        node.request(IncomingMessage.parse(Arrays.copyOf(buffer, length), 0), "back", access, answers::add);
        run();
        return new ManagementCalls.Reply(answers.get(0));
    }

    @Test
    void changesAreForThoseWhoMayManageAndLooksForEverybody() throws Exception {
        Access access = (action, address) -> address.equals("mine")
                ? Optional.empty()
                : Optional.of(Refusal.of(Refusal.Kind.UNAUTHORIZED, "may not " + action.shown() + " " + address));
        as(access, "CREATE", "queue", "mine", Map.of()).is(201, "Created");
        as(access, "CREATE", "queue", "other", Map.of()).is(403, "may not manage other");
        as(access, "MOVE", "queue", "mine", Map.of("to", "other")).is(403, "may not manage other");
        as(access, "PEEK", "queue", "other", Map.of()).is(403, "may not browse other");
        as(access, "DELETE", "user", "anna", Map.of()).is(403, "may not manage $user");
        as(access, "DELETE", "connection", "1", Map.of()).is(403, "may not manage $connection");
        as(access, "DELETE", "subscription", "mine", Map.of()).is(403, "may not manage $subscription");
        as(access, "TRANSFER", "node", "n1", Map.of()).is(403, "may not manage $node");
        as(access, "READ", "queue", "mine", Map.of()).ok();
        as(access, "READ", "user", "admin", Map.of()).ok();
        as(access, "QUERY", "queue", "", Map.of()).ok();
    }

    @Test
    void aUserOfTheConfigurationStaysAsItIs() {
        String text = "user 'admin' stands in the configuration file, and is changed there";
        create("admin", OTHER).is(403, text);
        ask("UPDATE", "admin", Map.of("loopbackOnly", false)).is(403, text);
        ask("DELETE", "admin", null).is(403, text);
        assertEquals(Map.of(), shard.definitions().users());
    }

    @Test
    void whatIsWrongIsNamedAndNeverShown() {
        ask("CREATE", "anna", null)
                .is(
                        400,
                        "attribute 'password' is missing: the hash that `sluice user hash` prints;"
                                + " one who is known otherwise has permissions at least");
        ManagementCalls.Reply clear = ask("CREATE", "anna", Map.of("password", "hunter2"));
        assertEquals(400, clear.properties().get("statusCode"));
        String said = (String) clear.properties().get("statusDescription");
        assertTrue(said.startsWith("attribute 'password' is not what `sluice user hash` prints: "), said);
        assertFalse(said.contains("hunter2"), said);
        ask("CREATE", "anna", Map.of("password", SECRET.encoded(), "loopbackOnly", "yes"))
                .is(400, "attribute 'loopbackOnly' is no boolean");
        ask("CREATE", "anna", Map.of("passwort", "x")).is(400, "a user has no attribute 'passwort' to set");
        create("x".repeat(256), SECRET).is(400, "a user's name has 1 to 255 characters, this has 256");
        ask("UPDATE", "anna", Map.of()).is(400, "the body names no attribute to change");
        assertEquals(Map.of(), shard.definitions().users());
    }
}
