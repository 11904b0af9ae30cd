package io.sluice.broker.queue;

import java.util.Optional;

/**
 * A change of what of a queue is held up; an empty one stays as it is.
 *
 * @param delivery its messages are given to nobody; consumers keep their credit
 * @param intake its producers get no credit; what they send on credit they have is still taken
 */
public record Pause(Optional<Boolean> delivery, Optional<Boolean> intake) {
    public static final Pause AS_IT_IS = new Pause(Optional.empty(), Optional.empty());
}
