package io.sluice.storage.journal;

import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.Published;
import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.JournalRecord.Returned;
import io.sluice.broker.record.RecordCodec;
import io.sluice.broker.record.SequenceRanges;
import io.sluice.storage.Damage.Change;
import io.sluice.storage.Damage.Lost;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a frame was about whose checksum is wrong: most of it can still be read, though none of it can be trusted. */
final class LostRecords {
    private final Map<Long, TreeSet<Long>> enqueued = new TreeMap<>();
    private final Map<Long, TreeSet<Long>> returned = new TreeMap<>();
    private final List<Lost> lost = new ArrayList<>();

    private LostRecords() {}

    /** @param batches of the frame, from the buffer's position to its limit */
    static List<Lost> in(ByteBuffer batches) {
        LostRecords records = new LostRecords();
        try {
            while (batches.hasRemaining()) {
                int count = batches.getInt();
                batches.getInt();
                for (int i = 0; i < count; i++) {
                    records.add(RecordCodec.read(batches));
                }
            }
        } catch (RuntimeException unreadable) {
            // As far as it goes: the bytes may be anything.
        }
        return records.list();
    }

    private void add(JournalRecord record) {
        if (record instanceof Enqueued message) {
            enqueued.computeIfAbsent(message.queueId(), id -> new TreeSet<>()).add(message.sequence());
        } else if (record instanceof Published published) {
            published.copies().forEach(this::add);
        } else if (record instanceof Returned message) {
            returned.computeIfAbsent(message.queueId(), id -> new TreeSet<>()).add(message.sequence());
        } else if (record instanceof Removed removed) {
            lost.add(new Lost(removed.queueId(), removed.sequences(), Change.SETTLEMENT));
        }
    }

    private List<Lost> list() {
        enqueued.forEach((queue, sequences) -> lost.add(new Lost(queue, ranges(sequences), Change.MESSAGE)));
        returned.forEach((queue, sequences) -> lost.add(new Lost(queue, ranges(sequences), Change.DELIVERY_COUNT)));
        return lost;
    }

    private static SequenceRanges ranges(TreeSet<Long> sequences) {
        long[] all = sequences.stream().mapToLong(sequence -> sequence).toArray();
        return SequenceRanges.ofSequences(all, all.length);
    }
}
