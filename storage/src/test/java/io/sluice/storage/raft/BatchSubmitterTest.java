package io.sluice.storage.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Enqueued;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What goes to the log together, and when. */
@Timeout(60)
class BatchSubmitterTest {
    private final BlockingQueue<Proposed> proposed = new LinkedBlockingQueue<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final BatchSubmitter submitter = new BatchSubmitter("submitter", this::propose, failure::set);

    private record Proposed(long callId, int records, CompletableFuture<Void> done) {}

    private CompletableFuture<Void> propose(long callId, byte[] entry) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        proposed.add(
                new Proposed(callId, EntryCodec.decode(ByteBuffer.wrap(entry)).size(), done));
        return done;
    }

    @BeforeEach
    void start() {
        submitter.start();
    }

    @AfterEach
    void stop() {
        submitter.stop();
    }

    @Test
    void theFirstBatchIsAnEntryAtOnce() throws Exception {
        submitter.append(batch(10));
        assertEquals(1, next().records());
    }

    @Test
    void whileAnEntryIsUnderWaySmallBatchesGatherUntilItIsDone() throws Exception {
        submitter.append(batch(10));
        Proposed first = next();
        for (int i = 0; i < 50; i++) {
            submitter.append(batch(10));
        }
        first.done().complete(null);
        assertEquals(50, next().records());
    }

    @Test
    void whatIsLargeEnoughGoesBesideAnEntryUnderWay() throws Exception {
        submitter.append(batch(10));
        next();
        submitter.append(batch(BatchSubmitter.PIPELINED_BYTES / 2));
        submitter.append(batch(BatchSubmitter.PIPELINED_BYTES / 2));
        assertEquals(2, next().records());
    }

    @Test
    void noMoreThanTwoAreUnderWay() throws Exception {
        submitter.append(batch(10));
        Proposed first = next();
        submitter.append(batch(BatchSubmitter.PIPELINED_BYTES));
        Proposed second = next();
        submitter.append(batch(BatchSubmitter.PIPELINED_BYTES));
        submitter.append(batch(10));
        second.done().complete(null);
        assertEquals(2, next().records());
        assertNull(proposed.poll());
        first.done().complete(null);
    }

    @Test
    void anEntryTakesNoFurtherBatchAboveItsSize() throws Exception {
        submitter.append(batch(10));
        Proposed first = next();
        submitter.append(batch(BatchSubmitter.PIPELINED_BYTES));
        next();
        submitter.append(batch(200 << 10));
        submitter.append(batch(100 << 10));
        first.done().complete(null);
        assertEquals(1, next().records());
    }

    @Test
    void theEndWaitsForAllThatGathered() throws Exception {
        submitter.append(batch(10));
        Proposed first = next();
        submitter.append(batch(10));
        CompletableFuture<Void> ended = CompletableFuture.runAsync(() -> {
            try {
                submitter.end();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        first.done().complete(null);
        Proposed last = next();
        try {
            ended.get(50, TimeUnit.MILLISECONDS);
            throw new AssertionError("ended with an entry under way");
        } catch (TimeoutException expected) {
            last.done().complete(null);
        }
        ended.get(30, TimeUnit.SECONDS);
        assertNull(failure.get());
    }

    @Test
    void afterAFailureNothingIsProposed() throws Exception {
        submitter.append(batch(10));
        Proposed first = next();
        submitter.append(batch(10));
        first.done().completeExceptionally(new IllegalStateException("lost"));
        submitter.append(batch(10));
        submitter.end();
        assertNull(proposed.poll());
        assertEquals("lost", failure.get().getMessage());
    }

    @Test
    void entriesAreKnownInTheirOrder() throws Exception {
        submitter.append(batch(10));
        Proposed first = next();
        submitter.append(batch(10));
        submitter.append(batch(10));
        first.done().complete(null);
        Proposed second = next();
        assertSubmitted(first.callId(), 1);
        assertSubmitted(second.callId(), 2);
        assertNull(submitter.applied());
    }

    private void assertSubmitted(long callId, int batches) {
        BatchSubmitter.Submitted oldest = submitter.applied();
        assertEquals(callId, oldest.callId());
        assertEquals(batches, oldest.batches());
    }

    private Proposed next() throws InterruptedException {
        Proposed next = proposed.poll(30, TimeUnit.SECONDS);
        assertNotNull(next, "no entry was proposed");
        return next;
    }

    /** One record of about so many bytes. */
    private static List<JournalRecord> batch(int bytes) {
        Message message = new Message(new byte[bytes], 0, Message.Header.DURABLE, Annotations.EMPTY);
        return List.of(new Enqueued(1, 1, 1_000, Message.NONE, 0, message));
    }
}
