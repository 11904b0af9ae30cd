package io.sluice.broker.queue;

import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord.Enqueued;
import java.util.List;

/** The pages of the store, as a queue uses them. Shard's thread only. */
public interface Pages {
    /**
     * Reads a page. A bounded number of bytes is under way at a time; what is beyond waits its turn.
     *
     * @param bytes about what its messages take
     * @param reply called once, in a later turn
     */
    void read(long page, long bytes, Reply reply);

    /** Runs it in a later turn, when others had theirs. */
    void later(Turn.Effect effect);

    /** See {@code MessageStore.forget}. */
    void forget(long page, int index);

    /** See {@code MessageStore.forgetPage}. */
    void forgetPage(long page);

    /** So much of what a consumer will want next is read before it asks, in bytes. */
    long readAheadBytes();

    /** Memory of all queues above which nothing is read that no consumer waits for, in bytes. */
    long roomBytes();

    /** What became of a read; one of the last three is called. */
    interface Reply {
        /** Whether there is still something to read it for: asked when a read that waited would start. */
        boolean isWanted();

        /** It was not read, because it was not wanted any longer. */
        void dropped(Turn turn);

        /** All messages of the page, in its order, also those forgotten since. */
        void loaded(List<Enqueued> messages, Turn turn);

        void failed(StorageException cause, Turn turn);
    }
}
