package io.sluice.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three real nodes, and clients that go from one to the next: what was accepted is never lost and what was settled does not come back,
 * whatever happens to one of the nodes. {@code -Dcrash.cluster.rounds=} sets how often. Behind {@code -Pslow}: it has found that two nodes that
 * are left do not always elect a primary, which is not mended (docs/replication.md).
 */
@Tag("slow")
final class ClusterFailoverTest {
    private static final int ROUNDS = Integer.getInteger("crash.cluster.rounds", 2);
    private static final int MOST_ACCEPTED = 800;
    private static final long WAIT_SECONDS = 120;
    /**
     * Checkpoints all the time, so that some are under way whenever something happens. The primary is given longer than by default to be heard of:
     * three brokers and their clients on two processors would change it where nothing is meant to happen.
     */
    private static final String SMALL_JOURNAL = """
            replication: {electionMinMillis: 1500, electionMaxMillis: 3000}
            amqp: {maxMessageSizeBytes: 65536}
            queues: {templates: [{pattern: "*", maxDeliveries: unlimited}]}
            storage:
              segmentBytes: 1048576
              journalBudgetBytes: 1048576
              journalMaxBytes: 67108864
              minFreeDiskBytes: 0
            """;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private final ClientAccounts accounts = new ClientAccounts();
    private final Inbox queue = new Inbox("crash", "", accounts);
    private final CrashClients.Work work =
            new CrashClients.Work(queue.address(), false, List.of(accounts), List.of(queue));
    private final Random random = new Random(seed());

    private static long seed() {
        long seed = Long.getLong("sim.seed", System.nanoTime());
        System.out.println("cluster: -Dsim.seed=" + seed);
        return seed;
    }

    private ClusterProcesses threeNodes() throws Exception {
        ClusterProcesses cluster = new ClusterProcesses(folder, SMALL_JOURNAL, "n1", "n2", "n3");
        cluster.startAll();
        cluster.awaitPrimary();
        return cluster;
    }

    /** What is done to the cluster while clients work. */
    private interface Event {
        void happen(ClusterProcesses cluster) throws Exception;
    }

    private void underLoad(ClusterProcesses cluster, Client client, int round, Event event) throws Exception {
        cluster.clientsGoOn();
        CrashClients clients = new CrashClients(client, cluster, work, 1 + random.nextInt(MOST_ACCEPTED));
        clients.start(round);
        clients.awaitEnough();
        event.happen(cluster);
        CrashClients.awaitMore(accounts, 50);
        cluster.stopClients();
        clients.awaitEnd();
        assertTrue(accounts.violations().isEmpty(), accounts.violations()::toString);
    }

    private void nothingIsLost(ClusterProcesses cluster, Client client) throws Exception {
        System.out.println("left in the queue: " + queue.drain(client, cluster));
        assertTrue(accounts.violations().isEmpty(), accounts.violations()::toString);
        assertEquals(Set.of(), accounts.lost(), () -> "accepted and lost" + cluster.errors());
        System.out.println(accounts);
    }

    @Test
    void killing_the_primary_loses_nothing() throws Exception {
        List<Long> millis = new ArrayList<>();
        try (ClusterProcesses cluster = threeNodes();
                Client client = Client.create()) {
            for (int round = 0; round < ROUNDS; round++) {
                underLoad(cluster, client, round, its -> {
                    String primary = its.awaitPrimary();
                    long before = System.nanoTime();
                    its.node(primary).kill();
                    its.awaitPrimary(primary);
                    millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before));
                    its.start(primary);
                    its.awaitBackup(primary);
                });
            }
            nothingIsLost(cluster, client);
        }
        Collections.sort(millis);
        System.out.println("from kill -9 to the next primary, ms: " + millis);
    }

    @Test
    void a_rolling_restart_loses_nothing() throws Exception {
        try (ClusterProcesses cluster = threeNodes();
                Client client = Client.create()) {
            underLoad(cluster, client, 0, its -> {
                for (String name : List.of("n1", "n2", "n3")) {
                    assertEquals(0, its.node(name).stop());
                    its.awaitPrimary(name);
                    its.start(name);
                    its.awaitBackup(name);
                }
            });
            nothingIsLost(cluster, client);
        }
    }

    @Test
    void a_primary_that_stood_still_does_no_harm() throws Exception {
        try (ClusterProcesses cluster = threeNodes();
                Client client = Client.create()) {
            underLoad(cluster, client, 0, its -> {
                String primary = its.awaitPrimary();
                signal(its, primary, "-STOP");
                try {
                    its.awaitSecondPrimary(primary);
                } finally {
                    signal(its, primary, "-CONT");
                }
                its.node(primary).awaitError("no longer the primary");
            });
            nothingIsLost(cluster, client);
        }
    }

    private static void signal(ClusterProcesses cluster, String node, String signal) throws Exception {
        new ProcessBuilder("kill", signal, String.valueOf(cluster.node(node).pid()))
                .start()
                .waitFor();
    }

    @Test
    void a_transaction_is_whole_or_absent() throws Exception {
        MovingClients clients = new MovingClients();
        try (ClusterProcesses cluster = threeNodes();
                Client client = Client.create()) {
            MovingClients.fill(client, cluster);
            for (int round = 0; round < ROUNDS; round++) {
                cluster.clientsGoOn();
                CountDownLatch enough = new CountDownLatch(1 + random.nextInt(60));
                clients.start(client, cluster, round, random, enough);
                assertTrue(enough.await(WAIT_SECONDS, TimeUnit.SECONDS), () -> "too few: " + cluster.errors());
                String primary = cluster.awaitPrimary();
                cluster.node(primary).kill();
                cluster.awaitPrimary(primary);
                cluster.stopClients();
                clients.awaitEnd();
                cluster.start(primary);
                cluster.awaitBackup(primary);
            }
            clients.check(client, cluster);
        }
    }
}
