package io.sluice.simulation;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * Work that waits in the middle, on a thread of its own that runs only while the world's thread stands still: it is as if there were one.
 */
final class SteppedThread {
    private static final ExecutorService THREADS = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "stepped");
        thread.setDaemon(true);
        return thread;
    });

    private final Semaphore worldGoesOn = new Semaphore(0);
    private final Semaphore workGoesOn = new Semaphore(0);
    private Thread thread;
    private boolean started;
    private boolean ended;
    private boolean killed;

    /** The member is gone in which the work was done. */
    static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Killed() {
            super("the member is gone");
        }
    }

    /** Runs the work until it pauses or ends. World's thread. */
    void start(Runnable work) {
        if (killed) {
            return;
        }
        started = true;
        THREADS.execute(() -> {
            thread = Thread.currentThread();
            workGoesOn.acquireUninterruptibly();
            try {
                work.run();
            } finally {
                ended = true;
                worldGoesOn.release();
            }
        });
        resume();
    }

    boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /** World's thread: returns when the work pauses again or has ended. */
    void resume() {
        if (started && !ended) {
            workGoesOn.release();
            worldGoesOn.acquireUninterruptibly();
        }
    }

    /** The work's thread: the world goes on until it resumes this. @return whether the work is to go on */
    boolean pause() {
        if (!killed) {
            worldGoesOn.release();
            workGoesOn.acquireUninterruptibly();
        }
        return !killed;
    }

    /** As {@link #pause}, for what would wait in vain when the member is gone. */
    void await() {
        if (!pause()) {
            throw new Killed();
        }
    }

    /** The work goes on to its end without waiting for anything. */
    void kill() {
        killed = true;
        resume();
    }
}
