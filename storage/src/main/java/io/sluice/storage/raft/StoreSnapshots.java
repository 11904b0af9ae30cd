package io.sluice.storage.raft;

import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.StorageException;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store's checkpoint as Ratis's snapshot. There is no file of it until a member needs one: then the store writes a compact copy of its
 * last checkpoint, named after its position, into the folder {@code sm}. A received copy lies there with the checksum Ratis keeps beside
 * it, and takes the store's place at the next open.
 */
final class StoreSnapshots implements StateMachineStorage {
    private static final Logger LOG = LoggerFactory.getLogger(StoreSnapshots.class);
    private static final Pattern NAME = Pattern.compile("store-(\\d+)-(\\d+)\\.db");
    private static final String CHECKSUM = ".md5";
    private static final int FAILED_MILLIS = 1_000;

    /** A snapshot is sent in parts of so many bytes. */
    static final int PART_BYTES = 1 << 20;

    private final SnapshotSource source;
    private final Object writing = new Object();
    private volatile JournalPosition position;
    private volatile Path folder;
    private volatile Path unfinished;
    /** Under way, done or failed; for a member that needs one. */
    private CompletableFuture<SnapshotInfo> written = CompletableFuture.completedFuture(null);

    /** Writes a copy of the store's checkpoint. */
    interface SnapshotSource {
        /**
         * Blocks until the copy is written and durable.
         *
         * @throws StorageException it cannot be written, or the store's checkpoint is another one by now
         */
        void copyCheckpoint(JournalPosition position, Path file) throws StorageException;
    }

    StoreSnapshots(SnapshotSource source, JournalPosition position) {
        this.source = source;
        this.position = position;
    }

    /** The store's checkpoint stands here from now on. */
    void checkpointed(JournalPosition newPosition) {
        position = newPosition;
    }

    /** Ratis counts from 0, and nothing at all is -1. */
    TermIndex termIndex() {
        JournalPosition now = position;
        return now.equals(JournalPosition.START)
                ? TermIndex.INITIAL_VALUE
                : TermIndex.valueOf(now.epoch(), now.index());
    }

    @Override
    public void init(RaftStorage storage) throws IOException {
        folder = storage.getStorageDir().getStateMachineDir().toPath();
        unfinished = storage.getStorageDir().getTmpDir().toPath();
        Files.createDirectories(folder);
        deleteUnfinished(Optional.empty());
    }

    @Override
    public SnapshotInfo getLatestSnapshot() {
        JournalPosition now = position;
        return now.equals(JournalPosition.START) ? null : new Checkpoint(TermIndex.valueOf(now.epoch(), now.index()));
    }

    /** A snapshot whose file is written when it is asked for. */
    private final class Checkpoint implements SnapshotInfo {
        private final TermIndex at;
        private List<FileInfo> files;

        private Checkpoint(TermIndex at) {
            this.at = at;
        }

        @Override
        public TermIndex getTermIndex() {
            return at;
        }

        @Override
        public synchronized List<FileInfo> getFiles() {
            if (files == null) {
                files = List.of(new FileInfo(export(new JournalPosition(at.getTerm(), at.getIndex())), null));
            }
            return files;
        }

        @Override
        public String toString() {
            return "checkpoint " + at;
        }
    }

