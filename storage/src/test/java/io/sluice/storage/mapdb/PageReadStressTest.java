package io.sluice.storage.mapdb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.storage.FileDisk;
import io.sluice.storage.Workload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: who reads a page while others are written, forgotten, overwritten and moved gets that page, whole, or hears that it is gone
 * - and hears that only of a page that was forgotten. Method: readers on three threads beside a store that writes in the smallest
 * steps and writes its file anew now and then; the bytes of a message follow from its sequence.
 */
class PageReadStressTest {
    private static final int CHECKPOINTS = Integer.getInteger("stress.checkpoints", 40);
    private static final int DRAIN_EVERY = 8;

    @TempDir
    private Path folder;

    private final Random random = new Random(Long.getLong("sim.seed", 1L));
    /** Pages that are not forgotten, with what was written. */
    private final Map<Long, long[]> pages = new ConcurrentHashMap<>();

    private final AtomicReference<Throwable> wrong = new AtomicReference<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicInteger reads = new AtomicInteger();
    private PagedMessageStore store;
    private long sequence;

    private static byte[] body(long sequence) {
        Random seeded = new Random(sequence);
        int bytes = seeded.nextInt(60) == 0 ? 50_000 + seeded.nextInt(100_000) : seeded.nextInt(2_500);
        byte[] body = new byte[bytes];
        seeded.nextBytes(body);
        return body;
    }

    /** The shard, on the store's thread. */
    private final class Source implements MessageStore.CheckpointSource {
        private int slices = 10 + random.nextInt(20);

        @Override
        public void begin(MessageStore.Answer<MessageStore.Beginning> answer) {
            forgetSome();
            answer.answer(new MessageStore.Beginning(
                    new JournalPosition(1, sequence), List.of(Workload.queue(1)), List.of()));
        }

        private void forgetSome() {
            int keep = slices % DRAIN_EVERY == 0 ? 1 : 60;
            List<Long> known = new ArrayList<>(pages.keySet());
            while (known.size() > keep) {
                long page = known.remove(random.nextInt(known.size()));
                pages.remove(page);
                store.forgetPage(page);
            }
        }

        @Override
        public void next(int maxBytes, MessageStore.Answer<MessageStore.Slice> answer) {
            List<Enqueued> slice = new ArrayList<>();
            for (int bytes = 0; slices > 0 && bytes < maxBytes; ) {
                byte[] body = body(++sequence);
                slice.add(Workload.message(1, sequence, body));
                bytes += body.length;
            }
            slices--;
            answer.answer(new MessageStore.Slice(0, slice));
        }

        @Override
        public void stored(List<Enqueued> messages, long page) {
            pages.put(page, messages.stream().mapToLong(Enqueued::sequence).toArray());
        }
    }

    @Test
    void aReaderGetsItsPageOrHearsThatItIsGone() throws Exception {
        // The redo of a 64 KiB step is written, applied and overwritten many times in one checkpoint.
        StoreLimits limits = new StoreLimits(0, 64 << 10, 2 << 20, 1 << 30);
        store = new PagedMessageStore(new FileDisk(), folder, new UUID(1, 2), limits);
        store.restore(new Nothing());
        List<Thread> readers = List.of(new Thread(this::readNow), new Thread(this::readNow), new Thread(this::read));
        readers.forEach(Thread::start);
        try {
            for (int i = 0; i < CHECKPOINTS && wrong.get() == null; i++) {
                assertTrue(checkpoint(), "a checkpoint failed");
            }
        } finally {
            ended.set(true);
            for (Thread reader : readers) {
                reader.join();
            }
            store.close();
        }
        if (wrong.get() != null) {
            throw new AssertionError(wrong.get());
        }
        assertTrue(reads.get() > CHECKPOINTS, "only " + reads + " reads");
    }

    private boolean checkpoint() {
        CompletableFuture<Boolean> told = new CompletableFuture<>();
        store.checkpoint(new Source(), new MessageStore.CheckpointListener() {
            @Override
            public void completed(JournalPosition position) {
                told.complete(true);
            }

            @Override
            public void failed(StorageException cause) {
                wrong.compareAndSet(null, cause);
                told.complete(false);
            }
        });
        return told.join();
    }

    private void readNow() {
        while (!ended.get() && wrong.get() == null) {
            long page = somePage();
            try {
                check(page, store.readNow(page));
            } catch (StorageException e) {
                failed(page, e);
            } catch (Throwable e) {
                wrong.compareAndSet(null, e);
            }
        }
    }

    private void read() {
        while (!ended.get() && wrong.get() == null) {
            long page = somePage();
            CompletableFuture<Void> told = new CompletableFuture<>();
            store.read(page, new MessageStore.PageListener() {
                @Override
                public void loaded(List<Enqueued> messages) {
                    try {
                        check(page, messages);
                    } catch (Throwable e) {
                        wrong.compareAndSet(null, e);
                    }
                    told.complete(null);
                }

                @Override
                public void failed(StorageException cause) {
                    PageReadStressTest.this.failed(page, cause);
                    told.complete(null);
                }
            });
            told.join();
        }
    }

    /** One that is there, most likely. */
    private long somePage() {
        List<Long> known = new ArrayList<>(pages.keySet());
        return known.isEmpty() ? 1 : known.get(ThreadLocalRandom.current().nextInt(known.size()));
    }

    private void check(long page, List<Enqueued> messages) {
        long[] sequences = pages.get(page);
        if (sequences != null) {
            assertArrayEquals(
                    sequences, messages.stream().mapToLong(Enqueued::sequence).toArray());
        }
        for (Enqueued message : messages) {
            assertArrayEquals(body(message.sequence()), message.message().encoded());
            assertEquals(1, message.queueId());
        }
        reads.incrementAndGet();
    }

    private void failed(long page, StorageException cause) {
        if (pages.containsKey(page) || !cause.getMessage().contains("forgotten")) {
            wrong.compareAndSet(null, new AssertionError("page " + page + ": " + cause, cause));
        }
    }

    private static final class Nothing implements MessageStore.Restored {
        @Override
        public void queue(io.sluice.broker.record.JournalRecord.QueueDeclared queue) {}

        @Override
        public void page(MessageStore.StoredPage page) {}

        @Override
        public void record(io.sluice.broker.record.JournalRecord record) {}
    }
}
