package io.sluice.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three real nodes with three shards under load on queues of each of them, from clients of protonj2 that follow redirects and from Qpid JMS with
 * {@code failover:}: a node is killed, a node is cut off. What clients were told must hold in every shard. {@code -Dcrash.cluster.rounds=} sets how often.
 */
@Tag("slow")
@Timeout(900)
final class ShardedLoadTest {
    private static final int ROUNDS = Integer.getInteger("crash.cluster.rounds", 2);
    private static final long WAIT_MILLIS = TimeUnit.MINUTES.toMillis(3);
    private static final int LOST_PERCENT = 10;
    /** Two elections. */
    private static final long LOSSY_MILLIS = 16_000;

    private static final String[] NODES = {"n1", "n2", "n3"};
    private static final String SPREAD = "  spreadLeadersMillis: 1000\n";
    /** What JMS sends again is known by its message-id. */
    private static final String CONFIGURATION = "shards: 3\n"
            + ClusterLoad.SMALL_JOURNAL
                    .replace("templates: [", "templates: [{pattern: \"once*\", deduplicate: true}, ")
                    .replace("electionMinMillis: 1500", "electionMinMillis: 4000")
                    .replace("electionMaxMillis: 3000", "electionMaxMillis: 8000")
                    .replace("journalBudgetBytes: 1048576", "journalBudgetBytes: 3145728");

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private final Random random = new Random(seed());
    private final List<Shard> shards = new ArrayList<>();

    private static long seed() {
        long seed = Long.getLong("sim.seed", System.nanoTime());
        System.out.println("shards under load: -Dsim.seed=" + seed);
        return seed;
    }

    /** One of them, and its clients. */
    private final class Shard {
        private final Client client;
        private final ShardClients clients;
        private final ClusterLoad load;
        private final Inbox once;
        private final List<String> addresses;
        private int rounds;

        private Shard(ClusterProcesses cluster, Client client, int number) {
            this.client = client;
            this.clients = new ShardClients(cluster, number);
            this.load = new ClusterLoad(clients, client, random, "crash@" + number);
            this.once = new Inbox("once@" + number, "", new ClientAccounts());
            this.addresses = List.of(NODES).stream().map(cluster::address).toList();
        }

        private void during(ClusterLoad.Event event) throws Exception {
            load.during(() -> {
                FailoverProducer jms =
                        new FailoverProducer("jms" + rounds++, addresses, once.address(), once.accounts());
                jms.start();
                try {
                    CrashClients.awaitMore(once.accounts(), 1);
                    event.happen();
                    CrashClients.awaitMore(once.accounts(), 1);
                } finally {
                    jms.stop();
                }
                jms.awaitEnd(WAIT_MILLIS);
            });
        }

        private void nothingIsLost() throws Exception {
            ClusterLoad.asOftenAsItGoes(load::nothingIsLost);
            ClusterLoad.asOftenAsItGoes(() -> once.drain(client, clients));
            assertEquals(Set.of(), once.accounts().lost(), "accepted from JMS and lost");
            assertTrue(once.accounts().violations().isEmpty(), once.accounts().violations()::toString);
        }
    }

    private void begin(ClusterProcesses cluster, Client client) throws Exception {
        cluster.startAll();
        ShardPrimaries.awaitSpread(cluster, List.of(NODES));
        for (int number = 0; number < NODES.length; number++) {
            shards.add(new Shard(cluster, client, number));
        }
    }

    private void during(ClusterLoad.Event event) throws Exception {
        shards.get(0).during(() -> shards.get(1).during(() -> shards.get(2).during(event)));
    }

    private static List<String> others(String node) {
        return List.of(NODES).stream().filter(other -> !other.equals(node)).toList();
    }

    /** All clients of all shards go on. */
    private void awaitMore() throws InterruptedException {
        for (Shard shard : shards) {
            shard.load.awaitMore();
        }
    }

    @Test
    void a_node_that_is_killed_loses_nothing_of_any_shard() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(folder, CONFIGURATION, SPREAD, Machines.THIS_ONE, NODES);
                Client client = Client.create()) {
            begin(cluster, client);
            for (int round = 0; round < ROUNDS; round++) {
                during(() -> {
                    int shard = random.nextInt(NODES.length);
                    String killed = ShardPrimaries.await(cluster, shard, List.of(NODES));
                    cluster.node(killed).kill();
                    ShardPrimaries.await(cluster, shard, others(killed));
                    awaitMore();
                    cluster.start(killed);
                    cluster.awaitBackup(killed);
                    awaitMore();
                });
            }
            for (Shard shard : shards) {
                shard.nothingIsLost();
            }
        }
    }

    private interface NetworkEvent {
        void happen(NodeNetwork network, ClusterProcesses cluster) throws Exception;
    }

    /** Under load; the network is well again behind it. */
    private void underLoad(NetworkEvent event) throws Exception {
        String reached = CONFIGURATION + "security: {anonymous: always}\n";
        try (NodeNetwork network = NodeNetwork.make(NODES);
                ClusterProcesses cluster = new ClusterProcesses(folder, reached, SPREAD, network, NODES);
                Client client = Client.create()) {
            begin(cluster, client);
            during(() -> {
                event.happen(network, cluster);
                network.heal();
                awaitMore();
            });
            for (Shard shard : shards) {
                shard.nothingIsLost();
            }
        }
    }

    /** Clients reach it, it reaches nobody: its shard goes to another node, the others stay where they are. */
    @Test
    void a_node_that_is_cut_off_loses_its_shard_to_another_and_no_message() throws Exception {
        underLoad((network, cluster) -> {
            int shard = random.nextInt(NODES.length);
            String away = ShardPrimaries.await(cluster, shard, List.of(NODES));
            network.cut(List.of(away), others(away));
            network.cut(others(away), List.of(away));
            ShardPrimaries.await(cluster, shard, others(away));
            awaitMore();
        });
    }

    /** A primary may change or not: it depends on which are lost. */
    @Test
    void lost_packets_lose_no_message_of_any_shard() throws Exception {
        underLoad((network, cluster) -> {
            for (String from : NODES) {
                for (String to : others(from)) {
                    network.lose(from, to, LOST_PERCENT);
                }
            }
            shards.get(0).load.goesOn(LOSSY_MILLIS);
        });
    }
}
