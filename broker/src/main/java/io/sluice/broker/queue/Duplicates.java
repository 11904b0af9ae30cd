package io.sluice.broker.queue;

import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition.Deduplication;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered.Remembered;
import io.sluice.broker.record.JournalRecord.Enqueued;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Which messages came in before: by id, in a window whose durable part is a matter of the queue's records. */
final class Duplicates {
    /** In one record; a checkpoint takes many. */
    private static final int MAX_IDS_PER_RECORD = 1_000;

    private final QueueState state;
    private final LargeReferences large;
    private final DuplicateWindow durable = new DuplicateWindow();
    /** Of messages that are not durable: gone with them. */
    private final DuplicateWindow others = new DuplicateWindow();
    /** Decided, not yet applied. */
    private final Set<String> pending = new HashSet<>();

    private long count;

    Duplicates(QueueState state, LargeReferences large) {
        this.state = state;
        this.large = large;
    }

    private Deduplication limits() {
        return state.definition().deduplication();
    }

    /** Whether a message of this id is in the window, or on its way into it. @param id "" is nobody's */
    boolean has(String id, long nowMillis) {
        return !id.isEmpty()
                && limits().isOn()
                && (pending.contains(id)
                        || durable.holds(id, nowMillis, limits())
                        || others.holds(id, nowMillis, limits()));
    }

    /** A copy came, and is not stored. */
    void dropped(Message copy) {
        skipped();
        large.discard(copy);
    }

    /** As {@link #dropped}, where another queue may have taken the message. */
    void skipped() {
        count++;
    }

    /** Since the shard started. */
    long count() {
        return count;
    }

    void comesIn(String id) {
        if (!id.isEmpty()) {
            pending.add(id);
        }
    }

    void cameIn(Enqueued record) {
        String id = record.duplicateId();
        if (!id.isEmpty()) {
            pending.remove(id);
            boolean isDurable = state.definition().durable() && record.message().durable();
            (isDurable ? durable : others).remember(id, record.arrivedAtMillis(), limits());
        }
    }

    void remembered(DuplicatesRemembered record) {
        for (Remembered id : record.ids()) {
            durable.remember(id.id(), id.arrivedAtMillis(), limits());
        }
    }

    /** The durable window as it stands, oldest first. */
    List<DuplicatesRemembered> asRecords() {
        List<Remembered> all = durable.all();
        List<DuplicatesRemembered> records = new ArrayList<>();
        for (int from = 0; from < all.size(); from += MAX_IDS_PER_RECORD) {
            int to = Math.min(all.size(), from + MAX_IDS_PER_RECORD);
            records.add(new DuplicatesRemembered(state.id(), all.subList(from, to)));
        }
        return records;
    }

    /** Of memory; about. */
    long bytes() {
        return durable.bytes() + others.bytes();
    }
}
