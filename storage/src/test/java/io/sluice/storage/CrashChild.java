package io.sluice.storage;

import io.sluice.broker.port.Journal;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord;
import io.sluice.storage.journal.JournalLimits;
import io.sluice.storage.mapdb.StoreLimits;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A process to be killed: opens the folder, checks what it finds, says so, then publishes, settles and checkpoints until somebody
 * stops it. Batch n publishes message n and settles those whose time has come, so the state after any batch is known without a log;
 * the last batch acknowledged is kept in a mapped file, which outlives the process.
 */
public final class CrashChild implements Journal.Listener, MessageStore.CheckpointSource {
    private static final long QUEUE = 1;
    private static final int MAX_OUTSTANDING = 64;
    private static final int SETTLED_WITHIN = 3_000;

    /** Paced, in small steps, and written anew as soon as it is worth it. */
    private static final StoreLimits STORE_LIMITS = new StoreLimits(64L << 20, 256 << 10, 2 << 20, 100 << 20);

    private final BlockingQueue<Runnable> mailbox = new LinkedBlockingQueue<>();
    private final ModelShard shard = new ModelShard();
    private final List<List<JournalRecord>> outstanding = new ArrayList<>();
    private final Storage storage;
    private final MappedByteBuffer acknowledged;
    private long appended;
    private boolean checkpointing;

    private CrashChild(Storage storage, MappedByteBuffer acknowledged) {
        this.storage = storage;
        this.acknowledged = acknowledged;
    }

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        JournalLimits limits = JournalLimits.ofSegments(1 << 20, 2, 8);
        CrashChild child = new CrashChild(
                Storage.open(new StorageConfig(folder.resolve("data"), limits, STORE_LIMITS)),
                map(folder.resolve("acknowledged")));
        child.run();
    }

    private static MappedByteBuffer map(Path path) throws IOException {
        try (FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, 8);
        }
    }

    private void run() throws StorageException, InterruptedException {
        shard.use(storage.store());
        JournalPosition checkpoint = storage.store().restore(shard);
        JournalPosition last = storage.journal().open(checkpoint, shard, this);
        shard.at(last);
        appended = last.index();
        verify();
        System.out.println("open " + appended);
        while (true) {
            while (outstanding.size() < MAX_OUTSTANDING) {
                List<JournalRecord> batch = batch(++appended);
                outstanding.add(batch);
                storage.journal().append(batch);
            }
            mailbox.take().run();
        }
    }

    private void verify() throws StorageException {
        long acked = acknowledged.getLong(0);
        if (appended < acked) {
            throw new AssertionError("lost: " + acked + " acknowledged, " + appended + " found");
        }
        ModelShard expected = new ModelShard();
        if (appended > 0) {
            expected.queueDeclared(Workload.queue(QUEUE));
        }
        for (long n = Math.max(1, appended - SETTLED_WITHIN); n <= appended; n++) {
            if (settledBy(n) > appended) {
                expected.enqueued(Workload.message(QUEUE, n, body(n)));
            }
        }
        Map<String, String> found = shard.state();
        if (!withoutQueues(expected.state()).equals(withoutQueues(found))) {
            throw new AssertionError("after batch " + appended + ": " + expected.state() + " expected, found " + found);
        }
    }

    private static Map<String, String> withoutQueues(Map<String, String> state) {
        state.keySet().removeIf(key -> key.startsWith("queue"));
        return state;
    }

    private static List<JournalRecord> batch(long number) {
        List<JournalRecord> batch = new ArrayList<>();
        if (number == 1) {
            batch.add(Workload.queue(QUEUE));
        }
        batch.add(Workload.message(QUEUE, number, body(number)));
        long[] settled = java.util.stream.LongStream.range(Math.max(1, number - SETTLED_WITHIN), number)
                .filter(n -> settledBy(n) == number)
                .toArray();
        if (settled.length > 0) {
            batch.add(Workload.removed(QUEUE, settled));
        }
        return batch;
    }

    private static long settledBy(long message) {
        long mixed = message * 0x9E3779B97F4A7C15L;
        return message + 1 + (mixed >>> 33) % (message % 4 == 0 ? SETTLED_WITHIN : 200);
    }

    private static byte[] body(long message) {
        byte[] body = new byte[200 + (int) (message * 37 % 1_500)];
        new Random(message).nextBytes(body);
        return body;
    }

    @Override
    public void committed(int batches, JournalPosition position) {
        acknowledged.putLong(0, position.index());
        mailbox.add(() -> {
            for (int i = 0; i < batches; i++) {
                shard.apply(
                        outstanding.remove(0),
                        new JournalPosition(position.epoch(), position.index() - batches + 1 + i));
            }
        });
    }

    @Override
    public void failed(StorageException cause) {
        mailbox.add(() -> {
            throw new AssertionError(cause);
        });
    }

    @Override
    public void checkpointWanted(boolean urgent) {
        mailbox.add(() -> {
            if (!checkpointing) {
                checkpointing = true;
                storage.store().checkpoint(this, new Checkpointed());
            }
        });
    }

    private final class Checkpointed implements MessageStore.CheckpointListener {
        @Override
        public void completed(JournalPosition position) {
            storage.journal().checkpointed(position);
            mailbox.add(() -> {
                shard.evict();
                checkpointing = false;
            });
        }

        @Override
        public void failed(StorageException cause) {
            CrashChild.this.failed(cause);
        }
    }

    @Override
    public void roomLow(boolean low, String reason) {}

    @Override
    public void begin(MessageStore.Answer<MessageStore.Beginning> answer) {
        mailbox.add(() -> shard.begin(answer));
    }

    @Override
    public void next(int maxBytes, MessageStore.Answer<MessageStore.Slice> answer) {
        mailbox.add(() -> shard.next(maxBytes, answer));
    }

    @Override
    public void stored(List<JournalRecord.Enqueued> messages, long page) {
        mailbox.add(() -> shard.stored(messages, page));
    }
}
