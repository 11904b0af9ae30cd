package io.sluice.broker.port;

import io.sluice.broker.record.JournalRecord;
import java.util.List;

/**
 * Holds what has stayed long enough to be moved out of the journal: queue definitions and messages, as one checkpoint that
 * replaces the one before it at once or not at all.
 *
 * <p>A checkpoint at position P holds the effect of every record up to P and possibly of some later ones; replaying the journal
 * behind P over it gives the exact state, because records are idempotent.
 *
 * <p>Messages stand in <em>pages</em>: a few dozen messages of one queue and priority level, written together and read together.
 * The shard keeps which pages there are and which of their messages are still in the queue; the store keeps their content. A page
 * never changes but for messages being forgotten, and its number is not used for another page before all of it is forgotten.
 */
public interface MessageStore extends AutoCloseable {
    /** Of a message that is in no page. */
    long NO_PAGE = 0;
    /** The largest number of messages in a page. */
    int MAX_PAGE_MESSAGES = 1024;

    /**
     * Reads the last checkpoint, but for the messages: memory and time go with the number of pages. Called once, before anything
     * else.
     *
     * @return the position of the checkpoint, {@link JournalPosition#START} where there is none
     * @throws StorageException the store cannot be read, is damaged, or is of a newer format
     */
    JournalPosition restore(Restored restored) throws StorageException;

    /**
     * Writes a checkpoint on a thread of the store's. One at a time.
     *
     * @param source gives the content
     * @param listener told once, on the store's thread
     */
    void checkpoint(CheckpointSource source, CheckpointListener listener);

    /**
     * Whether the checkpoint should be done as fast as the disk allows, rather than at a pace that leaves the disk to the journal.
     * Any thread.
     */
    void hurry(boolean urgent);

    /**
     * The message at this place of the page is removed, or stands elsewhere from now on: the next checkpoint to <em>begin</em>
     * leaves it out. Shard's thread; does not block.
     */
    void forget(long page, int index);

    /** As {@link #forget(long, int)} for all that is left of the page. */
    void forgetPage(long page);

    /**
     * Reads the messages of a page, on a thread of the store's, never the caller's. Any thread; does not block; also while a
     * checkpoint runs. Pages of a checkpoint that runs may be read, too.
     */
    void read(long page, PageListener listener);

    /**
     * As {@link #read}, at once and on the caller's thread. For recovery only.
     *
     * @throws StorageException the page is damaged or cannot be read
     */
    List<JournalRecord.Enqueued> readNow(long page) throws StorageException;

    @Override
    void close() throws StorageException;

    /**
     * Gets the content of a checkpoint: every queue, then every page, older pages first, then what else was to be remembered. Where
     * a message stands in two pages, the later one counts: the other is to be forgotten.
     */
    interface Restored {
        void queue(JournalRecord.QueueDeclared queue);

        void page(StoredPage page);

        void record(JournalRecord record);
    }

    /** What a checkpoint is made from; implemented by a shard. Every method may be called from any thread and answers later. */
    interface CheckpointSource {
        /** Fixes the position. Every {@code forget} made before the answer belongs to this checkpoint. */
        void begin(Answer<Beginning> answer);

        /** The next messages that are in no page, about {@code maxBytes} of them; an empty slice is the end. */
        void next(int maxBytes, Answer<Slice> answer);

        /**
         * These messages stand in this page, in this order.
         *
         * @param messages a slice, or a run of one that did not fit a page as a whole
         */
        void stored(List<JournalRecord.Enqueued> messages, long page);
    }

    /** Called once with the answer, on the shard's thread; must not block. */
    interface Answer<T> {
        void answer(T value);
    }

    /**
     * @param position that the checkpoint will stand for
     * @param queues every durable queue at that position
     * @param records to be given back by {@link Restored#record}, in this order
     */
    record Beginning(JournalPosition position, List<JournalRecord.QueueDeclared> queues, List<JournalRecord> records) {}

    /**
     * @param level the priority level of the messages, 0 in a queue without
     * @param messages of one queue and level, ascending by sequence, at most {@link #MAX_PAGE_MESSAGES}; empty at the end
     */
    record Slice(int level, List<JournalRecord.Enqueued> messages) {
        public static final Slice END = new Slice(0, List.of());
    }

    /**
     * A page as its checkpoint left it, without the messages.
     *
     * @param page its number, above 0
     * @param sequences of all its messages, ascending, also of forgotten ones
     * @param live a bit per message, lowest first: whether it is still in the queue; null where all are
     * @param bytes sum of {@code Message.size()} of all its messages, also of forgotten ones
     * @param soonestExpiryMillis epoch milliseconds, {@code Message.NONE} where none of them expires
     * @param firstDeliveryMillis the smallest {@code deliverAtMillis} of its messages
     * @param lastDeliveryMillis the largest; 0 where the page is for at once
     * @param largeBodies the id of each message's body that is kept apart, 0 where it has none; null where none has
     */
    record StoredPage(
            long page,
            long queueId,
            int level,
            long[] sequences,
            long[] live,
            long bytes,
            long soonestExpiryMillis,
            long firstDeliveryMillis,
            long lastDeliveryMillis,
            long[] largeBodies) {}

    /** Hears of a page that was asked for. On a thread of the store's; must not block. */
    interface PageListener {
        /** All messages of the page, in its order, also those forgotten since. */
        void loaded(List<JournalRecord.Enqueued> messages);

        /** It cannot be read; {@code cause} names the page and the file. Other pages may still be read. */
        void failed(StorageException cause);
    }

    interface CheckpointListener {
        /** The checkpoint at this position is durable. */
        void completed(JournalPosition position);

        /**
         * It is not; the one before still stands. Nothing is lost, the journal keeps its records. Pages given in it are void: the
         * shard forgets none of them, gives their messages to the next checkpoint, and the store may use their numbers again. What was
         * forgotten stays forgotten.
         */
        void failed(StorageException cause);
    }
}
