package io.sluice.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.qpid.protonj2.client.Client;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three real nodes whose network fails, in both directions or in one, for one of them or between two; that loses packets, or is slow. Clients
 * reach every node all the time. What they were told must hold, and no node may serve beyond its lease. Skipped where no networks can be made.
 */
@Tag("slow")
@Timeout(900)
final class PartitionTest {
    private static final String[] NODES = {"n1", "n2", "n3"};
    private static final int ELECTION_MIN_MILLIS = 4_000;
    private static final int ELECTION_MAX_MILLIS = 8_000;
    /** Of a busy machine. */
    private static final int GRACE_MILLIS = 10_000;
    /** Clients are in another network than the nodes. */
    private static final String CONFIGURATION = ClusterLoad.SMALL_JOURNAL
                    .replace("electionMinMillis: 1500", "electionMinMillis: " + ELECTION_MIN_MILLIS)
                    .replace("electionMaxMillis: 3000", "electionMaxMillis: " + ELECTION_MAX_MILLIS)
            + "security: {anonymous: always}\n";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private final Random random = new Random(seed());
    private NodeNetwork network;
    private ClusterProcesses cluster;
    private Client client;
    private ClusterLoad load;

    private static long seed() {
        long seed = Long.getLong("sim.seed", System.nanoTime());
        System.out.println("partitions: -Dsim.seed=" + seed);
        return seed;
    }

    /** What is lost of the traffic between some nodes and the others. */
    private enum Lost {
        EVERYTHING,
        WHAT_THEY_SEND,
        WHAT_THEY_GET;

        void cut(NodeNetwork network, List<String> them, List<String> others) throws Exception {
            if (this != WHAT_THEY_GET) {
                network.cut(them, others);
            }
            if (this != WHAT_THEY_SEND) {
                network.cut(others, them);
            }
        }
    }

    @BeforeEach
    void start() throws Exception {
        network = NodeNetwork.make(NODES);
        cluster = new ClusterProcesses(folder, CONFIGURATION, network, NODES);
        client = Client.create();
        load = new ClusterLoad(cluster, client, random);
        cluster.startAll();
        cluster.awaitPrimary();
        // A vote of a node whose log is empty does not count.
        cluster.awaitCaughtUp(client);
        load.during(() -> {});
        cluster.awaitCaughtUp(client);
    }

    @AfterEach
    void stop() throws Exception {
        if (client != null) {
            client.close();
        }
        if (cluster != null) {
            cluster.close();
        }
        if (network != null) {
            network.close();
        }
    }

    private static List<String> others(String node) {
        return Stream.of(NODES).filter(other -> !other.equals(node)).toList();
    }

    @Test
    void a_primary_that_is_cut_off_serves_nobody_when_its_lease_is_over() throws Exception {
        for (Lost lost : Lost.values()) {
            String old = cluster.awaitPrimary();
            Witness witness = new Witness(client, cluster, old);
            load.during(() -> {
                lost.cut(network, List.of(old), others(old));
                long cut = System.nanoTime();
                String next = cluster.awaitSecondPrimary(old);
                long nextIs = System.nanoTime();
                Witness.End end = witness.awaitEnd();
                report(lost + ": " + next + " is the primary after", cut, nextIs);
                report("  last accepted was sent after", cut, witness.lastAcceptedNanos());
                report("  last dispatched was sent after", cut, witness.lastDispatchedNanos());
                report("  told " + end.condition() + " after", cut, end.nanos());
                // The lease counts from requests that were sent before it was cut off.
                long leaseEnds = cut + TimeUnit.MILLISECONDS.toNanos(ELECTION_MIN_MILLIS);
                assertTrue(witness.lastAcceptedNanos() - leaseEnds < 0, lost + ": accepted without a lease");
                assertTrue(witness.lastDispatchedNanos() - leaseEnds < 0, lost + ": dispatched without a lease");
                assertTrue(witness.lastSentNanos() - leaseEnds > 0, lost + ": nothing was sent behind the lease");
                assertEquals(Optional.of("amqp:connection:forced"), end.condition(), lost::toString);
                assertTrue(
                        end.nanos() - cut < TimeUnit.MILLISECONDS.toNanos(ELECTION_MAX_MILLIS + GRACE_MILLIS),
                        lost + ": the clients were not told in time");
                load.awaitMore();
                network.heal();
            });
            cluster.awaitCaughtUp(client);
            makePrimary(old);
        }
        load.nothingIsLost();
    }

