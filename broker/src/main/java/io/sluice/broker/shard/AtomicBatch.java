package io.sluice.broker.shard;

import io.sluice.broker.Outcome;
import io.sluice.broker.queue.Delivery;
import java.util.List;
import java.util.Objects;

/**
 * Sends and settlements, of any queues of one shard, that happen together or not at all: what a transaction comes to when it is
 * committed. To roll one back is not to commit it: until then nothing is decided.
 *
 * @param sends messages to store, in this order
 * @param settlements outcomes of deliveries whose lock is still held
 */
public record AtomicBatch(List<Publish> sends, List<Settlement> settlements) {
    public AtomicBatch {
        sends = List.copyOf(sends);
        settlements = List.copyOf(settlements);
    }

    public record Settlement(Delivery delivery, Outcome outcome) {
        public Settlement {
            Objects.requireNonNull(delivery, "delivery");
            Objects.requireNonNull(outcome, "outcome");
        }
    }
}
