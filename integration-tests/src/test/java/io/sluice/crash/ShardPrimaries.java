package io.sluice.crash;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Which node of a cluster with several shards, or with virtual hosts, is the primary of which, as the nodes say. */
final class ShardPrimaries {
    private static final long WAIT_SECONDS = 120;

    private ShardPrimaries() {}

    /** Of these, the node that said last that it is the primary of this shard, unless it said later that it is no more. */
    private static Optional<String> of(ClusterProcesses cluster, String shard, List<String> nodes) {
        String title = shard.substring(0, 1).toUpperCase(Locale.ROOT) + shard.substring(1);
        return nodes.stream()
                .filter(name -> cluster.node(name).isAlive())
                .filter(name -> cluster.node(name).errors().stream()
                        .filter(line -> line.contains("This node, " + name + ", is the primary of " + shard)
                                || line.contains(title + ": This node"))
                        .reduce("", (before, after) -> after)
                        .contains("is the primary of "))
                .findFirst();
    }

    /** Waits until one of these is the primary. */
    static String await(ClusterProcesses cluster, int shard, List<String> among) throws Exception {
        return await(cluster, "shard " + shard, among);
    }

    /** As {@link #await(ClusterProcesses, int, List)}, of a virtual host. */
    static String await(ClusterProcesses cluster, Host host, List<String> among) throws Exception {
        return await(cluster, "virtual host '" + host.name + "'", among);
    }

    /** A virtual host. */
    record Host(String name) {}

    private static String await(ClusterProcesses cluster, String shard, List<String> among) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        while (System.nanoTime() - deadline < 0) {
            Optional<String> primary = of(cluster, shard, among);
            if (primary.isPresent()) {
                return primary.get();
            }
            Thread.sleep(20);
        }
        throw new AssertionError(shard + " has no primary of " + among + ": " + cluster.errors());
    }

    /** Waits until each node has the shard of its number. */
    static void awaitSpread(ClusterProcesses cluster, List<String> nodes) throws Exception {
        for (int shard = 0; shard < nodes.size(); shard++) {
            await(cluster, shard, List.of(nodes.get(shard)));
        }
    }
}
