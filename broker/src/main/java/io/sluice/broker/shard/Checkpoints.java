package io.sluice.broker.shard;

import io.sluice.broker.Refusal;
import io.sluice.broker.port.Journal;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.MessageStore.Answer;
import io.sluice.broker.port.MessageStore.Beginning;
import io.sluice.broker.port.MessageStore.Slice;
import io.sluice.broker.port.Reply;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Enqueued;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds the store's checkpoints: a little per turn, so that the shard goes on serving. A message captured late may already hold
 * the effect of records behind the checkpoint's position; replaying those again changes nothing.
 */
final class Checkpoints implements MessageStore.CheckpointSource {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

    /** So long after a failure memory does not ask for another. */
    private static final long RETRY_MILLIS = 1000;

    private final ShardQueues queues;
    private final MessageStore store;
    private final Journal journal;
    private final ShardMailbox mailbox;
    private final ShardLimits limits;
    /** Of the checkpoint that runs, by id. */
    private final Map<Long, Queue> captured = new LinkedHashMap<>();
    /** Of those, the ones that may still have something to capture. */
    private final ArrayDeque<Queue> left = new ArrayDeque<>();

    private final List<Reply<JournalPosition>> waiting = new ArrayList<>();
    private JournalPosition applied = JournalPosition.START;
    /** What the last checkpoint of this life stands for. */
    private JournalPosition durable = JournalPosition.START;

    private long notForMemoryBefore;
    private boolean journalIsOpen;
    private boolean running;
    private long begun;

    Checkpoints(ShardQueues queues, MessageStore store, Journal journal, ShardMailbox mailbox, ShardLimits limits) {
        this.queues = queues;
        this.store = store;
        this.journal = journal;
        this.mailbox = mailbox;
        this.limits = limits;
    }

    /** Everything up to here is applied. */
    void applied(JournalPosition position) {
        applied = position;
    }

    /** The journal has replayed all it holds; what was checkpointed meanwhile frees its room only now. */
    void journalIsOpen() {
        journalIsOpen = true;
        if (durable != JournalPosition.START) {
            journal.checkpointed(durable);
        }
    }

    /** Starts a checkpoint; where one runs, the reply waits for the next. Shard's thread. */
    void start(Reply<JournalPosition> reply) {
        waiting.add(reply);
        if (!running) {
            run();
        }
    }

    boolean isRunning() {
        return running;
    }

    /** The journal wants room: a checkpoint that runs already will do. */
    void wanted() {
        if (!running) {
            run();
        }
    }

    /** Memory is short of messages that may leave it. After a failure it is not asked again at once. */
    void wantedForMemory(long nowMillis) {
        if (!running && nowMillis >= notForMemoryBefore) {
            run();
        }
    }

    /** Checkpoints begun in this life. */
    long begun() {
        return begun;
    }

    private void run() {
        running = true;
        begun++;
        captured.clear();
        left.clear();
        List<Reply<JournalPosition>> replies = new ArrayList<>(waiting);
        waiting.clear();
        boolean trims = journalIsOpen;
        store.checkpoint(this, new MessageStore.CheckpointListener() {
            @Override
            public void completed(JournalPosition position) {
                if (trims) {
                    journal.checkpointed(position);
                }
                mailbox.post((shard, turn) -> {
                    durable = position;
                    captured.values().forEach(queue -> queue.capture().completed());
                    replies.forEach(reply -> reply.done(position));
                    ended();
                });
            }

            @Override
            public void failed(StorageException cause) {
                LOG.debug("checkpoint failed", cause);
                mailbox.post((shard, turn) -> {
                    captured.values().forEach(queue -> queue.capture().failed());
                    notForMemoryBefore = turn.nowMillis() + RETRY_MILLIS;
                    Refusal refusal = Refusal.of(Refusal.Kind.INTERNAL_ERROR, String.valueOf(cause.getMessage()));
                    replies.forEach(reply -> reply.refused(refusal));
                    ended();
                });
            }
        });
    }

    private void ended() {
        running = false;
        if (!waiting.isEmpty()) {
            run();
        }
    }

    @Override
    public void begin(Answer<Beginning> answer) {
        mailbox.post((shard, turn) -> {
            List<JournalRecord.QueueDeclared> declared = new ArrayList<>();
            List<JournalRecord> records = new ArrayList<>();
            for (Queue queue : queues.durable()) {
                captured.put(queue.id(), queue);
                left.add(queue);
                declared.add(queue.asRecord());
                queue.capture().begins(records);
                queues.subscriptionOf(queue).ifPresent(records::add);
            }
            records.addAll(queues.definitions().records());
            records.addAll(queues.exchanges().records());
            answer.answer(new Beginning(applied, declared, records));
        });
    }

    @Override
    public void next(int maxBytes, Answer<Slice> answer) {
        int bytes = Math.min(maxBytes, limits.checkpointSliceBytes());
        mailbox.post((shard, turn) -> answer.answer(capture(bytes)));
    }

    private Slice capture(int maxBytes) {
        while (!left.isEmpty()) {
            Optional<Slice> slice = left.peek().capture().next(maxBytes);
            if (slice.isPresent()) {
                return slice.get();
            }
            left.remove();
        }
        return Slice.END;
    }

    @Override
    public void stored(List<Enqueued> messages, long page) {
        mailbox.post((shard, turn) ->
                captured.get(messages.get(0).queueId()).capture().stored(messages, page));
    }
}
