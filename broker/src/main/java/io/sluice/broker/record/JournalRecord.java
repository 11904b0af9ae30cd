package io.sluice.broker.record;

import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.SessionState;
import io.sluice.broker.Subscription;
import io.sluice.broker.SubscriptionExpiry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One durable change. Records say what was decided, never why or when to decide: applying them reads no clock, so that
 * recovery, a backup and the primary all reach the same state. Applying a record twice is the same as applying it once
 * (a checkpoint may already hold part of what the journal replays).
 */
public sealed interface JournalRecord
        permits JournalRecord.QueueDeclared,
                JournalRecord.QueueDeleted,
                JournalRecord.Enqueued,
                JournalRecord.Removed,
                JournalRecord.Returned,
                JournalRecord.DuplicatesRemembered,
                JournalRecord.QueuePaused,
                JournalRecord.Subscribed,
                JournalRecord.Published,
                JournalRecord.LastValues,
                JournalRecord.SessionStateSet,
                DefinitionRecord,
                ExchangeRecord {

    /** In place of a queue's id, where a record is about none. */
    long NO_QUEUE = 0;

    /** The queue it is about, or {@link #NO_QUEUE}; an id is not used again while a record of the queue that had it can still be replayed. */
    long queueId();

    void accept(RecordVisitor visitor);

    /**
     * A queue exists from here on, or has a new definition.
     *
     * @param nextSequence the lowest sequence that may be given to a message; lets a checkpoint restore the counter
     */
    record QueueDeclared(long queueId, QueueDefinition definition, long nextSequence) implements JournalRecord {
        @Override
        public void accept(RecordVisitor visitor) {
            visitor.queueDeclared(this);
        }
    }

    /** A queue and all it held are gone. */
    record QueueDeleted(long queueId) implements JournalRecord {
        @Override
        public void accept(RecordVisitor visitor) {
            visitor.queueDeleted(this);
        }
    }

    /**
     * A message is in the queue.
     *
     * @param sequence its place; rises by one per message of the queue, from 1
     * @param arrivedAtMillis epoch milliseconds at the primary
     * @param expiresAtMillis epoch milliseconds, or {@link Message#NONE}
     * @param deliverAtMillis epoch milliseconds before which nobody gets it, 0 where it may be had at once
     * @param deliveryCount failed deliveries so far
     * @param duplicateId by which the queue's window knows a second copy, "" where it looks for none
     */
    record Enqueued(
            long queueId,
            long sequence,
            long arrivedAtMillis,
            long expiresAtMillis,
            long deliverAtMillis,
            int deliveryCount,
            String duplicateId,
            Message message)
            implements JournalRecord {
        /** A message for at once, that no window looks at. */
        public Enqueued(
                long queueId,
                long sequence,
                long arrivedAtMillis,
                long expiresAtMillis,
                int deliveryCount,
                Message message) {
            this(queueId, sequence, arrivedAtMillis, expiresAtMillis, 0, deliveryCount, "", message);
        }

        @Override
        public void accept(RecordVisitor visitor) {
            visitor.enqueued(this);
        }
    }

    /** Messages left the queue: consumed, expired, purged, moved away. */
    record Removed(long queueId, SequenceRanges sequences, Reason reason) implements JournalRecord {
        /** Why they left; for metrics and tools, it changes nothing in how the record is applied. */
        public enum Reason {
            CONSUMED,
            REJECTED,
            UNDELIVERABLE,
            EXPIRED,
            OVERFLOWED,
            PURGED,
            /** Scheduled, and taken back before its time. */
            CANCELLED,
            /** A newer message of the same key is in its place. */
            SUPERSEDED
        }

        @Override
        public void accept(RecordVisitor visitor) {
            visitor.removed(this);
        }
    }

    /**
     * A message came back with its failed deliveries counted, its annotations changed, or to wait for a time.
     *
     * @param deliveryCount failed deliveries so far, absolute
     * @param added all annotations added to the message so far, absolute
     * @param deliverAtMillis epoch milliseconds before which nobody gets it again, 0 where it may be had at once,
     *     {@link io.sluice.broker.Schedule#NEVER} where it is parked
     */
    record Returned(
            long queueId, long sequence, int deliveryCount, io.sluice.broker.Annotations added, long deliverAtMillis)
            implements JournalRecord {
        /** A message that may be had again at once. */
        public Returned(long queueId, long sequence, int deliveryCount, io.sluice.broker.Annotations added) {
            this(queueId, sequence, deliveryCount, added, 0);
        }

        @Override
        public void accept(RecordVisitor visitor) {
            visitor.returned(this);
        }
    }

    /**
     * Ids of messages that came in some time ago, beside those of the records that follow: the window of a queue outlives the records it
     * was made by, so it is in checkpoints. In a journal it says which deliveries of resumable links their senders have settled.
     *
     * @param ids oldest first
     */
    record DuplicatesRemembered(long queueId, List<Remembered> ids) implements JournalRecord {
        public DuplicatesRemembered {
            ids = List.copyOf(ids);
        }

        /** In as many records as it takes, each small enough for any journal. @param ids oldest first */
        public static List<DuplicatesRemembered> of(long queueId, List<Remembered> ids) {
            List<DuplicatesRemembered> records = new ArrayList<>();
            for (int from = 0; from < ids.size(); from += MAX_IDS) {
                records.add(new DuplicatesRemembered(queueId, ids.subList(from, Math.min(ids.size(), from + MAX_IDS))));
            }
            return records;
        }

        private static final int MAX_IDS = 1_000;

        /**
         * @param arrivedAtMillis epoch milliseconds, of the message that had the id; of one that is to be forgotten {@link
         *     Long#MIN_VALUE}, which a version that does not know of it takes for long ago
         */
        public record Remembered(String id, long arrivedAtMillis) {
            public static Remembered forgotten(String id) {
                return new Remembered(id, Long.MIN_VALUE);
            }

            public boolean isForgotten() {
                return arrivedAtMillis == Long.MIN_VALUE;
            }
        }

        @Override
        public void accept(RecordVisitor visitor) {
            visitor.duplicatesRemembered(this);
        }
    }

    /**
     * An administrator holds a queue up, or lets it go on. Absolute; a queue without one is not held up.
     *
     * @param delivery its messages are given to nobody
     * @param intake its producers get no credit
     */
    record QueuePaused(long queueId, boolean delivery, boolean intake) implements JournalRecord {
        @Override
        public void accept(RecordVisitor visitor) {
            visitor.queuePaused(this);
        }
    }

    /**
     * A queue is that of a subscription: it gets the messages of its topic from here on. It comes with the queue's declaration, and the
     * subscription goes with the queue. Another one of the same queue says how its expiry stands by then.
     */
    record Subscribed(long queueId, Subscription subscription, SubscriptionExpiry.State expiry)
            implements JournalRecord {
        public Subscribed {
            Objects.requireNonNull(subscription, "subscription");
            Objects.requireNonNull(expiry, "expiry");
        }

        /** Of one that never ends by itself. */
        public Subscribed(long queueId, Subscription subscription) {
            this(queueId, subscription, SubscriptionExpiry.State.NEVER);
        }

        @Override
        public void accept(RecordVisitor visitor) {
            visitor.subscribed(this);
        }
    }

    /**
     * One message is in the queues of several subscriptions: in all of them or in none, and written once.
     *
     * @param copies one for each queue; they share the message and all but place, expiry and duplicate id
     */
    record Published(List<Enqueued> copies) implements JournalRecord {
        public Published {
            copies = List.copyOf(copies);
            if (copies.isEmpty()) {
                throw new IllegalArgumentException("a message that is published into no queue");
            }
        }

        /** Of the first copy. */
        @Override
        public long queueId() {
            return copies.get(0).queueId();
        }

        public Message message() {
            return copies.get(0).message();
        }

        @Override
        public void accept(RecordVisitor visitor) {
            visitor.published(this);
        }
    }

    /**
     * These messages are the last of their keys: what comes with such a key takes their place. It comes with the message in a journal,
     * and for all messages of a queue in a checkpoint.
     */
    record LastValues(long queueId, List<Value> values) implements JournalRecord {
        public LastValues {
            values = List.copyOf(values);
        }

        /** @param sequence of the message that has the key */
        public record Value(String key, long sequence) {}

        @Override
        public void accept(RecordVisitor visitor) {
            visitor.lastValues(this);
        }
    }

    /**
     * What the consumers of a session keep with it, absolute.
     *
     * @param state empty: nothing any longer
     */
    record SessionStateSet(long queueId, String session, Optional<SessionState> state) implements JournalRecord {
        public SessionStateSet {
            Objects.requireNonNull(session, "session");
            Objects.requireNonNull(state, "state");
        }

        @Override
        public void accept(RecordVisitor visitor) {
            visitor.sessionStateSet(this);
        }
    }
}
