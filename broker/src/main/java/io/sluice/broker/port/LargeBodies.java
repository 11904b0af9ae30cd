package io.sluice.broker.port;

import io.sluice.broker.LargeBody;
import io.sluice.broker.Refusal;
import java.util.Set;

/**
 * Keeps the bodies of large messages apart from journal and store. A body is written by a front end while its message comes in,
 * and refers to nothing; it becomes part of the broker when a record with its id is committed. What no record refers to after a
 * restart is removed by {@link #retain}.
 *
 * <p>Nothing here blocks but {@link #retain} and {@link #close}. Listeners are called on a thread of the implementation's; they
 * must not block either.
 */
public interface LargeBodies extends AutoCloseable {
    /**
     * Starts a body. Any thread; the sink is used by one thread at a time.
     *
     * @param durable whether the body must survive the machine once it is {@code finished}
     */
    Sink create(boolean durable, SinkListener listener);

    /**
     * Opens a body for reading. It stays readable until the source is closed, even when it is deleted meanwhile. Any thread; whether
     * the body is there shows at the first read.
     */
    Source open(LargeBody body);

    /** Nothing refers to the body any more. Any thread. One that is gone already is no error. */
    void delete(long id);

    /**
     * Removes every body that is not referred to. Once, at the end of recovery; blocks.
     *
     * @return of {@code referred}, those that are missing
     * @throws StorageException what there is cannot be listed
     */
    Set<Long> retain(Set<Long> referred) throws StorageException;

    /** Ends what is under way; a body that is not finished is gone. Blocks. */
    @Override
    void close();

    /** A body being written. */
    interface Sink {
        /** The next bytes; the array is the sink's from now on. Not after {@link #finish} or {@link #abort}. */
        void write(byte[] bytes, int offset, int length);

        /** That was all, one byte at least. Leads to {@code finished} or {@code refused}. */
        void finish();

        /** The body is not wanted: no trace of it stays, and the listener hears nothing more than what is on its way. */
        void abort();
    }

    /** What becomes of a body that is written. After {@code finished} or {@code refused} nothing comes. */
    interface SinkListener {
        /** So many of the bytes handed over are no longer in memory. Counts towards nothing but back-pressure. */
        void written(int bytes);

        /** All of it is where its durability asks it to be. Whoever gets it has to delete it, or have it referred to. */
        void finished(LargeBody body);

        /** It cannot be kept, for want of room or because of an error; no trace of it stays. */
        void refused(Refusal refusal);
    }

    /** A body being read, a chunk at a time: a quarter of a megabyte or less. Used by one thread at a time. */
    interface Source {
        /** Asks for the next chunk; leads to one call of the listener. One at a time, and not after the last chunk. */
        void read(SourceListener listener);

        /** Any number of times. A read that is under way may still be answered. */
        void close();
    }

    /** Hears of one chunk. */
    interface SourceListener {
        /** Verified, and the listener's own. */
        void chunk(byte[] bytes, boolean last);

        /**
         * The body cannot be read on.
         *
         * @param damaged true: it is missing, cut short or changed, and will be so the next time; false: an error of the disk
         */
        void failed(StorageException cause, boolean damaged);
    }
}
