package io.sluice.storage;

import io.sluice.broker.record.SequenceRanges;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * One place of a data folder that is not what was written there.
 *
 * @param file that is damaged, or is missing
 * @param offset in bytes, 0 where the file as a whole is meant
 * @param what one sentence for an operator
 * @param lost what was there, as far as that can be told
 */
public record Damage(Path file, long offset, String what, List<Lost> lost) {
    public Damage {
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(what, "what");
        lost = List.copyOf(lost);
    }

    public Damage(Path file, long offset, String what) {
        this(file, offset, what, List.of());
    }

    /**
     * @param queueId the queue, by its number in the folder
     * @param sequences of messages
     * @param change what happened to them at that place
     */
    public record Lost(long queueId, SequenceRanges sequences, Change change) {}

    /** What of a message is lost. */
    public enum Change {
        /** The message itself. */
        MESSAGE,
        /** That it was settled: it may be delivered again. */
        SETTLEMENT,
        /** That its delivery failed: it may be delivered once more than its queue allows. */
        DELIVERY_COUNT
    }
}
