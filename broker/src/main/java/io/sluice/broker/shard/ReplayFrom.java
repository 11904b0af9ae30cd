package io.sluice.broker.shard;

import java.util.Objects;

/**
 * From where on a new subscription wants what its topic has kept.
 *
 * @param kind what the value is
 * @param value 0 or more
 * @param begins told that the subscription is a new one and that it holds, before the link's listener hears {@code attached}; shard's thread
 */
public record ReplayFrom(Kind kind, long value, Runnable begins) {
    /** What a {@link ReplayFrom} goes by. */
    public enum Kind {
        /** The last so many that were kept; what has gone of them since is not made up for. */
        LAST,
        /** Those that came at this instant, epoch milliseconds, or later. */
        INSTANT,
        /** Those with this number, in the queue that keeps them, or a later one. */
        SEQUENCE
    }

    public ReplayFrom {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(begins, "begins");
        if (value < 0) {
            throw new IllegalArgumentException("a replay begins at 0 or more, not " + value);
        }
    }
}
