package io.sluice.benchmark;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.port.Journal;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.DefinitionRecord;
import io.sluice.broker.record.ExchangeRecord;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.LastValues;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.broker.record.JournalRecord.QueueDeleted;
import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.JournalRecord.Returned;
import io.sluice.broker.record.JournalRecord.SessionStateSet;
import io.sluice.broker.record.RecordVisitor;
import io.sluice.broker.record.SequenceRanges;
import io.sluice.storage.FileDisk;
import io.sluice.storage.journal.JournalLimits;
import io.sluice.storage.journal.SegmentJournal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The segment journal alone, a record per batch. Its segments are used again as soon as it asks for a checkpoint, as if the store
 * were free of cost; {@link SluiceShard} pays for all of it.
 */
final class SluiceJournal implements JournalUnderTest, Journal.Listener, RecordVisitor {
    private static final UUID STORE = new UUID(1, 2);
    private static final long QUEUE = 1;
    private static final int SEGMENT_BYTES = 64 << 20;
    private static final long BACKLOG_BYTES = 24L << 30;

    private final SegmentJournal journal;
    private final boolean backlog;
    private final Queue<Pending> underWay = new ConcurrentLinkedQueue<>();
    private JournalPosition last = JournalPosition.START;
    private long loaded;

    private record Pending(long id, Durable durable) {}

    SluiceJournal(Path folder, boolean backlog) throws Exception {
        this.backlog = backlog;
        Files.createDirectories(folder);
        JournalLimits limits = backlog
                ? new JournalLimits(SEGMENT_BYTES, BACKLOG_BYTES, BACKLOG_BYTES + 4L * SEGMENT_BYTES, 0, 1000)
                : JournalLimits.DEFAULT;
        journal = new SegmentJournal(new FileDisk(), folder, STORE, limits);
        journal.open(JournalPosition.START, this, this);
    }

    @Override
    public long loaded() {
        return loaded;
    }

    @Override
    public void enqueue(long id, byte[] body, Durable durable) {
        Message message = new Message(body, 0, Message.Header.DURABLE, Annotations.EMPTY);
        append(new Enqueued(QUEUE, id, 1_000, Message.NONE, 0, message), new Pending(id, durable));
    }

    @Override
    public void settle(long id) {
        append(
                new Removed(QUEUE, SequenceRanges.ofSequences(new long[] {id}, 1), Removed.Reason.CONSUMED),
                new Pending(id, ignored -> {}));
    }

    /** The journal has one producer, a shard: here they take turns. */
    private synchronized void append(JournalRecord record, Pending pending) {
        underWay.add(pending);
        journal.append(List.of(record));
    }

    @Override
    public void committed(int batches, JournalPosition position) {
        last = position;
        for (int i = 0; i < batches; i++) {
            Pending pending = underWay.remove();
            pending.durable.durable(pending.id);
        }
    }

    @Override
    public void checkpointWanted(boolean urgent) {
        if (!backlog) {
            journal.checkpointed(last);
        }
    }

    @Override
    public void failed(StorageException cause) {
        System.err.println(cause.getMessage());
        Runtime.getRuntime().halt(1);
    }

    @Override
    public void roomLow(boolean low, String reason) {}

    @Override
    public void close() throws StorageException {
        journal.close();
    }

    @Override
    public void enqueued(Enqueued enqueued) {
        loaded++;
    }

    @Override
    public void removed(Removed removed) {
        loaded--;
    }

    @Override
    public void returned(Returned returned) {}

    @Override
    public void duplicatesRemembered(DuplicatesRemembered remembered) {}

    @Override
    public void queuePaused(JournalRecord.QueuePaused paused) {}

    @Override
    public void subscribed(JournalRecord.Subscribed subscribed) {}

    @Override
    public void defined(DefinitionRecord definition) {
        throw new IllegalStateException("not written here: " + definition);
    }

    @Override
    public void exchange(ExchangeRecord exchange) {
        throw new IllegalStateException("not written here: " + exchange);
    }

    @Override
    public void lastValues(LastValues last) {}

    @Override
    public void sessionStateSet(SessionStateSet set) {}

    @Override
    public void queueDeclared(QueueDeclared declared) {}

    @Override
    public void queueDeleted(QueueDeleted deleted) {}
}
