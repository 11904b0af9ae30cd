package io.sluice.storage.raft;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * What a replica of a shard's journal needs to know.
 *
 * @param group identity of the shard's group: the same on every member, and no other cluster's
 * @param self this node
 * @param founders every member of a group that starts for the first time, this node among them; empty: this node waits until a group
 *     takes it in. Of no account once there is a log
 * @param folder where log and term are kept
 * @param timing how fast a lost primary is noticed
 * @param limits of room
 * @param sync what "durable" means
 */
public record RaftSettings(
        UUID group, RaftMember self, List<RaftMember> founders, Path folder, Timing timing, Limits limits, Sync sync) {
    public RaftSettings {
        Objects.requireNonNull(group, "group");
        Objects.requireNonNull(self, "self");
        Objects.requireNonNull(folder, "folder");
        founders = List.copyOf(founders);
    }

    /** What an acknowledged batch has survived. */
    public enum Sync {
        /** On the disks of a majority. */
        DISK,
        /**
         * Written by a majority, with some of it in memory of their operating systems: it survives the end of every process, but not that
         * of a majority of the machines.
         */
        MEMORY
    }

    /**
     * @param electionMinMillis a backup that hears nothing for so long asks to become the primary, 20 or more
     * @param electionMaxMillis the latest it does so; the primary gives up when no majority answered for so long
     */
    public record Timing(int electionMinMillis, int electionMaxMillis) {
        /** Serving again in well under 1.5 s, and no election for a pause of a quarter of a second. */
        public static final Timing DEFAULT = new Timing(300, 600);

        public Timing {
            if (electionMinMillis < 20 || electionMaxMillis <= electionMinMillis) {
                throw new IllegalArgumentException("election time-outs are 20 ms or more, and a range: not "
                        + electionMinMillis + " to " + electionMaxMillis);
            }
        }
    }

    /**
     * @param journalBudgetBytes of log, above which a checkpoint is wanted
     * @param journalMaxBytes of log, above which producers wait
     * @param minFreeDiskBytes below which producers wait
     * @param maxBatchBytes of one batch, which is never cut
     */
    public record Limits(long journalBudgetBytes, long journalMaxBytes, long minFreeDiskBytes, int maxBatchBytes) {
        public static final Limits DEFAULT = new Limits(256L << 20, 2L << 30, 256L << 20, 20 << 20);

        public Limits {
            if (journalBudgetBytes < 1 || journalMaxBytes < journalBudgetBytes || maxBatchBytes < 1 << 20) {
                throw new IllegalArgumentException("limits of a replicated journal are too small");
            }
        }
    }
}
