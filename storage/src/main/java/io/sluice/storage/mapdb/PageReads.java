package io.sluice.storage.mapdb;

import io.sluice.broker.port.MessageStore.PageListener;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord.Enqueued;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads pages for whoever asks, one after the other on a thread of its own. How many may wait is the caller's to bound. Any thread.
 */
final class PageReads {
    private static final Logger LOG = LoggerFactory.getLogger(PageReads.class);

    private final Executor thread;
    private final StoreMeters meters;
    /** Held for writing while there is no file to read from. */
    private final ReentrantReadWriteLock opening = new ReentrantReadWriteLock();

    /** Of the thread; null while there is no file. */
    private PageReader reader;

    /** Of whoever holds its lock. */
    private final ReentrantLock now = new ReentrantLock();

    private PageReader readerNow;

    PageReads(Executor thread, StoreMeters meters) {
        this.thread = thread;
        this.meters = meters;
    }

    /** Changes the file that is read from. */
    interface Opening {
        /** @return the file from now on; null for none */
        StoreFile open();
    }

    /** Waits for the read under way; those that come wait until {@code change} has returned. */
    void switchFile(Opening change) {
        opening.writeLock().lock();
        try {
            reader = null;
            readerNow = null;
            StoreFile file = change.open();
            if (file != null) {
                reader = file.newReader();
                readerNow = file.newReader();
            }
        } finally {
            opening.writeLock().unlock();
        }
    }

    void read(long page, PageListener listener) {
        long askedNanos = System.nanoTime();
        try {
            thread.execute(() -> tell(page, askedNanos, listener));
        } catch (RejectedExecutionException closed) {
            listener.failed(new StorageException("Page " + page + " was not read: the store is closed."));
        }
    }

    private void tell(long page, long askedNanos, PageListener listener) {
        List<Enqueued> messages;
        try {
            opening.readLock().lock();
            try {
                messages = opened(reader).read(page);
            } finally {
                opening.readLock().unlock();
            }
        } catch (PageGoneException e) {
            listener.failed(e);
            return;
        } catch (StorageException e) {
            meters.readFailed();
            listener.failed(e);
            return;
        } catch (RuntimeException | Error defect) {
            meters.readFailed();
            LOG.error("Reading page {} failed for a defect", page, defect);
            listener.failed(new StorageException("Page " + page + " was not read for a defect: " + defect, defect));
            return;
        }
        meters.read(System.nanoTime() - askedNanos);
        listener.loaded(messages);
    }

    private static PageReader opened(PageReader reader) throws StorageException {
        if (reader == null) {
            throw new StorageException("The store is not open.");
        }
        return reader;
    }

    /** At once, on the caller's thread. */
    List<Enqueued> readNow(long page) throws StorageException {
        now.lock();
        opening.readLock().lock();
        try {
            return opened(readerNow).read(page);
        } finally {
            opening.readLock().unlock();
            now.unlock();
        }
    }
}