    private static void report(String what, long from, long to) {
        System.out.println(what + " " + TimeUnit.NANOSECONDS.toMillis(to - from) + " ms");
    }

    /** So that clients see what this node has. */
    private void makePrimary(String node) throws Exception {
        String said = cluster.run(cluster.awaitPrimary(), "cluster", "transfer", node, "--json");
        assertTrue(said.contains("\"primary\":\"" + node + "\""), said);
        assertEquals(node, cluster.awaitSecondPrimary(""));
    }

    @Test
    void a_backup_that_is_cut_off_changes_nothing_for_the_others() throws Exception {
        for (Lost lost : Lost.values()) {
            String primary = cluster.awaitPrimary();
            String away = others(primary).get(random.nextInt(2));
            backupsAreCutOff(lost + " of " + away, primary, () -> lost.cut(network, List.of(away), others(away)));
            makePrimary(away);
        }
        load.nothingIsLost();
    }

    @Test
    void a_backup_that_hears_of_the_primary_only_from_the_other_one_does_not_take_its_place() throws Exception {
        for (Lost lost : Lost.values()) {
            String primary = cluster.awaitPrimary();
            String away = others(primary).get(random.nextInt(2));
            backupsAreCutOff(
                    lost + " between " + away + " and " + primary,
                    primary,
                    () -> lost.cut(network, List.of(away), List.of(primary)));
            makePrimary(away);
        }
        load.nothingIsLost();
    }

    private void backupsAreCutOff(String what, String primary, ClusterLoad.Event cut) throws Exception {
        int lives = livesEnded(primary);
        load.during(() -> {
            cut.happen();
            load.goesOn(2L * ELECTION_MAX_MILLIS);
            network.heal();
            load.goesOn(ELECTION_MAX_MILLIS);
        });
        cluster.awaitCaughtUp(client);
        assertEquals(Optional.of(primary), cluster.primary(), () -> what + cluster.errors());
        assertEquals(lives, livesEnded(primary), () -> what + cluster.errors());
    }

    private int livesEnded(String node) {
        return (int) cluster.node(node).errors().stream()
                .filter(line -> line.contains("no longer the primary"))
                .count();
    }

    @Test
    void lost_packets_lose_no_message() throws Exception {
        for (int percent : new int[] {2, 10, 25}) {
            load.during(() -> {
                for (String from : NODES) {
                    for (String to : others(from)) {
                        network.lose(from, to, percent);
                    }
                }
                load.goesOn(2L * ELECTION_MAX_MILLIS);
                network.heal();
            });
            cluster.awaitCaughtUp(client);
            System.out.println(percent + " % of packets lost: changes of the primary so far: " + changes());
        }
        load.nothingIsLost();
    }

    private int changes() {
        int changes = 0;
        for (String node : NODES) {
            changes += livesEnded(node);
        }
        return changes;
    }

    @Test
    void nodes_far_from_each_other_lose_no_message() throws Exception {
        for (int millis : new int[] {5, 50, 250}) {
            load.during(() -> {
                // Packets overtake each other.
                network.stretch(millis, millis, random.nextLong());
                load.goesOn(2L * ELECTION_MAX_MILLIS);
                load.awaitMore();
                if (millis < ELECTION_MIN_MILLIS / 20) {
                    String far = others(cluster.awaitPrimary()).get(random.nextInt(2));
                    cluster.node(far).kill();
                    load.goesOn(ELECTION_MAX_MILLIS);
                    cluster.start(far);
                    cluster.awaitBackup(far);
                }
                network.heal();
            });
            cluster.awaitCaughtUp(client);
            System.out.println(millis + " to " + 2 * millis + " ms away: changes of the primary so far: " + changes());
        }
        load.nothingIsLost();
    }

    @Test
    void slow_lines_and_short_interruptions_lose_no_message() throws Exception {
        List<String> all = new ArrayList<>(List.of(NODES));
        load.during(() -> {
            for (String node : NODES) {
                network.slow(node, 10_000, 200);
            }
            load.goesOn(2L * ELECTION_MAX_MILLIS);
            network.heal();
        });
        load.during(() -> {
            for (int i = 0; i < 6; i++) {
                network.cut(all, all);
                TimeUnit.MILLISECONDS.sleep(ELECTION_MIN_MILLIS / 4 * (1 + random.nextInt(4)));
                network.heal();
                load.awaitMore();
            }
        });
        cluster.awaitCaughtUp(client);
        System.out.println("changes of the primary: " + changes());
        load.nothingIsLost();
    }
}
