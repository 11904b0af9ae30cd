package io.sluice.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three real nodes, and clients that go from one to the next: what was accepted is never lost and what was settled does not come back,
 * whatever happens to one of the nodes. {@code -Dcrash.cluster.rounds=} sets how often.
 */
@Tag("slow")
final class ClusterFailoverTest {
    private static final int ROUNDS = Integer.getInteger("crash.cluster.rounds", 2);
    private static final long WAIT_SECONDS = 120;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private final Random random = new Random(seed());

    private static long seed() {
        long seed = Long.getLong("sim.seed", System.nanoTime());
        System.out.println("cluster: -Dsim.seed=" + seed);
        return seed;
    }

    private ClusterProcesses threeNodes() throws Exception {
        ClusterProcesses cluster = new ClusterProcesses(folder, ClusterLoad.SMALL_JOURNAL, "n1", "n2", "n3");
        cluster.startAll();
        cluster.awaitPrimary();
        return cluster;
    }

    @Test
    void killing_the_primary_loses_nothing() throws Exception {
        List<Long> millis = new ArrayList<>();
        try (ClusterProcesses cluster = threeNodes();
                Client client = Client.create()) {
            ClusterLoad load = new ClusterLoad(cluster, client, random);
            for (int round = 0; round < ROUNDS; round++) {
                load.during(() -> {
                    String primary = cluster.awaitPrimary();
                    long before = System.nanoTime();
                    cluster.node(primary).kill();
                    cluster.awaitPrimary(primary);
                    millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before));
                    cluster.start(primary);
                    cluster.awaitBackup(primary);
                });
            }
            load.nothingIsLost();
        }
        Collections.sort(millis);
        System.out.println("from kill -9 to the next primary, ms: " + millis);
    }

    @Test
    void a_rolling_restart_loses_nothing() throws Exception {
        try (ClusterProcesses cluster = threeNodes();
                Client client = Client.create()) {
            ClusterLoad load = new ClusterLoad(cluster, client, random);
            load.during(() -> {
                for (String name : List.of("n1", "n2", "n3")) {
                    assertEquals(0, cluster.node(name).stop());
                    cluster.awaitPrimary(name);
                    cluster.start(name);
                    cluster.awaitBackup(name);
                }
            });
            load.nothingIsLost();
        }
    }

    @Test
    void a_primary_that_stood_still_does_no_harm() throws Exception {
        try (ClusterProcesses cluster = threeNodes();
                Client client = Client.create()) {
            ClusterLoad load = new ClusterLoad(cluster, client, random);
            load.during(() -> {
                String primary = cluster.awaitPrimary();
                signal(cluster, primary, "-STOP");
                try {
                    cluster.awaitSecondPrimary(primary);
                } finally {
                    signal(cluster, primary, "-CONT");
                }
                cluster.node(primary).awaitError("no longer the primary");
            });
            load.nothingIsLost();
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
