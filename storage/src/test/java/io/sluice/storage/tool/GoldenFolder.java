package io.sluice.storage.tool;

import io.sluice.broker.Annotations;
import io.sluice.broker.LargeBody;
import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.port.Journal;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore.Beginning;
import io.sluice.broker.port.MessageStore.Slice;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.DefinitionRecord;
import io.sluice.broker.record.ExchangeRecord;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered.Remembered;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.JournalRecord.Returned;
import io.sluice.broker.record.RecordVisitor;
import io.sluice.broker.record.SequenceRanges;
import io.sluice.storage.Storage;
import io.sluice.storage.StorageConfig;
import io.sluice.storage.journal.JournalLimits;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a data folder with something of everything, as a zip: what this version wrote, later ones must read. Run once per format,
 * with the zip to write as argument; what it wrote is kept and never made again.
 */
public final class GoldenFolder implements Journal.Listener {
    static final JournalLimits LIMITS = JournalLimits.ofSegments(64 << 10, 4, 8);
    static final int LARGE_BYTES = 300_000;
    private static final QueueDeclared ORDERS = new QueueDeclared(
            1,
            QueueDefinition.named("orders")
                    .withService(QueueDefinition.Service.FIFO)
                    .withDeduplication(new QueueDefinition.Deduplication(100, 600_000, "")),
            1);
    private static final QueueDeclared ALARMS = new QueueDeclared(2, QueueDefinition.named("alarms"), 1);

    private final BlockingQueue<JournalPosition> committed = new LinkedBlockingQueue<>();

    private GoldenFolder() {}

    /** @param arguments the zip */
    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory("golden");
        write(folder);
        zip(folder, Path.of(arguments[0]));
    }

    static void write(Path folder) throws Exception {
        GoldenFolder golden = new GoldenFolder();
        try (Storage storage = Storage.open(new StorageConfig(folder, LIMITS))) {
            golden.write(storage);
        }
    }

    private void write(Storage storage) throws Exception {
        storage.journal().open(storage.store().restore(new NothingRestored()), new Nobody(), this);
        Message large =
                new Message(bytes("head "), 0, Message.Header.DURABLE, Annotations.EMPTY).withBody(largeBody(storage));
        List<Enqueued> orders = List.of(
                order(1, Message.NONE, 0, "id-1"),
                order(2, Message.NONE, 0, "id-2"),
                order(3, Message.NONE, 0, "id-3"),
                order(4, 4_000_000_000_000L, 0, "id-4"),
                new Enqueued(1, 5, 1_005, Message.NONE, 0, 0, "id-5", large));
        List<Enqueued> scheduled = List.of(order(6, Message.NONE, 4_100_000_000_000L, "id-6"));
        List<Enqueued> low = List.of(alarm(1, 1), alarm(3, 1));
        List<Enqueued> high = List.of(alarm(2, 9), alarm(4, 9));
        append(storage, List.of(ORDERS, ALARMS));
        for (List<Enqueued> messages : List.of(orders, scheduled, low, high)) {
            append(storage, List.copyOf(messages));
        }
        JournalPosition position = append(storage, List.of(removed(1, 2)));
        List<Long> pages = new FixedCheckpoint(
                        beginning(position),
                        List.of(new Slice(0, orders), new Slice(0, scheduled), new Slice(1, low), new Slice(9, high)))
                .write(storage.store());
        storage.store().forget(pages.get(0), 1);
        new FixedCheckpoint(beginning(position), List.of()).write(storage.store());
        storage.journal().checkpointed(position);

        append(storage, List.of(order(7, Message.NONE, 0, "id-7"), order(8, Message.NONE, 0, ""), alarm(5, 9)));
        append(storage, List.of(removed(1, 3), removed(2, 4)));
        append(
                storage,
                List.of(
                        new Returned(1, 1, 2, Annotations.of(Map.of("x-seen", new Annotations.Number(7)))),
                        new Returned(2, 5, 1, Annotations.EMPTY)));
    }

    private static Beginning beginning(JournalPosition position) {
        return new Beginning(
                position,
                List.of(new QueueDeclared(1, ORDERS.definition(), 7), new QueueDeclared(2, ALARMS.definition(), 5)),
                List.of(new DuplicatesRemembered(
                        1, List.of(new Remembered("early-1", 500), new Remembered("early-2", 600)))));
    }

    private static Enqueued order(long sequence, long expiresAtMillis, long deliverAtMillis, String duplicateId) {
        Message message = new Message(bytes("order " + sequence), 0, Message.Header.DURABLE, Annotations.EMPTY);
        return new Enqueued(1, sequence, 1_000 + sequence, expiresAtMillis, deliverAtMillis, 0, duplicateId, message);
    }

    private static Enqueued alarm(long sequence, int priority) {
        Message.Header header = new Message.Header(0, true, priority, Message.NONE, Message.NONE);
        return new Enqueued(
                2,
                sequence,
                2_000 + sequence,
                Message.NONE,
                0,
                new Message(bytes("alarm " + sequence), 0, header, Annotations.EMPTY));
    }

    private static Removed removed(long queueId, long sequence) {
        return new Removed(queueId, SequenceRanges.of(sequence), Removed.Reason.CONSUMED);
    }

    private static LargeBody largeBody(Storage storage) throws IOException {
        byte[] content = new byte[LARGE_BYTES];
        Arrays.fill(content, (byte) 'x');
        LargeBodyCopy.Writing writing = new LargeBodyCopy.Writing(storage.largeBodies());
        writing.write(content);
        return writing.finish();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private JournalPosition append(Storage storage, List<JournalRecord> batch) throws InterruptedException {
        storage.journal().append(batch);
        JournalPosition position = committed.poll(1, TimeUnit.MINUTES);
        if (position == null) {
            throw new IllegalStateException("not committed within a minute");
        }
        return position;
    }

    private static void zip(Path folder, Path to) throws IOException {
        try (OutputStream file = Files.newOutputStream(to);
                ZipOutputStream zip = new ZipOutputStream(file);
                Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.filter(Files::isRegularFile).sorted().toList()) {
                zip.putNextEntry(new ZipEntry(folder.relativize(path).toString()));
                Files.copy(path, zip);
            }
        }
    }

    /** Nothing is replayed from a new journal. */
    private static final class Nobody implements RecordVisitor {
        @Override
        public void queueDeclared(QueueDeclared declared) {
            throw new IllegalStateException("the folder is not new");
        }

        @Override
        public void queueDeleted(JournalRecord.QueueDeleted deleted) {}

        @Override
        public void enqueued(Enqueued enqueued) {}

        @Override
        public void removed(Removed removed) {}

        @Override
        public void returned(Returned returned) {}

        @Override
        public void duplicatesRemembered(DuplicatesRemembered remembered) {}

        @Override
        public void queuePaused(JournalRecord.QueuePaused paused) {}

        @Override
        public void subscribed(JournalRecord.Subscribed subscribed) {}

        @Override
        public void defined(DefinitionRecord definition) {}

        @Override
        public void exchange(ExchangeRecord exchange) {}

        @Override
        public void lastValues(JournalRecord.LastValues last) {}

        @Override
        public void sessionStateSet(JournalRecord.SessionStateSet set) {}
    }

    @Override
    public void committed(int batches, JournalPosition position) {
        committed.add(position);
    }

    @Override
    public void failed(StorageException cause) {
        throw new IllegalStateException(cause);
    }

    @Override
    public void checkpointWanted(boolean urgent) {}

    @Override
    public void roomLow(boolean low, String reason) {}
}
