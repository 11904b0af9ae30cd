package io.sluice.broker.shard;

import io.sluice.broker.Message;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.Published;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;

/** A shard under random commands, with checkpoints beside them; the same random numbers do the same. */
abstract class ShardHistory {
    final Random random;
    final ShardFixture shard;

    ShardHistory(Random random, ShardFixture shard) {
        this.random = random;
        this.shard = shard;
    }

    /** Some command, or some time passes. */
    abstract void step();

    final void steps(int count) {
        for (int i = 0; i < count; i++) {
            step();
        }
    }

    /** Steps between those of checkpoints. @param between how many there are each time */
    final void besideCheckpoints(Random between, int checkpointSteps) {
        for (int i = 0; i < checkpointSteps; i++) {
            steps(between.nextInt(4));
            checkpointStep();
        }
    }

    /** A step of a checkpoint that runs beside all this, or the start of one. */
    final void checkpointStep() {
        NaiveStore store = shard.store;
        if (!store.isRunning()) {
            shard.startCheckpoint();
        } else if (!store.hasBegun()) {
            shard.runWhere(store::begin);
        } else if (checkpointFails()) {
            shard.runWhere(store::fail);
        } else if (store.hasSlice()) {
            shard.runWhere(store::stored);
        } else if (store.hasEnded()) {
            shard.runWhere(store::complete);
        } else {
            shard.runWhere(() -> store.next(1 + random.nextInt(20)));
        }
    }

    boolean checkpointFails() {
        return random.nextInt(12) == 0;
    }

    final <T> T some(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    /** Durable or not, and at times a large one. */
    final Message someMessage(String body) {
        boolean durable = random.nextInt(5) > 0;
        Message message = ShardFixture.message(body, durable ? Message.Header.DURABLE : Message.Header.DEFAULT);
        return random.nextInt(4) == 0 ? message.withBody(shard.bodies.add(1 + random.nextInt(9))) : message;
    }

    /** What a record puts into queues. */
    static List<Enqueued> enqueued(JournalRecord record) {
        return record instanceof Published published
                ? published.copies()
                : record instanceof Enqueued one ? List.of(one) : List.of();
    }

    /** In which queues each message was put, by its body. @param counts which records count */
    static Map<String, Set<Long>> copies(List<List<JournalRecord>> batches, Predicate<JournalRecord> counts) {
        Map<String, Set<Long>> copies = new HashMap<>();
        batches.stream()
                .flatMap(List::stream)
                .filter(counts)
                .flatMap(record -> enqueued(record).stream())
                .forEach(one -> copies.computeIfAbsent(
                                new String(one.message().encoded(), StandardCharsets.UTF_8), body -> new HashSet<>())
                        .add(one.queueId()));
        return copies;
    }
}