    /**
     * The newest snapshot whose file is written, for a member that needs one. Where there is none, or it was sent that one before and there is a
     * newer checkpoint, another is begun, on a thread of its own.
     *
     * @param sent what was sent to that member last
     * @return null where none is written after this time, or where it failed
     */
    SnapshotInfo written(TermIndex sent, long limitMillis) {
        try {
            return anotherThan(sent).get(limitMillis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException beingWritten) {
            return null;
        } catch (ExecutionException failed) {
            LOG.debug("no snapshot for now", failed);
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private CompletableFuture<SnapshotInfo> anotherThan(TermIndex sent) {
        synchronized (writing) {
            if (written.isCompletedExceptionally() || written.isDone() && isOutdated(written.join(), sent)) {
                written = new CompletableFuture<>();
                CompletableFuture<SnapshotInfo> next = written;
                Thread thread = new Thread(() -> write(next), "raft-snapshot");
                thread.setDaemon(true);
                thread.start();
            }
            return written;
        }
    }

    private boolean isOutdated(SnapshotInfo last, TermIndex sent) {
        return last == null || last.getTermIndex().equals(sent) && !sent.equals(termIndex());
    }

    private void write(CompletableFuture<SnapshotInfo> done) {
        try {
            done.complete(written());
        } catch (RuntimeException | Error e) {
            done.completeExceptionally(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            done.completeExceptionally(e);
        }
    }

    private SnapshotInfo written() throws InterruptedException {
        while (true) {
            TermIndex now = termIndex();
            try {
                Checkpoint checkpoint = new Checkpoint(now);
                checkpoint.getFiles();
                return checkpoint;
            } catch (IllegalStateException e) {
                if (now.equals(termIndex())) {
                    LOG.warn("{}", e.getMessage());
                    // Whoever needs it asks again at once.
                    TimeUnit.MILLISECONDS.sleep(FAILED_MILLIS);
                    throw e;
                }
                LOG.debug("there is a newer checkpoint already", e);
            }
        }
    }

    /** One at a time; a copy that is there already is used again, older ones are deleted: whoever reads one may go on. */
    private synchronized Path export(JournalPosition at) {
        Path file = adoptable(folder.getParent(), at);
        try {
            if (!Files.exists(file)) {
                deleteExports();
                source.copyCheckpoint(at, file);
            }
            return file;
        } catch (IOException | StorageException e) {
            throw new IllegalStateException(
                    "No snapshot for the member that needs one, for now: " + Causes.sentence(e), e);
        }
    }

    private void deleteExports() throws IOException {
        try (DirectoryStream<Path> exports = Files.newDirectoryStream(folder, "store-*")) {
            for (Path export : exports) {
                if (!export.toString().endsWith(CHECKSUM) && !isReceived(export)) {
                    Files.deleteIfExists(export);
                }
            }
        }
    }

    /** Whether there is no room for the next part of a snapshot that is being received. */
    boolean isDiskFull() {
        Path its = folder;
        if (its == null) {
            return false;
        }
        try {
            return Files.getFileStore(its).getUsableSpace() < PART_BYTES;
        } catch (IOException e) {
            LOG.debug("the room for snapshots cannot be looked at", e);
            return false;
        }
    }

    /** What is being received becomes the truth in a moment: it must be on the disk before the log it stands for is dropped. */
    void forceReceived() {
        try (var files = Files.walk(unfinished)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("A received snapshot cannot be made durable: " + Causes.sentence(e), e);
        }
    }

    /** A copy was received: that is where the store stands when it is opened next. */
    void received() throws IOException {
        Path file =
                newestReceived(folder).orElseThrow(() -> new IOException("there is no received snapshot in " + folder));
        try (FileChannel channel = FileChannel.open(folder.toAbsolutePath().getParent())) {
            channel.force(true);
        }
        position = positionOf(file);
    }

    private static JournalPosition positionOf(Path file) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (!name.matches()) {
            throw new IllegalStateException("not a snapshot: " + file);
        }
        return new JournalPosition(Long.parseLong(name.group(1)), Long.parseLong(name.group(2)));
    }

    private static boolean isReceived(Path file) {
        return NAME.matcher(file.getFileName().toString()).matches()
                && Files.exists(file.resolveSibling(file.getFileName() + CHECKSUM));
    }

    /** The newest copy that was received whole and has not taken the store's place yet. */
    private static Optional<Path> newestReceived(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (var files = Files.list(folder)) {
            return files.filter(StoreSnapshots::isReceived).max(Comparator.comparing(StoreSnapshots::positionOf));
        }
    }

    /**
     * Where a copy lies that takes the store's place at the next open, once it is {@link #marked}.
     *
     * @param replica folder of the group's replica
     */
    static Path adoptable(Path replica, JournalPosition position) {
        return replica.resolve("sm").resolve("store-" + position.epoch() + "-" + position.index() + ".db");
    }

    /** The copy is whole. */
    static void marked(Path copy) throws IOException {
        Files.createFile(copy.resolveSibling(copy.getFileName() + CHECKSUM));
    }

    /**
     * Lets a received copy take the store's place; may be done again after a crash. Nobody has the store open.
     *
     * @param replica folder of the group's replica
     * @param store file of the store
     * @param redo of the store as it is now; must not be applied to the new one
     */
    static void adopt(Path replica, Path store, Path redo) throws IOException {
        Path folder = replica.resolve("sm");
        Optional<Path> received = newestReceived(folder);
        if (received.isEmpty()) {
            return;
        }
        LOG.info(
                "The store is replaced by the received snapshot {}",
                received.get().getFileName());
        Files.deleteIfExists(redo);
        Files.move(received.get(), store, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel channel = FileChannel.open(store.toAbsolutePath().getParent())) {
            channel.force(true);
        }
        Files.deleteIfExists(folder.resolve(received.get().getFileName() + CHECKSUM));
    }

    /**
     * Deletes what broken-off transfers left; nothing else does, and a sender that tries again and again would fill the disk.
     *
     * @param olderThanMillis epoch milliseconds; empty: all
     */
    void deleteUnfinished(Optional<Long> olderThanMillis) throws IOException {
        Path tmp = unfinished;
        if (tmp == null || !Files.isDirectory(tmp)) {
            return;
        }
        try (DirectoryStream<Path> transfers = Files.newDirectoryStream(tmp, "snapshot-*")) {
            for (Path transfer : transfers) {
                if (olderThanMillis.isEmpty() || lastWritten(transfer) < olderThanMillis.get()) {
                    delete(transfer);
                }
            }
        }
    }

    private static long lastWritten(Path transfer) throws IOException {
        long newest = Files.getLastModifiedTime(transfer).toMillis();
        try (var files = Files.list(transfer)) {
            for (Path file : files.toList()) {
                newest = Math.max(newest, Files.getLastModifiedTime(file).toMillis());
            }
        }
        return newest;
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    @Override
    public void format() {}

    /** There is nothing old: a copy is deleted when the next one is written. */
    @Override
    public void cleanupOldSnapshots(SnapshotRetentionPolicy policy) {}

    @Override
    public File getTmpDir() {
        return null;
    }
}
