package io.sluice.storage;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.broker.record.JournalRecord.QueueDeleted;
import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.JournalRecord.Returned;
import io.sluice.broker.record.SequenceRanges;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Records to write in tests. */
public final class Workload {
    private Workload() {}

    public static QueueDeclared queue(long id) {
        return new QueueDeclared(id, QueueDefinition.named("queue-" + id), 1);
    }

    public static Enqueued message(long queueId, long sequence, byte[] body) {
        return new Enqueued(
                queueId,
                sequence,
                1_000,
                sequence % 3 == 0 ? 1_000_000 - sequence : Message.NONE,
                sequence % 5 == 0 ? 2_000 + sequence : 0,
                0,
                "",
                new Message(body, 0, Message.Header.DURABLE, Annotations.EMPTY));
    }

    public static Enqueued message(long queueId, long sequence, int bytes, Random random) {
        byte[] body = new byte[bytes];
        random.nextBytes(body);
        return message(queueId, sequence, body);
    }

    public static Removed removed(long queueId, long... sequences) {
        return new Removed(queueId, SequenceRanges.ofSequences(sequences, sequences.length), Removed.Reason.CONSUMED);
    }

    /** A batch that makes sense in this state: mostly publishes and settlements, now and then a queue comes or goes. */
    public static List<JournalRecord> batch(ModelShard state, Random random, int largestBytes) {
        List<JournalRecord> batch = new ArrayList<>();
        List<Long> queues = state.queueIds();
        if (queues.isEmpty() || random.nextInt(60) == 0) {
            boolean delete = queues.size() > random.nextInt(6);
            long id = delete ? queues.get(random.nextInt(queues.size())) : 1 + random.nextInt(Integer.MAX_VALUE);
            batch.add(delete ? new QueueDeleted(id) : queue(id));
            return batch;
        }
        long queueId = queues.get(random.nextInt(queues.size()));
        List<Long> waiting = state.sequences(queueId);
        if (random.nextInt(100) < 55 || waiting.isEmpty()) {
            long sequence = state.nextSequence(queueId);
            int count = 1 + random.nextInt(8);
            for (int i = 0; i < count; i++) {
                int most = random.nextInt(100) == 0 ? largestBytes : 3_000;
                batch.add(message(queueId, sequence + i, random.nextInt(most), random));
            }
        } else if (random.nextInt(10) == 0) {
            batch.add(new Returned(
                    queueId,
                    waiting.get(random.nextInt(waiting.size())),
                    1 + random.nextInt(5),
                    Annotations.of(Map.of("x-count", new Annotations.Number(random.nextLong())))));
        } else {
            int count = Math.min(waiting.size(), 1 + random.nextInt(12));
            int from = random.nextInt(4) == 0 ? random.nextInt(waiting.size() - count + 1) : 0;
            batch.add(removed(
                    queueId,
                    waiting.subList(from, from + count).stream()
                            .mapToLong(s -> s)
                            .toArray()));
        }
        return batch;
    }
}
