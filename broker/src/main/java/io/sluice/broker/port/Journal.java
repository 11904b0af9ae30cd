package io.sluice.broker.port;

import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.RecordVisitor;
import java.util.List;

/**
 * Makes batches of records durable, in order. One journal belongs to one shard.
 *
 * <p>Every implementation passes {@code JournalContract}: a batch is all or nothing after any crash; batches commit in
 * append order; what was reported committed is replayed by the next {@link #open}, nothing after a hole is.
 */
public interface Journal extends AutoCloseable {

    /**
     * Replays every committed batch behind {@code after}, in order, then makes the journal ready for appends. Called once,
     * before anything else; blocks until the replay is done.
     *
     * @param after what the store's checkpoint already holds
     * @param replay gets each record, on the calling thread
     * @param listener told of commits from now on
     * @return the position of the last batch in the journal, {@code after} where there is none behind it
     * @throws StorageException the journal cannot be read, is damaged, or belongs to somebody else
     */
    JournalPosition open(JournalPosition after, RecordVisitor replay, Listener listener) throws StorageException;

    /**
     * Appends the records as one atomic batch. Called on the shard's thread only; never blocks, never throws for what the disk
     * does. The list is the journal's from now on. Back-pressure is the shard's: it counts what it has under way.
     */
    void append(List<JournalRecord> batch);

    /**
     * Whether appends are taken as soon as the journal is open. Where not, its owner begins as a backup: it applies what it is told by
     * {@link Listener#replicated}, and decides nothing before {@link Listener#becamePrimary}.
     */
    default boolean decidesAtOnce() {
        return true;
    }

    /**
     * Whether this is at the moment surely the only place where the shard is served. Where it is not sure, nothing may be given to
     * anybody, and nothing accepted that is not in the journal. Any thread; does not block.
     */
    default boolean mayServe() {
        return true;
    }

    /** The most bytes of encoded records that one batch may have; a larger one fails the journal. */
    int maxBatchBytes();

    /** Everything up to {@code position} is in the store's checkpoint: its room may be used again. Any thread. */
    void checkpointed(JournalPosition position);

    /** Writes what was appended, then stops; commits may still be reported before it returns. */
    @Override
    void close() throws StorageException;

    /** What a journal tells its shard. Called on a thread of the journal's, or within {@link #append}; must not block. */
    interface Listener {
        /**
         * While {@link Journal#open} replays, on its thread: the batch at {@code position} was replayed as a whole. The listener may
         * take its time: it may write a checkpoint of what was replayed so far, so that memory does not have to hold all of it.
         *
         * @throws StorageException ends the replay, and {@code open} throws it
         */
        default void replayed(JournalPosition position) throws StorageException {}

        /**
         * The oldest {@code batches} batches not reported yet are durable.
         *
         * @param position of the last of them
         */
        void committed(int batches, JournalPosition position);

        /**
         * A batch that another node's primary decided is committed: to be applied, nothing else. Before {@link #becamePrimary} only.
         *
         * @param applied to be run when the records are applied; while too many are not, the journal waits
         */
        default void replicated(List<JournalRecord> records, JournalPosition position, Runnable applied) {
            throw new IllegalStateException("this journal's owner is no backup");
        }

        /**
         * This node is the primary from now on; all that was committed before is applied, or handed over to be.
         *
         * @param epoch of the batches that will be appended
         */
        default void becamePrimary(long epoch) {}

        /** Nothing more will commit; the fate of batches under way is unknown until the next open. Called at most once. */
        void failed(StorageException cause);

        /**
         * The journal wants its oldest part checkpointed, to use its room again.
         *
         * @param urgent there will be no room for appends soon
         */
        void checkpointWanted(boolean urgent);

        /**
         * @param low true: producers should stop, so that consumers can still be served from what room is left
         * @param reason one sentence for an operator, "" when {@code low} is false
         */
        void roomLow(boolean low, String reason);
    }
}
