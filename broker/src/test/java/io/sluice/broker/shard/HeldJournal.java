package io.sluice.broker.shard;

import io.sluice.broker.port.Journal;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.RecordCodec;
import io.sluice.broker.record.RecordVisitor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A journal that commits at once, or when told while it holds. It keeps everything as bytes, so that a restart sees what a disk
 * would give back and nothing that was changed in memory after the append.
 */
final class HeldJournal implements Journal {
    static final int MAX_BATCH_BYTES = 200_000;

    private final List<List<byte[]>> batches = new ArrayList<>();
    private int committed;
    private long trimmedTo;
    private boolean holding;
    private boolean mayServe = true;
    private Listener listener;

    /** From here on batches wait for {@link #commit}. */
    void hold() {
        holding = true;
    }

    /** Another node may be the primary, or not. */
    void mayServe(boolean now) {
        mayServe = now;
    }

    @Override
    public boolean mayServe() {
        return mayServe;
    }

    /** Commits all that waits, and commits at once from here on. */
    void letGo() {
        holding = false;
        commitAll();
    }

    void commitAll() {
        commit(waiting());
    }

    /** The oldest waiting batches are durable, reported in one call. */
    void commit(int count) {
        if (count > 0) {
            committed += count;
            listener.committed(count, new JournalPosition(1, committed));
        }
    }

    int waiting() {
        return batches.size() - committed;
    }

    int committed() {
        return committed;
    }

    long trimmedTo() {
        return trimmedTo;
    }

    Listener listener() {
        return listener;
    }

    void fail() {
        listener.failed(new StorageException("the disk is gone"));
    }

    /** A journal that holds the first {@code count} batches of this one: what a crash at that boundary leaves. */
    HeldJournal prefix(int count) {
        HeldJournal prefix = new HeldJournal();
        prefix.batches.addAll(batches.subList(0, count));
        prefix.committed = count;
        prefix.trimmedTo = trimmedTo;
        return prefix;
    }

    /** All records appended so far, batch by batch. */
    List<List<JournalRecord>> history() {
        List<List<JournalRecord>> history = new ArrayList<>();
        for (List<byte[]> batch : batches) {
            List<JournalRecord> records = new ArrayList<>();
            batch.forEach(bytes -> records.add(RecordCodec.read(ByteBuffer.wrap(bytes))));
            history.add(records);
        }
        return history;
    }

    /** Every record appended so far, in order. */
    List<JournalRecord> records() {
        return history().stream().flatMap(List::stream).toList();
    }

    @Override
    public JournalPosition open(JournalPosition after, RecordVisitor replay, Listener newListener)
            throws StorageException {
        if (after.index() < trimmedTo) {
            throw new IllegalStateException(
                    "batches up to " + trimmedTo + " are gone, asked for those behind " + after);
        }
        listener = newListener;
        List<List<JournalRecord>> history = history();
        for (int index = (int) after.index(); index < committed; index++) {
            history.get(index).forEach(record -> record.accept(replay));
            listener.replayed(new JournalPosition(1, index + 1));
        }
        return committed == 0 ? after : new JournalPosition(1, committed);
    }

    @Override
    public void append(List<JournalRecord> batch) {
        List<byte[]> encoded = new ArrayList<>();
        long bytes = 0;
        for (JournalRecord record : batch) {
            ByteBuffer out = ByteBuffer.allocate(RecordCodec.size(record));
            RecordCodec.write(record, out);
            encoded.add(out.array());
            bytes += out.capacity();
        }
        if (bytes > MAX_BATCH_BYTES) {
            throw new IllegalStateException("a batch of " + bytes + " bytes would fail a journal on a disk");
        }
        batches.add(encoded);
        if (!holding) {
            commit(1);
        }
    }

    @Override
    public int maxBatchBytes() {
        return MAX_BATCH_BYTES;
    }

    @Override
    public void checkpointed(JournalPosition position) {
        trimmedTo = position.index();
    }

    @Override
    public void close() {}
}
