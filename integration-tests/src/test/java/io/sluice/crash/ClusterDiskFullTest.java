package io.sluice.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.program.BrokerProcess;
import io.sluice.server.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The disk of one of three nodes fills up under load, with no reserve that would hold producers back before. Skipped where it cannot be mounted. */
@Tag("slow")
@Timeout(600)
final class ClusterDiskFullTest {
    private static final String[] NODES = {"n1", "n2", "n3"};
    private static final int DISK_MEGABYTES = 1_000;
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(120);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private final Map<String, SmallDisk> disks = new LinkedHashMap<>();
    private ClusterProcesses cluster;
    private Client client;
    private ClusterLoad load;

    private static long seed() {
        long seed = Long.getLong("sim.seed", System.nanoTime());
        System.out.println("disk full: -Dsim.seed=" + seed);
        return seed;
    }

    @BeforeEach
    void start() throws Exception {
        for (String node : NODES) {
            SmallDisk disk = SmallDisk.mount(folder.resolve("disk-" + node), DISK_MEGABYTES);
            disks.put(node, disk);
            Path data = Files.createDirectory(disk.folder().resolve("data"));
            Files.createSymbolicLink(folder.resolve(node), data);
        }
        cluster = new ClusterProcesses(folder, ClusterLoad.SMALL_JOURNAL, NODES);
        client = Client.create();
        load = new ClusterLoad(cluster, client, new Random(seed()));
        cluster.startAll();
        load.during(() -> {});
        // A vote of a node whose log is empty does not count.
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
        for (SmallDisk disk : disks.values()) {
            disk.close();
        }
    }

    private void fill(String node) throws Exception {
        BrokerProcess process = cluster.node(node);
        long deadline = System.nanoTime() + WAIT_NANOS;
        disks.get(node).fillWhile(() -> process.isAlive() && System.nanoTime() - deadline < 0);
        assertEquals(Optional.of(ExitCode.JOURNAL_FAILED), process.ended(), () -> "" + process.errors());
        process.awaitError("The broker stops, nothing more is accepted: ");
        process.awaitError("No space left on device");
    }

    /** While there is no room it cannot even note whom it votes for; it may have begun before it learns that. */
    private void endsUntilThereIsRoom(String node) throws Exception {
        BrokerProcess.Ended ended = cluster.startInVain(node);
        assertTrue(
                Set.of(ExitCode.DATA_FOLDER, ExitCode.JOURNAL_FAILED).contains(ended.exitCode()),
                () -> ended.exitCode() + " " + ended.output());
        assertTrue(ended.output().contains("No space left on device"), ended.output());
        disks.get(node).makeRoom();
        cluster.start(node);
        cluster.awaitBackup(node);
    }

    @Test
    void a_backup_ends_and_catches_up_when_there_is_room() throws Exception {
        String primary = cluster.awaitPrimary();
        String full = primary.equals("n1") ? "n2" : "n1";
        load.during(() -> {
            fill(full);
            load.awaitMore();
            endsUntilThereIsRoom(full);
        });
        cluster.awaitCaughtUp(client);
        assertEquals(Optional.of(primary), cluster.primary(), () -> "" + cluster.errors());
        String said = cluster.run(primary, "cluster", "transfer", full, "--json");
        assertTrue(said.contains("\"primary\":\"" + full + "\""), said);
        load.nothingIsLost();
    }

    @Test
    void a_backup_that_needs_a_snapshot_ends_too() throws Exception {
        String primary = cluster.awaitPrimary();
        String full = primary.equals("n1") ? "n2" : "n1";
        cluster.node(full).kill();
        load.during(() -> {
            while (hasFirstSegment(primary)) {
                load.awaitMore();
            }
        });
        disks.get(full).fill();
        endsUntilThereIsRoom(full);
        cluster.awaitCaughtUp(client);
        load.nothingIsLost();
    }

    /** What is behind a checkpoint goes a segment at a time. */
    private boolean hasFirstSegment(String node) throws IOException {
        try (var files = Files.walk(folder.resolve(node).toRealPath().resolve("raft"))) {
            return files.map(file -> file.getFileName().toString())
                    .anyMatch(name -> name.startsWith("log_0-") || name.equals("log_inprogress_0"));
        }
    }

    @Test
    void a_primary_ends_and_a_backup_takes_its_place() throws Exception {
        String full = cluster.awaitPrimary();
        load.during(() -> {
            fill(full);
            cluster.awaitPrimary(full);
            load.awaitMore();
            endsUntilThereIsRoom(full);
        });
        cluster.awaitCaughtUp(client);
        load.nothingIsLost();
    }
}
