package io.sluice.storage.journal;

/**
 * How much disk the journal uses.
 *
 * @param segmentBytes size of one segment file, 64 KiB to 1 GiB, a multiple of 4096; also the limit for one batch
 * @param budgetBytes the journal asks for a checkpoint when its full segments hold more than this
 * @param maxBytes hard limit for all segment files; appends wait there until a checkpoint frees one
 * @param minFreeDiskBytes below this (or two segments, if that is more) free on the disk, room is reported low
 * @param diskCheckMillis how often free disk space is looked at when nothing happens
 * @param slowForceMillis a force that takes longer is logged and counted
 * @param stalledForceMillis one that takes longer ends the journal: the disk is not going to come back
 */
public record JournalLimits(
        int segmentBytes,
        long budgetBytes,
        long maxBytes,
        long minFreeDiskBytes,
        int diskCheckMillis,
        int slowForceMillis,
        int stalledForceMillis) {
    private static final int MIN_SEGMENT_BYTES = 64 << 10;
    private static final int MAX_SEGMENT_BYTES = 1 << 30;
    /** Zeroed segments kept ready, so that the writer does not wait for one. */
    static final int SPARE_SEGMENTS = 2;

    /** 64 MiB segments, checkpoint at 512 MiB, at most 2 GiB, 256 MiB of the disk left alone. */
    public static final JournalLimits DEFAULT = new JournalLimits(64 << 20, 512L << 20, 2L << 30, 256L << 20, 1000);

    /** With the usual patience: a force is slow after a second, and given up after thirty. */
    public JournalLimits(
            int segmentBytes, long budgetBytes, long maxBytes, long minFreeDiskBytes, int diskCheckMillis) {
        this(segmentBytes, budgetBytes, maxBytes, minFreeDiskBytes, diskCheckMillis, 1_000, 30_000);
    }

    public JournalLimits {
        check(
                segmentBytes >= MIN_SEGMENT_BYTES && segmentBytes <= MAX_SEGMENT_BYTES && segmentBytes % 4096 == 0,
                "segmentBytes must be 65536 to 1073741824 and a multiple of 4096, not " + segmentBytes);
        check(budgetBytes >= segmentBytes, "budgetBytes must be at least segmentBytes, not " + budgetBytes);
        long least = budgetBytes + (SPARE_SEGMENTS + 1L) * segmentBytes;
        check(
                maxBytes >= least,
                "maxBytes must be at least budgetBytes and three segments, which is " + least + ", not " + maxBytes);
        check(minFreeDiskBytes >= 0, "minFreeDiskBytes must be 0 or more, not " + minFreeDiskBytes);
        check(diskCheckMillis >= 1, "diskCheckMillis must be 1 or more, not " + diskCheckMillis);
        check(slowForceMillis >= 1, "slowForceMillis must be 1 or more, not " + slowForceMillis);
        check(
                stalledForceMillis > slowForceMillis,
                "stalledForceMillis must be more than slowForceMillis, which is " + slowForceMillis + ", not "
                        + stalledForceMillis);
    }

    /** Limits for small folders, as tests want them: all sizes in segments. */
    public static JournalLimits ofSegments(int segmentBytes, int budgetSegments, int maxSegments) {
        return new JournalLimits(
                segmentBytes, (long) budgetSegments * segmentBytes, (long) maxSegments * segmentBytes, 0, 1000);
    }

    int budgetSegments() {
        return (int) Math.min(Integer.MAX_VALUE, budgetBytes / segmentBytes);
    }

    int maxSegments() {
        return (int) Math.min(Integer.MAX_VALUE, maxBytes / segmentBytes);
    }

    /** Free disk below which room is low. */
    long lowDiskBytes() {
        return Math.max(2L * segmentBytes, minFreeDiskBytes);
    }

    private static void check(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
