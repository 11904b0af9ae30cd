package io.sluice.storage;

import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.storage.mapdb.PagedMessageStore;
import io.sluice.storage.mapdb.StoreLimits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.eclipse.collections.impl.list.mutable.primitive.LongArrayList;

/**
 * How long checkpoints of messages, a start and reading every page take. Not a test: run {@code main} with a folder, a number of
 * messages, their size and, if they are to be written at a pace, bytes per second.
 */
public final class StoreBenchmark {
    private static final int CHECKPOINT_MESSAGES = 100_000;
    private static final int READS_AHEAD = 8;

    private StoreBenchmark() {}

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory(Path.of(args[0]), "store-");
        UUID id = UUID.randomUUID();
        long pace = args.length > 3 ? Long.parseLong(args[3]) : 0;
        StoreLimits limits = new StoreLimits(pace, 8 << 20, 64L << 20, 256L << 20);
        Source source = new Source(Long.parseLong(args[1]), Integer.parseInt(args[2]));
        try (PagedMessageStore store = new PagedMessageStore(new FileDisk(), folder, id, limits)) {
            store.restore(source);
            fill(store, source);
        }
        System.out.printf("store.db %d MB%n", Files.size(folder.resolve("store.db")) >> 20);
        Found found = new Found();
        long heapBefore = heapBytes();
        long start = System.nanoTime();
        try (PagedMessageStore store = new PagedMessageStore(new FileDisk(), folder, id, limits)) {
            store.restore(found);
            System.out.printf("restore: %d ms, %d pages%n", millisSince(start), found.pages.size());
            System.out.printf(
                    "heap of the open store: %d bytes per page%n",
                    (heapBytes() - heapBefore) / Math.max(1, found.pages.size()) - Long.BYTES);
            readAll(store, found.pages, "first");
            readAll(store, found.pages, "second");
        } finally {
            for (Path file : new FileDisk().list(folder)) {
                Files.delete(file);
            }
            Files.delete(folder);
        }
    }

    private static long millisSince(long start) {
        return (System.nanoTime() - start) / 1_000_000;
    }

    private static long heapBytes() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static void fill(PagedMessageStore store, Source source) throws InterruptedException {
        long start = System.nanoTime();
        long longest = 0;
        while (source.stored < source.total) {
            source.left = (int) Math.min(CHECKPOINT_MESSAGES, source.total - source.stored);
            long began = System.nanoTime();
            CountDownLatch done = new CountDownLatch(1);
            store.checkpoint(source, new MessageStore.CheckpointListener() {
                @Override
                public void completed(JournalPosition position) {
                    done.countDown();
                }

                @Override
                public void failed(StorageException cause) {
                    cause.printStackTrace();
                    System.exit(1);
                }
            });
            done.await();
            longest = Math.max(longest, millisSince(began));
        }
        System.out.printf(
                "fill: %d messages in %d pages, %d per second; longest checkpoint of %d messages %d ms%n",
                source.stored,
                source.pages,
                source.stored * 1000 / Math.max(1, millisSince(start)),
                CHECKPOINT_MESSAGES,
                longest);
    }

    private static void readAll(PagedMessageStore store, LongArrayList pages, String time) throws InterruptedException {
        Semaphore ahead = new Semaphore(READS_AHEAD);
        long start = System.nanoTime();
        pages.forEach(page -> {
            ahead.acquireUninterruptibly();
            store.read(page, new MessageStore.PageListener() {
                @Override
                public void loaded(List<Enqueued> messages) {
                    ahead.release();
                }

                @Override
                public void failed(StorageException cause) {
                    cause.printStackTrace();
                    System.exit(1);
                }
            });
        });
        ahead.acquire(READS_AHEAD);
        System.out.printf(
                "read, %s time: %d pages per second%n", time, pages.size() * 1000L / Math.max(1, millisSince(start)));
    }

    private static final class Found implements MessageStore.Restored {
        private final LongArrayList pages = new LongArrayList();

        @Override
        public void queue(QueueDeclared queue) {}

        @Override
        public void page(MessageStore.StoredPage page) {
            pages.add(page.page());
        }

        @Override
        public void record(JournalRecord record) {}
    }

    private static final class Source implements MessageStore.CheckpointSource, MessageStore.Restored {
        private final long total;
        private final byte[] body;
        private long given;
        private long stored;
        private long pages;
        private int left;

        private Source(long total, int bytes) {
            this.total = total;
            this.body = new byte[bytes];
            new java.util.Random(1).nextBytes(body);
        }

        @Override
        public void begin(MessageStore.Answer<MessageStore.Beginning> answer) {
            answer.answer(
                    new MessageStore.Beginning(new JournalPosition(1, stored), List.of(Workload.queue(1)), List.of()));
        }

        @Override
        public void next(int maxBytes, MessageStore.Answer<MessageStore.Slice> answer) {
            int count = Math.min(Math.min(maxBytes / body.length, left), MessageStore.MAX_PAGE_MESSAGES);
            List<Enqueued> slice = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                slice.add(Workload.message(1, ++given, body));
            }
            left -= count;
            answer.answer(new MessageStore.Slice(0, slice));
        }

        @Override
        public void stored(List<Enqueued> messages, long page) {
            stored += messages.size();
            pages++;
        }

        @Override
        public void queue(QueueDeclared queue) {}

        @Override
        public void page(MessageStore.StoredPage page) {}

        @Override
        public void record(JournalRecord record) {}
    }
}
