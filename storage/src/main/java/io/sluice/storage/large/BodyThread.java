package io.sluice.storage.large;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread that runs what it is given, in order. Nobody interrupts it: an interrupt would close a file under its hands. */
final class BodyThread implements Executor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BodyThread.class);
    private static final Runnable END = () -> {};

    private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final Thread thread;

    BodyThread(String name) {
        thread = new Thread(this::run, name);
        thread.start();
    }

    private void run() {
        while (true) {
            try {
                Runnable task = tasks.take();
                if (task == END) {
                    return;
                }
                task.run();
            } catch (InterruptedException stray) {
                continue;
            } catch (RuntimeException defect) {
                LOG.error("A large body could not be handled: this is a defect of Sluice, please report it", defect);
            }
        }
    }

    /** What comes after {@link #close} is dropped: the next start sweeps up. */
    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    /** Runs what it was given, then ends; waits for that. */
    @Override
    public void close() {
        tasks.add(END);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
