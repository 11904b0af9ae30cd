package io.sluice.storage.mapdb;

/**
 * How the store uses the disk.
 *
 * @param checkpointBytesPerSecond what a checkpoint writes at most, so that the journal's forces stay short; 0 for no limit;
 *     lifted while {@code MessageStore.hurry(true)} holds
 * @param stepBytes a checkpoint holds so many changed bytes in memory at most, and forces what it wrote after so many; 64 KiB to
 *     1 GiB
 * @param shrinkFileBytes a file no larger than this is never written anew to give room back
 * @param shrinkLiveBytes a file is written anew while the store is open only where no more than this of it is in use; at a start
 *     there is no such limit
 */
public record StoreLimits(long checkpointBytesPerSecond, int stepBytes, long shrinkFileBytes, long shrinkLiveBytes) {
    private static final int MIN_STEP_BYTES = 64 << 10;
    private static final int MAX_STEP_BYTES = 1 << 30;

    /** 96 MiB/s in steps of 8 MiB; files above 64 MiB are written anew, at run time when at most 256 MiB are in use. */
    public static final StoreLimits DEFAULT = new StoreLimits(96L << 20, 8 << 20, 64L << 20, 256L << 20);

    public StoreLimits {
        check(
                checkpointBytesPerSecond >= 0,
                "checkpointBytesPerSecond must be 0 or more, not " + checkpointBytesPerSecond);
        check(
                stepBytes >= MIN_STEP_BYTES && stepBytes <= MAX_STEP_BYTES,
                "stepBytes must be 65536 to 1073741824, not " + stepBytes);
        check(shrinkFileBytes >= 0, "shrinkFileBytes must be 0 or more, not " + shrinkFileBytes);
        check(shrinkLiveBytes >= 0, "shrinkLiveBytes must be 0 or more, not " + shrinkLiveBytes);
    }

    private static void check(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
