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
 * Gathers batches into entries and proposes them. There is no timer: while an entry is under way the next one gathers; it is proposed
 * when that one is done, or beside it as soon as it is large enough to be worth an entry of its own. An entry costs the nodes a
 * millisecond of their processors, whatever is in it. Batches are encoded on the submitter's own thread.
 */
final class BatchSubmitter {
    /** Enough to keep disks and network busy; with more, entries get smaller. */
    private static final int MAX_IN_FLIGHT = 2;
    /** What has gathered is proposed beside an entry under way when it has as many bytes. */
    static final int PIPELINED_BYTES = 64 << 10;
    /** An entry takes no further batch above it. */
    private static final int ENTRY_BYTES = 256 << 10;

    private final Proposals proposals;
    private final Consumer<Throwable> onFailure;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final Queue<Submitted> submitted = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private long waitingBytes;
    private int inFlight;
    private long callId;
    private boolean ending;
    private boolean failed;

    /** Where entries go. */
    interface Proposals {
        CompletableFuture<Void> propose(long callId, byte[] entry);
    }

    private record Waiting(List<JournalRecord> batch, int bytes) {}

    /**
     * An entry under way.
     *
     * @param proposedNanos when, by the clock of {@link System#nanoTime}
     */
    record Submitted(long callId, int batches, long proposedNanos) {}

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
    void append(List<JournalRecord> batch) {
        Waiting appended = new Waiting(batch, EntryCodec.bytes(batch));
        synchronized (this) {
            waiting.add(appended);
            waitingBytes += appended.bytes();
            if (worthAnEntry()) {
                notifyAll();
            }
        }
    }

    private boolean worthAnEntry() {
        return !waiting.isEmpty() && (inFlight == 0 || inFlight < MAX_IN_FLIGHT && waitingBytes >= PIPELINED_BYTES);
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
            while (!failed && !worthAnEntry() && !(ending && waiting.isEmpty())) {
                wait();
            }
            if (failed || waiting.isEmpty()) {
                return false;
            }
            do {
                Waiting next = waiting.remove();
                batches.add(next.batch());
                bytes += next.bytes();
            } while (!waiting.isEmpty() && bytes + waiting.peek().bytes() <= ENTRY_BYTES);
            waitingBytes -= bytes;
            inFlight++;
            id = ++callId;
        }
        byte[] entry = EntryCodec.encode(batches, bytes);
        // Before it is proposed: it may be applied before the call returns.
        submitted.add(new Submitted(id, batches.size(), System.nanoTime()));
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
            if (ending || worthAnEntry()) {
                notifyAll();
            }
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
