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
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds the store's checkpoints: a little per turn, so that the shard goes on serving. A message captured late may already hold
 * the effect of records behind the checkpoint's position; replaying those again changes nothing.
 */
final class Checkpoints implements MessageStore.CheckpointSource {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

    private final ShardQueues queues;
    private final MessageStore store;
    private final Journal journal;
    private final ShardMailbox mailbox;
    private final ShardLimits limits;
    private final ArrayDeque<Queue> left = new ArrayDeque<>();
    private final List<Reply<JournalPosition>> waiting = new ArrayList<>();
    private JournalPosition applied = JournalPosition.START;
    private long nextSequence;
    /** Of the checkpoint that runs or ran last. */
    private int number;

    private boolean running;

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

    /** Starts a checkpoint; where one runs, the reply waits for the next. Shard's thread. */
    void start(Reply<JournalPosition> reply) {
        waiting.add(reply);
        if (!running) {
            run();
        }
    }

    /** The journal wants room: a checkpoint that runs already will do. */
    void wanted() {
        if (!running) {
            run();
        }
    }

    private void run() {
        running = true;
        number++;
        List<Reply<JournalPosition>> replies = new ArrayList<>(waiting);
        waiting.clear();
        store.checkpoint(this, new MessageStore.CheckpointListener() {
            @Override
            public void completed(JournalPosition position) {
                journal.checkpointed(position);
                mailbox.post((shard, turn) -> {
                    replies.forEach(reply -> reply.done(position));
                    ended();
                });
            }

            @Override
            public void failed(StorageException cause) {
                LOG.debug("checkpoint failed", cause);
                mailbox.post((shard, turn) -> {
                    queues.durable().forEach(queue -> queue.storeFailed(number));
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
            left.clear();
            left.addAll(queues.durable());
            nextSequence = 0;
            List<JournalRecord.QueueDeclared> declared = new ArrayList<>();
            for (Queue queue : left) {
                declared.add(queue.asRecord());
            }
            answer.answer(new Beginning(applied, declared, List.of()));
        });
    }

    @Override
    public void next(int maxBytes, Answer<Slice> answer) {
        int bytes = Math.min(maxBytes, limits.checkpointSliceBytes());
        mailbox.post((shard, turn) -> answer.answer(new Slice(0, capture(bytes))));
    }

    private List<Enqueued> capture(int maxBytes) {
        List<Enqueued> messages = new ArrayList<>();
        while (messages.isEmpty() && !left.isEmpty()) {
            Queue queue = left.peek();
            nextSequence = queue.capture(nextSequence, maxBytes, messages::add);
            if (nextSequence == Long.MAX_VALUE) {
                left.remove();
                nextSequence = 0;
            }
        }
        return messages;
    }

    @Override
    public void stored(List<Enqueued> messages, long page) {
        mailbox.post((shard, turn) -> {
            for (int i = 0; i < messages.size(); i++) {
                Enqueued captured = messages.get(i);
                long token = page + i;
                boolean taken = queues.find(captured.queueId())
                        .map(queue -> queue.stored(captured, token, number))
                        .orElse(false);
                if (!taken) {
                    store.forget(page, i);
                }
            }
        });
    }
}
