package io.sluice.benchmark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Phaser;
import org.apache.activemq.artemis.api.core.ActiveMQBuffer;
import org.apache.activemq.artemis.core.io.SequentialFileFactory;
import org.apache.activemq.artemis.core.io.aio.AIOSequentialFileFactory;
import org.apache.activemq.artemis.core.io.nio.NIOSequentialFileFactory;
import org.apache.activemq.artemis.core.journal.IOCompletion;
import org.apache.activemq.artemis.core.journal.LoaderCallback;
import org.apache.activemq.artemis.core.journal.PreparedTransactionInfo;
import org.apache.activemq.artemis.core.journal.RecordInfo;
import org.apache.activemq.artemis.core.journal.impl.JournalImpl;
import org.apache.activemq.artemis.core.persistence.CoreMessageObjectPools;
import org.apache.activemq.artemis.core.persistence.Persister;

/** Apache Artemis' journal, set up as {@code artemis create} sets up a broker: 10 MB files, fdatasync before an answer. */
final class ArtemisJournal implements JournalUnderTest {
    private static final int FILE_BYTES = 10 << 20;
    private static final int MIN_FILES = 2;
    private static final int POOL_FILES = 10;
    private static final int COMPACT_MIN_FILES = 10;
    private static final int COMPACT_PERCENTAGE = 30;
    private static final int BUFFER_BYTES = 490 << 10;
    /** What {@code artemis create} measured on the machine of docs/performance.md. */
    private static final int AIO_BUFFER_TIMEOUT_NANOS = Integer.getInteger("artemis.aio.timeout.nanos", 4_000);

    private static final int NIO_BUFFER_TIMEOUT_NANOS = Integer.getInteger("artemis.nio.timeout.nanos", 172_000);
    private static final int MAX_IO = 4096;
    private static final byte RECORD_TYPE = 31;

    private final JournalImpl journal;
    private final SequentialFileFactory files;
    /** Everything that is not durable yet. */
    private final Phaser underWay = new Phaser(1);

    private long loaded;

    ArtemisJournal(Path folder, boolean asynchronous) throws Exception {
        Files.createDirectories(folder);
        if (asynchronous && !AIOSequentialFileFactory.isSupported()) {
            throw new IllegalStateException("no libaio here (Debian: apt-get install libaio1 or libaio1t64)");
        }
        files = asynchronous
                ? new AIOSequentialFileFactory(folder.toFile(), BUFFER_BYTES, AIO_BUFFER_TIMEOUT_NANOS, MAX_IO, false)
                : new NIOSequentialFileFactory(folder.toFile(), true, BUFFER_BYTES, NIO_BUFFER_TIMEOUT_NANOS, 1, false);
        files.setDatasync(true);
        files.start();
        journal = new JournalImpl(
                FILE_BYTES,
                MIN_FILES,
                POOL_FILES,
                COMPACT_MIN_FILES,
                COMPACT_PERCENTAGE,
                files,
                "journal",
                "amq",
                asynchronous ? MAX_IO : 1);
        journal.start();
        journal.load(new Counter());
    }

    @Override
    public long loaded() {
        return loaded;
    }

    @Override
    public void enqueue(long id, byte[] body, Durable durable) {
        underWay.register();
        try {
            journal.appendAddRecord(id, RECORD_TYPE, Bytes.AS_THEY_ARE, body, true, new Completion(durable, id));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void settle(long id) {
        underWay.register();
        try {
            journal.appendDeleteRecord(id, true, new Completion(ignored -> {}, id));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws Exception {
        underWay.arriveAndAwaitAdvance();
        journal.stop();
        files.stop();
    }

    private final class Completion implements IOCompletion {
        private final Durable durable;
        private final long id;

        private Completion(Durable durable, long id) {
            this.durable = durable;
            this.id = id;
        }

        @Override
        public void done() {
            durable.durable(id);
            underWay.arriveAndDeregister();
        }

        @Override
        public void onError(int code, String message) {
            System.err.println("artemis-journal failed: " + code + " " + message);
            Runtime.getRuntime().halt(1);
        }

        @Override
        public void storeLineUp() {}
    }

    private enum Bytes implements Persister<byte[]> {
        AS_THEY_ARE;

        @Override
        public byte getID() {
            return 0;
        }

        @Override
        public int getEncodeSize(byte[] bytes) {
            return bytes.length;
        }

        @Override
        public void encode(ActiveMQBuffer buffer, byte[] bytes) {
            buffer.writeBytes(bytes);
        }

        @Override
        public byte[] decode(ActiveMQBuffer buffer, byte[] bytes, CoreMessageObjectPools pools) {
            throw new UnsupportedOperationException();
        }
    }

    private final class Counter implements LoaderCallback {
        @Override
        public void addRecord(RecordInfo info) {
            loaded++;
        }

        @Override
        public void deleteRecord(long id) {
            loaded--;
        }

        @Override
        public void updateRecord(RecordInfo info) {}

        @Override
        public void addPreparedTransaction(PreparedTransactionInfo transaction) {}

        @Override
        public void failedTransaction(long transaction, List<RecordInfo> records, List<RecordInfo> recordsToDelete) {}
    }
}
