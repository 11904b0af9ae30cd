package io.sluice.storage;

import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.StorageException;
import io.sluice.storage.mapdb.PagedMessageStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;

/** How long checkpoints of 1 KB messages and a restore take. Not a test: run {@code main} with a folder and a number of messages. */
public final class StoreBenchmark {
    private static final int CHECKPOINT_MESSAGES = 60_000;

    private StoreBenchmark() {}

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory(Path.of(args[0]), "store-");
        UUID id = UUID.randomUUID();
        PagedMessageStore store = new PagedMessageStore(new FileDisk(), folder, id);
        Source source = new Source(Long.parseLong(args[1]));
        store.restore(source);
        while (source.stored < source.total) {
            source.inThis = 0;
            long start = System.nanoTime();
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
            System.out.printf(
                    "checkpoint of %d messages: %d ms%n", source.inThis, (System.nanoTime() - start) / 1_000_000);
        }
        store.close();
        System.out.printf("store.db %d MB%n", Files.size(folder.resolve("store.db")) >> 20);
        long start = System.nanoTime();
        PagedMessageStore again = new PagedMessageStore(new FileDisk(), folder, id);
        Source found = new Source(0);
        again.restore(found);
        System.out.printf("restore of %d messages: %d ms%n", found.stored, (System.nanoTime() - start) / 1_000_000);
        again.close();
        for (Path file : new FileDisk().list(folder)) {
            Files.delete(file);
        }
        Files.delete(folder);
    }

    private static final class Source implements MessageStore.CheckpointSource, MessageStore.Restored {
        private final long total;
        private long stored;
        private int inThis;

        private Source(long total) {
            this.total = total;
        }

        @Override
        public void begin(MessageStore.Answer<MessageStore.Beginning> answer) {
            answer.answer(
                    new MessageStore.Beginning(new JournalPosition(1, stored), java.util.List.of(Workload.queue(1))));
        }

        @Override
        public void next(int maxBytes, MessageStore.Answer<MessageStore.Slice> answer) {
            java.util.List<io.sluice.broker.record.JournalRecord.Enqueued> slice = new java.util.ArrayList<>();
            int count = (int) Math.min(Math.min(maxBytes >> 10, CHECKPOINT_MESSAGES - inThis), total - stored);
            byte[] body = new byte[1024];
            for (int i = 0; i < count; i++) {
                slice.add(Workload.message(1, stored + i + 1, body));
            }
            answer.answer(new MessageStore.Slice(slice));
        }

        @Override
        public void stored(MessageStore.Slice slice, long[] tokens) {
            stored += tokens.length;
            inThis += tokens.length;
        }

        @Override
        public void queue(io.sluice.broker.record.JournalRecord.QueueDeclared queue) {}

        @Override
        public void message(io.sluice.broker.record.JournalRecord.Enqueued message, long token) {
            stored++;
        }
    }
}
