package io.sluice.storage.raft;

import io.sluice.broker.port.Metrics;
import io.sluice.broker.port.Metrics.Counter;
import io.sluice.broker.port.Metrics.Distribution;
import io.sluice.broker.port.Metrics.Unit;
import io.sluice.storage.raft.ClusterStatus.Member;
import io.sluice.storage.raft.ClusterStatus.Role;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** What a replica tells about itself: its role, how far the others are, and what an entry costs. Written by the thread that applies. */
final class ReplicationMeters {
    private final Metrics metrics;
    private final Distribution entryBytes;
    private final Distribution commit;
    private final Counter roleLost;

    ReplicationMeters(Metrics metrics) {
        this.metrics = metrics;
        entryBytes = metrics.distribution(
                "sluice.replication.entry.size", Unit.BYTES, "Size of an entry of the log that was applied here.");
        commit = metrics.distribution(
                "sluice.replication.commit",
                Unit.NANOS,
                "Time from proposing an entry, as the primary, to having it on a majority and applied here.");
        roleLost = metrics.counter(
                "sluice.replication.role.lost", Unit.COUNT, "Times this node was the primary and is it no more.");
    }

    /** What can be asked of a replica that is open. */
    void show(ReplicaAdministration administration, LogRoom room) {
        gauge(
                administration,
                "sluice.replication.primary",
                "1 where this node is the primary, 0 where another one is, not a number where nobody is known.",
                status -> status.primary().isEmpty() ? Double.NaN : isPrimary(status) ? 1 : 0);
        gauge(administration, "sluice.replication.term", "Rises with every election.", status ->
                (double) status.term());
        gauge(
                administration,
                "sluice.replication.members",
                "Nodes of the cluster, this one among them.",
                status -> status.members().size());
        gauge(
                administration,
                "sluice.replication.backups",
                "Other nodes that this one, as the primary, has heard of lately.",
                status -> isPrimary(status)
                        ? status.members().stream()
                                .filter(member -> member.role() == Role.BACKUP)
                                .count()
                        : Double.NaN);
        gauge(
                administration,
                "sluice.replication.lag",
                "Entries that the backup furthest behind does not have, of those this node has as the primary.",
                ReplicationMeters::lag);
        metrics.gauge(
                "sluice.replication.log",
                Unit.BYTES,
                "Entries of the log that the store's checkpoint does not hold.",
                room::bytes);
    }

    private void gauge(
            ReplicaAdministration administration, String name, String text, ToDoubleFunction<ClusterStatus> value) {
        metrics.gauge(name, Unit.COUNT, text, () -> {
            try {
                return value.applyAsDouble(administration.status());
            } catch (RuntimeException closed) {
                // Asked between two lives of the node.
                return Double.NaN;
            }
        });
    }

    private static boolean isPrimary(ClusterStatus status) {
        return status.primary().equals(Optional.of(status.self()));
    }

    private static double lag(ClusterStatus status) {
        if (!isPrimary(status)) {
            return Double.NaN;
        }
        return status.members().stream()
                .map(Member::lagRecords)
                .flatMap(Optional::stream)
                .mapToDouble(Long::doubleValue)
                .max()
                .orElse(Double.NaN);
    }

    void applied(int bytes) {
        entryBytes.record(bytes);
    }

    void committed(long nanos) {
        commit.record(nanos);
    }

    void roleLost() {
        roleLost.increment();
    }
}
