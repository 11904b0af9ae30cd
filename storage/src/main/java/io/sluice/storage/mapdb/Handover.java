package io.sluice.storage.mapdb;

import io.sluice.broker.port.StorageException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** One value at a time from the shard's thread to the store's, which waits for it. */
final class Handover {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Object value;
    private boolean closed;

    /** Any thread; does not block. */
    void give(Object given) {
        lock.lock();
        try {
            value = given;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** @throws StorageException the store is being closed and nothing will come */
    <T> T await(Class<T> type) throws StorageException {
        lock.lock();
        try {
            while (value == null && !closed) {
                changed.awaitUninterruptibly();
            }
            if (value == null) {
                throw new StorageException("The checkpoint was given up: the store is being closed.");
            }
            T taken = type.cast(value);
            value = null;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the waiting. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
