package io.sluice.broker.explain;

import io.sluice.broker.port.LinkDescription;
import io.sluice.broker.queue.Consumer;

/**
 * Why a consumer gets messages, or none.
 *
 * @param credit deliveries the shard may still give it
 * @param unsettled deliveries it has and has not settled
 * @param delivered since it attached
 * @param cause why it gets no more; {@code NEXT} where it gets the next that comes
 */
public record LinkExplanation(
        LinkDescription link,
        String queue,
        Consumer.Mode mode,
        long credit,
        int unsettled,
        long delivered,
        Cause cause) {}
