package io.sluice.broker.shard;

import io.sluice.broker.Refusal;
import io.sluice.broker.port.Journal;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.Reply;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.queue.LargeReferences;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a shard to where it was: what the store holds (pages are taken note of, not read), then the journal. Where the journal
 * holds more than memory should, checkpoints are written in the middle of the replay; the recovering thread answers for the shard.
 */
final class Recovery implements MessageStore.Restored {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private final Shard shard;
    private final ShardQueues queues;
    private final LargeReferences large;
    private final ShardLimits limits;
    /**
     * Memory for messages without a page, above which a checkpoint is written. Far above what it is while the shard serves: nobody
     * is waiting for memory but for the start, and what a crash left was in memory before it.
     */
    private long unstoredLimitBytes;

    private String failure = "";

    Recovery(Shard shard, ShardQueues queues, LargeReferences large, ShardLimits limits) {
        this.large = large;
        this.shard = shard;
        this.queues = queues;
        this.limits = limits;
        this.unstoredLimitBytes = replayBytes();
    }

    private long replayBytes() {
        return limits.memoryBytes() / 10 * 9;
    }

    void run(MessageStore store, Journal journal, Journal.Listener listener) throws StorageException {
        JournalPosition checkpoint = store.restore(this);
        JournalPosition end;
        store.hurry(true); // nobody is served yet whom a checkpoint could hold up
        try {
            end = journal.open(checkpoint, queues, listener);
        } finally {
            store.hurry(false);
        }
        queues.definitions().publish();
        shard.checkpoints().applied(end);
        shard.checkpoints().journalIsOpen();
        Set<Long> missing = large.recovered();
        if (!missing.isEmpty()) {
            LOG.error("The bodies of {} large messages are missing: {}", missing.size(), missing);
        }
        shard.mailbox().open();
    }

    @Override
    public void queue(QueueDeclared queue) {
        queues.queueDeclared(queue);
    }

    @Override
    public void page(MessageStore.StoredPage page) {
        queues.restored(page);
    }

    @Override
    public void record(JournalRecord record) {
        record.accept(queues);
    }

    /** Everything up to here is replayed. */
    void replayed(JournalPosition position) throws StorageException {
        shard.checkpoints().applied(position);
        if (queues.memory().unstoredBytes() <= unstoredLimitBytes) {
            return;
        }
        checkpoint();
        if (failure.isEmpty()) {
            shard.residency().dropAll();
            unstoredLimitBytes = replayBytes();
        } else if (queues.bytes() > limits.memoryBytes()) {
            throw new StorageException(
                    "The journal holds more than memory may, and it cannot be moved to the store: " + failure);
        } else {
            // There is still memory to go on in; a full disk is no reason not to start.
            unstoredLimitBytes =
                    queues.memory().unstoredBytes() + limits.paging().unstoredBytes() / 4;
        }
    }

    private void checkpoint() {
        failure = "";
        shard.checkpoints().start(new Reply<>() {
            @Override
            public void done(JournalPosition durable) {}

            @Override
            public void refused(Refusal refusal) {
                failure = refusal.text();
            }
        });
        while (shard.checkpoints().isRunning()) {
            shard.mailbox().await();
            shard.decidePosted();
        }
    }
}
