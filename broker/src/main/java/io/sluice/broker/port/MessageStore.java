package io.sluice.broker.port;

import io.sluice.broker.record.JournalRecord;
import java.util.List;

/**
 * Holds what has stayed long enough to be moved out of the journal: queue definitions and messages, as one checkpoint that
 * replaces the one before it at once or not at all.
 *
 * <p>A checkpoint at position P holds the effect of every record up to P and possibly of some later ones; replaying the journal
 * behind P over it gives the exact state, because records are idempotent.
 */
public interface MessageStore extends AutoCloseable {
    /** A message that is not in the store has this token. */
    long NO_TOKEN = 0;

    /**
     * Reads the last checkpoint. Called once, before anything else.
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
     * The message behind the token is removed or changed: the next checkpoint to <em>begin</em> leaves it out. Shard's thread;
     * does not block.
     */
    void forget(long token);

    @Override
    void close() throws StorageException;

    /**
     * Gets the content of a checkpoint: first every queue, then every message, ascending by sequence within a queue. A message that
     * was returned while the checkpoint ran may come twice; the second is forgotten at once.
     */
    interface Restored {
        void queue(JournalRecord.QueueDeclared queue);

        void message(JournalRecord.Enqueued message, long token);
    }

    /** What a checkpoint is made from; implemented by a shard. Every method may be called from any thread and answers later. */
    interface CheckpointSource {
        /** Fixes the position. Every {@code forget} made before the answer belongs to this checkpoint. */
        void begin(Answer<Beginning> answer);

        /** The next messages that have no token, about {@code maxBytes} of them, of one queue; an empty slice is the end. */
        void next(int maxBytes, Answer<Slice> answer);

        /** The messages of the slice are written under these tokens, in the order of the slice. */
        void stored(Slice slice, long[] tokens);
    }

    /** Called once with the answer, on the shard's thread; must not block. */
    interface Answer<T> {
        void answer(T value);
    }

    /**
     * @param position that the checkpoint will stand for
     * @param queues every durable queue at that position
     */
    record Beginning(JournalPosition position, List<JournalRecord.QueueDeclared> queues) {}

    /** @param messages of one queue, ascending by sequence; empty at the end */
    record Slice(List<JournalRecord.Enqueued> messages) {}

    interface CheckpointListener {
        /** The checkpoint at this position is durable. */
        void completed(JournalPosition position);

        /**
         * It is not; the one before still stands. Nothing is lost, the journal keeps its records. Tokens given in it are void: the
         * shard forgets none of them, gives their messages to the next checkpoint, and the store may use them again.
         */
        void failed(StorageException cause);
    }
}
