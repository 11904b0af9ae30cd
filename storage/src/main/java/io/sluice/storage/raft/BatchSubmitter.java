package io.sluice.storage.raft;

import io.sluice.broker.record.JournalRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * Gathers batches into entries and proposes them. There is no timer: while a few entries are under way the next one gathers. Batches are
 * encoded on the submitter's own thread.
 */
final class BatchSubmitter {
    /** Enough to keep disks and network busy; with more, entries get smaller. */
    private static final int MAX_IN_FLIGHT = 2;
    /** An entry takes no further batch above it. */
    private static final int ENTRY_BYTES = 256 << 10;

    private final Proposals proposals;
    private final Consumer<Throwable> onFailure;
    private final ArrayDeque<List<JournalRecord>> waiting = new ArrayDeque<>();
    private final Queue<Submitted> submitted = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private int inFlight;
    private long callId;
    private boolean ending;
    private boolean failed;

    /** Where entries go. */
    interface Proposals {
        CompletableFuture<Void> propose(long callId, byte[] entry);
    }

    /** An entry under way. */
    record Submitted(long callId, int batches) {}

    /** @param onFailure told once, when the fate of what is under way is not known any more; nothing is proposed after it */
    BatchSubmitter(String name, Proposals proposals, Consumer<Throwable> onFailure) {
        this.proposals = proposals;
        this.onFailure = onFailure;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Never blocks. */
    synchronized void append(List<JournalRecord> batch) {
        waiting.add(batch);
        notifyAll();
    }

    /** The oldest entry under way was applied. @return null where there is none */
    Submitted applied() {
        return submitted.poll();
    }

    private void run() {
        try {
            while (submitNext()) {
                // one more
            }
        } catch (InterruptedException e) {
            fail(e);
        } catch (RuntimeException | Error defect) {
            fail(defect);
        }
    }

    /** @return false when there is nothing more to do */
    private boolean submitNext() throws InterruptedException {
        List<List<JournalRecord>> batches = new ArrayList<>();
        int bytes = 0;
        long id;
        synchronized (this) {
            while (!failed && (waiting.isEmpty() ? !ending : inFlight >= MAX_IN_FLIGHT)) {
                wait();
            }
            if (failed || waiting.isEmpty()) {
                return false;
            }
            int next = EntryCodec.bytes(waiting.peek());
            while (batches.isEmpty() || bytes + next <= ENTRY_BYTES) {
                batches.add(waiting.remove());
                bytes += next;
                if (waiting.isEmpty()) {
                    break;
                }
                next = EntryCodec.bytes(waiting.peek());
            }
            inFlight++;
            id = ++callId;
        }
        byte[] entry = EntryCodec.encode(batches, bytes);
        // Before it is proposed: it may be applied before the call returns.
        submitted.add(new Submitted(id, batches.size()));
        proposals.propose(id, entry).whenComplete((done, failure) -> completed(failure));
        return true;
    }

    private void completed(Throwable failure) {
        if (failure != null) {
            fail(failure);
            return;
        }
        synchronized (this) {
            inFlight--;
            notifyAll();
        }
    }

    private void fail(Throwable cause) {
        synchronized (this) {
            if (failed) {
                return;
            }
            failed = true;
            waiting.clear();
            notifyAll();
        }
        onFailure.accept(cause);
    }

    /** Nothing is proposed any more. */
    synchronized void stop() {
        failed = true;
        waiting.clear();
        notifyAll();
    }

    /** Waits until everything appended is committed or has failed, and ends. */
    void end() throws InterruptedException {
        synchronized (this) {
            ending = true;
            notifyAll();
            while (!failed && (!waiting.isEmpty() || inFlight > 0)) {
                wait();
            }
        }
        thread.join();
    }
}
