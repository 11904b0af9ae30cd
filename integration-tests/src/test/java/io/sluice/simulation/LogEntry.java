package io.sluice.simulation;

import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.Published;
import io.sluice.broker.record.RecordCodec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;

/**
 * One entry of the log.
 *
 * @param batches encoded, each of them all or nothing as the entry is; none where the entry is the log's own
 * @param proposer the life of the member that proposed it
 * @param members who keeps the log from here on; null where that does not change
 */
record LogEntry(long term, long index, List<byte[]> batches, long proposer, SortedSet<Integer> members) {

    static byte[] encode(List<JournalRecord> batch) {
        ByteBuffer out =
                ByteBuffer.allocate(batch.stream().mapToInt(RecordCodec::size).sum());
        batch.forEach(record -> RecordCodec.write(record, out));
        return out.array();
    }

    static List<JournalRecord> decode(byte[] batch) {
        List<JournalRecord> records = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(batch);
        while (in.hasRemaining()) {
            records.add(RecordCodec.read(in));
        }
        return records;
    }

    /** Messages that the record puts into queues. */
    static List<Enqueued> enqueued(JournalRecord record) {
        if (record instanceof Enqueued one) {
            return List.of(one);
        }
        return record instanceof Published all ? all.copies() : List.of();
    }

    List<JournalRecord> records() {
        List<JournalRecord> records = new ArrayList<>();
        batches.forEach(batch -> records.addAll(decode(batch)));
        return records;
    }

    int bytes() {
        return batches.stream().mapToInt(batch -> batch.length).sum();
    }

    boolean isSameAs(LogEntry other) {
        if (term != other.term || batches.size() != other.batches.size()) {
            return false;
        }
        for (int i = 0; i < batches.size(); i++) {
            if (!Arrays.equals(batches.get(i), other.batches.get(i))) {
                return false;
            }
        }
        return true;
    }
}
