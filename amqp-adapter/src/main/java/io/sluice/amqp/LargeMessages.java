package io.sluice.amqp;

import io.sluice.broker.port.LargeBodies;
import io.sluice.broker.shard.NoLargeBodies;
import io.sluice.broker.shard.ShardMailbox;
import java.util.Objects;
import java.util.function.Function;

/**
 * How messages too large for memory are kept: whatever is longer than the threshold goes to {@code bodies} but for the sections in
 * front of its body, in one transfer or in many. Those sections must end within the threshold.
 *
 * @param bodies where a shard has its bodies
 * @param thresholdBytes payload of a delivery, all sections together
 */
public record LargeMessages(Function<ShardMailbox, LargeBodies> bodies, int thresholdBytes) {
    /** Every message is in memory. */
    public static final LargeMessages NONE = new LargeMessages(new NoLargeBodies(), Integer.MAX_VALUE);

    /** With one place for all. */
    public LargeMessages(LargeBodies bodies, int thresholdBytes) {
        this(anyShard -> bodies, thresholdBytes);
        Objects.requireNonNull(bodies, "bodies");
    }

    public LargeMessages {
        Objects.requireNonNull(bodies, "bodies");
        if (thresholdBytes < 1) {
            throw new IllegalArgumentException("thresholdBytes is 1 or more, not " + thresholdBytes);
        }
    }

    LargeBodies of(ShardMailbox shard) {
        return bodies.apply(shard);
    }
}
