package io.sluice.amqp.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.sluice.amqp.ConnectionRegistry;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** The entity type {@code node}: what is asked of a cluster, and how its answers go out. */
class NodesTest {
    private final Cluster cluster = new Cluster();
    private final ManagementCalls calls = calls(Optional.of(cluster));

    private static ManagementCalls calls(Optional<ClusterNodes> cluster) {
        Queues none = new Queues(
                name -> {
                    throw new AssertionError("no queue is asked for");
                },
                List.of());
        return new ManagementCalls(
                new ManagementNode(
                        none,
                        new Configured(QueueDefinition::named, QueueDefinition.named("*"), Map.of()),
                        new ConnectionRegistry(),
                        cluster),
                () -> {});
    }

    /** Two nodes, which do or refuse what they are asked. */
    private static final class Cluster implements ClusterNodes {
        private final List<String> asked = new ArrayList<>();
        private Optional<Refusal> refusal = Optional.empty();

        @Override
        public State state() {
            return new State(
                    Optional.of("n1"),
                    7,
                    List.of(
                            new Member("n1", "primary", "h1:2", "h1:1", Optional.of(0L), Optional.of(0L)),
                            new Member("n2", "unknown", "h2:2", "h2:1", Optional.empty(), Optional.empty())));
        }

        @Override
        public void add(NewMember member, io.sluice.broker.port.Reply<Void> reply) {
            answer("add " + member, reply);
        }

        @Override
        public void remove(String name, io.sluice.broker.port.Reply<Void> reply) {
            answer("remove " + name, reply);
        }

        @Override
        public void transfer(String name, OptionalInt shard, io.sluice.broker.port.Reply<Void> reply) {
            answer("transfer " + name + (shard.isPresent() ? " of " + shard.getAsInt() : ""), reply);
        }

        @Override
        public List<Replica> replicas() {
            return List.of(
                    new Replica(Optional.empty(), 0, "n1", "primary", 7, Optional.of(0L), Optional.of(0L)),
                    new Replica(Optional.empty(), 1, "n2", "backup", 3, Optional.empty(), Optional.empty()),
                    new Replica(Optional.of("blue"), 0, "n2", "backup", 4, Optional.empty(), Optional.empty()));
        }

        private void answer(String what, io.sluice.broker.port.Reply<Void> reply) {
            asked.add(what);
            refusal.ifPresentOrElse(reply::refused, () -> reply.done(null));
        }
    }

    private static final Map<String, String> PLACES =
            Map.of("replication", "h3:2", "clients", "h3:1", "handThrough", "h3:3");

    @Test
    void whoIsInTheClusterAndHowFar() {
        List<Map<String, Object>> rows =
                calls.ask("QUERY", "node", "entityType", "node").ok().rows();
        assertEquals(2, rows.size());
        Map<String, Object> first = new HashMap<>(rows.get(0));
        assertEquals(
                Map.of(
                        "name", "n1",
                        "identity", "n1",
                        "type", "node",
                        "role", "primary",
                        "replication", "h1:2",
                        "clients", "h1:1",
                        "lagRecords", 0L,
                        "lagBytes", 0L,
                        "term", 7L),
                first);
        assertEquals("unknown", rows.get(1).get("role"));
        assertNull(rows.get(1).get("lagRecords"));
        assertEquals(first, calls.ask("READ", "node", "name", "n1").ok().body());
        calls.ask("READ", "node", "name", "n9").is(404, "there is no node 'n9'");
    }

    @Test
    void changesAreAskedOfTheCluster() {
        calls.ask(Map.of("operation", "CREATE", "type", "node", "name", "n3"), PLACES)
                .is(201, "Created");
        calls.ask("TRANSFER", "node", "name", "n2").is(204, "No Content");
        calls.ask(Map.of("operation", "TRANSFER", "type", "node", "name", "n2"), Map.of("shard", 3))
                .is(204, "No Content");
        calls.ask("DELETE", "node", "name", "n1").is(204, "No Content");
        assertEquals(
                List.of(
                        "add NewMember[name=n3, replication=h3:2, clients=h3:1, handThrough=h3:3]",
                        "transfer n2",
                        "transfer n2 of 3",
                        "remove n1"),
                cluster.asked);
    }

    @Test
    void aShardThatCannotBeIsRefused() {
        calls.ask(Map.of("operation", "TRANSFER", "type", "node", "name", "n2"), Map.of("shard", 64))
                .is(400, "there is no shard 64");
        assertEquals(List.of(), cluster.asked);
    }

    @Test
    void eachShardIsShownWithEachOfItsNodes() {
        List<Map<String, Object>> rows =
                calls.ask("QUERY", "node", "entityType", "replica").ok().rows();
        assertEquals(
                List.of("0/n1 primary 7 0", "1/n2 backup 3 null", "vhost:blue/n2 backup 4 null"),
                rows.stream()
                        .map(row -> row.get("name") + " " + row.get("role") + " " + row.get("term") + " "
                                + row.get("lagRecords"))
                        .toList());
        assertEquals(1, rows.get(1).get("shard"));
        assertEquals("n2", rows.get(1).get("node"));
        assertNull(rows.get(1).get("virtualHost"));
        assertEquals("blue", rows.get(2).get("virtualHost"));
    }

    @Test
    void whatTheClusterRefusesIsSaidInItsWords() {
        cluster.refusal = Optional.of(Refusal.of(Refusal.Kind.PRECONDITION_FAILED, "Node 'n2' is away."));
        calls.ask("TRANSFER", "node", "name", "n2").is(409, "Node 'n2' is away.");
    }

    @Test
    void aNewNodeNeedsItsAddresses() {
        Map<String, String> some = new HashMap<>(PLACES);
        some.remove("handThrough");
        calls.ask(Map.of("operation", "CREATE", "type", "node", "name", "n3"), some)
                .is(400, "argument 'handThrough' is missing: host:port");
        assertEquals(List.of(), cluster.asked);
    }

    @Test
    void aBrokerOnItsOwnHasNoNodes() {
        ManagementCalls alone = calls(Optional.empty());
        String why = "this broker is on its own, not in a cluster";
        assertEquals(
                List.of(), alone.ask("QUERY", "node", "entityType", "node").ok().rows());
        alone.ask("READ", "node", "name", "n1").is(409, why);
        alone.ask("TRANSFER", "node", "name", "n1").is(409, why);
        alone.ask("DELETE", "node", "name", "n1").is(409, why);
        alone.ask(Map.of("operation", "CREATE", "type", "node", "name", "n1"), PLACES)
                .is(409, why);
    }
}
