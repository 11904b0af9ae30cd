package io.sluice.broker.transaction;

import io.sluice.broker.Outcome;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.shard.AtomicBatch;
import io.sluice.broker.shard.Publish;
import io.sluice.broker.shard.Rollback;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a transaction comes to on one shard, in the order it was said. */
final class Work {
    /** @param settled whether the consumer knows the delivery no more */
    private record Retirement(Outcome outcome, boolean settled) {}

    private final List<Publish> sends = new ArrayList<>();
    private final Map<Delivery, Retirement> retirements = new LinkedHashMap<>();

    void send(Publish publish) {
        sends.add(publish);
    }

    void retire(Delivery delivery, Outcome outcome, boolean settled) {
        retirements.put(delivery, new Retirement(outcome, settled));
    }

    void settle(Delivery delivery) {
        retirements.computeIfPresent(delivery, (same, said) -> new Retirement(said.outcome, true));
    }

    void forget(Delivery delivery) {
        retirements.remove(delivery);
    }

    boolean isEmpty() {
        return sends.isEmpty() && retirements.isEmpty();
    }

    Iterable<Delivery> deliveries() {
        return retirements.keySet();
    }

    AtomicBatch asBatch() {
        List<AtomicBatch.Settlement> settlements = new ArrayList<>(retirements.size());
        retirements.forEach((delivery, said) -> settlements.add(new AtomicBatch.Settlement(delivery, said.outcome)));
        return new AtomicBatch(sends, settlements);
    }

    Rollback asRollback() {
        List<Delivery> settled = new ArrayList<>();
        List<Delivery> unsettled = new ArrayList<>();
        retirements.forEach((delivery, said) -> (said.settled ? settled : unsettled).add(delivery));
        return new Rollback(sends, settled, unsettled);
    }

    /** What is to be undone now where the transaction can only be rolled back: messages, which take memory. */
    Rollback takeSends() {
        Rollback undone = new Rollback(sends, List.of(), List.of());
        sends.clear();
        return undone;
    }
}
