package io.sluice.broker.shard;

import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.Subscription;
import io.sluice.broker.record.DefinitionRecord;
import io.sluice.broker.record.ExchangeRecord;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.LastValues;
import io.sluice.broker.record.JournalRecord.Published;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.JournalRecord.Returned;
import io.sluice.broker.record.JournalRecord.SessionStateSet;
import io.sluice.broker.record.JournalRecord.Subscribed;
import io.sluice.broker.record.RecordCodec;
import java.util.List;

/**
 * What records take of the journal, in bytes: a little more than they really do, and quickly. A batch that is too large cannot be cut
 * once it is decided.
 */
final class RecordSize {
    /** Of a record's fixed part, and of what a journal adds. */
    private static final int RECORD_BYTES = 120;
    /** Of a queue's declaration: nine names of 255 characters, and weights. */
    private static final int DECLARATION_BYTES = 9_000;

    private static final int RANGE_BYTES = 16;
    /** Of a message, for each further queue it is in. */
    private static final int COPY_BYTES = 32;

    /** What the broker writes on a dead letter: a queue name twice, and what its consumer said, 2000 characters and bytes at a time. */
    private static final int DEAD_LETTER_BYTES = 18_000;

    /** UTF-8 for one char of a string, at most. */
    private static final int BYTES_PER_CHAR = 3;

    private RecordSize() {}

    static long of(JournalRecord record) {
        if (record instanceof Enqueued enqueued) {
            return ofStored(enqueued.message(), enqueued.duplicateId());
        }
        if (record instanceof Removed removed) {
            return RECORD_BYTES + (long) RANGE_BYTES * removed.sequences().rangeCount();
        }
        if (record instanceof Returned returned) {
            return RECORD_BYTES + returned.added().bytes();
        }
        if (record instanceof Published published) {
            return ofPublished(published.message(), published.copies());
        }
        if (record instanceof Subscribed subscribed) {
            return ofSubscription(subscribed.subscription());
        }
        if (record instanceof LastValues last) {
            return last.values().stream()
                    .mapToLong(value ->
                            RECORD_BYTES + (long) BYTES_PER_CHAR * value.key().length())
                    .sum();
        }
        if (record instanceof DuplicatesRemembered remembered) {
            return RECORD_BYTES
                    + remembered.ids().stream()
                            .mapToLong(id -> RANGE_BYTES
                                    + (long) BYTES_PER_CHAR * id.id().length())
                            .sum();
        }
        if (record instanceof SessionStateSet set) {
            return RECORD_BYTES
                    + (long) BYTES_PER_CHAR * set.session().length()
                    + set.state().map(state -> state.bytes().length).orElse(0);
        }
        if (record instanceof DefinitionRecord || record instanceof ExchangeRecord) {
            return RECORD_BYTES + RecordCodec.size(record);
        }
        return record instanceof QueueDeclared ? ofDeclaration() : RECORD_BYTES;
    }

    static long ofDeclaration() {
        return RECORD_BYTES + DECLARATION_BYTES;
    }

    static long ofStored(Message message, String duplicateId) {
        return RECORD_BYTES
                + message.residentBytes()
                + message.added().bytes()
                + (long) BYTES_PER_CHAR
                        * (duplicateId.length() + message.group().id().length());
    }

    /** One message for the queues of several subscriptions. */
    static long ofPublished(Message message, List<Enqueued> copies) {
        long bytes = ofStored(message, "");
        for (Enqueued copy : copies) {
            bytes += ofCopy(copy.duplicateId());
        }
        return bytes;
    }

    /** Of one of the queues in {@link #ofPublished}. */
    static long ofCopy(String duplicateId) {
        return COPY_BYTES + (long) BYTES_PER_CHAR * duplicateId.length();
    }

    static long ofSubscription(Subscription subscription) {
        long chars = subscription.identity().container().length()
                + subscription.identity().name().length()
                + subscription.topic().length()
                + subscription.selection().text().length();
        return RECORD_BYTES + BYTES_PER_CHAR * chars + subscription.selection().encoded().length;
    }

    /** What comes with a message that has a key, beside it: the key, and that the one before it is gone. */
    static long ofReplacing(String key) {
        return RECORD_BYTES + (long) BYTES_PER_CHAR * key.length() + RECORD_BYTES + RANGE_BYTES;
    }

    /**
     * As what the outcome may come to at most: a dead letter in a queue that does not exist yet.
     *
     * @param acquisitionsCount whether a message that is released may be one by that
     * @param keepsAcknowledged whether a message that is accepted goes to another queue
     * @param targets queues that a dead letter goes to at most
     */
    static long ofSettlement(
            Message message, Outcome outcome, boolean acquisitionsCount, boolean keepsAcknowledged, int targets) {
        long removed = RECORD_BYTES + RANGE_BYTES;
        boolean comesBack =
                outcome instanceof Outcome.Unsent || (outcome instanceof Outcome.Released && !acquisitionsCount);
        if ((outcome instanceof Outcome.Accepted && !keepsAcknowledged) || comesBack) {
            return removed;
        }
        long more = outcome instanceof Outcome.Modified modified
                ? modified.annotations().bytes()
                : 0;
        long copies = (long) targets * COPY_BYTES;
        return removed + ofStored(message, "") + more + DEAD_LETTER_BYTES + copies + ofDeclaration();
    }
}
