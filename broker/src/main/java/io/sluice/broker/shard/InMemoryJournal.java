package io.sluice.broker.shard;

import io.sluice.broker.port.Journal;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.RecordVisitor;
import java.util.List;

/** A journal that remembers nothing: every batch is committed at once. For tests and the embedded mode. */
public final class InMemoryJournal implements Journal {
    private Listener listener;
    private long index;

    @Override
    public JournalPosition open(JournalPosition after, RecordVisitor replay, Listener newListener) {
        index = after.index();
        listener = newListener;
        return after;
    }

    @Override
    public void append(List<JournalRecord> batch) {
        index++;
        listener.committed(1, new JournalPosition(1, index));
    }

    @Override
    public int maxBatchBytes() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void checkpointed(JournalPosition position) {}

    @Override
    public void close() {}
}
