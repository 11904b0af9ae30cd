package io.sluice.storage;

/**
 * A thread that does file operations. Nobody can interrupt it: an interrupt would close the file it is at work on, for everybody
 * and for good (see {@link java.nio.channels.InterruptibleChannel}). A daemon; whoever starts it tells it to end and joins it.
 */
public final class StorageThread extends Thread {
    public StorageThread(Runnable work, String name) {
        super(work, name);
        setDaemon(true);
    }

    /** Changes nothing. An executor's idle thread is woken to its end by a task, not by this. */
    @Override
    public void interrupt() {}
}
