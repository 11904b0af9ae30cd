package io.sluice.storage.mapdb;

import io.sluice.broker.Invariant;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.Metrics;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.storage.Disk;
import io.sluice.storage.NewerFormatException;
import io.sluice.storage.StorageThread;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.mapdb.DBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The message store in {@code store.db} (and {@code store.redo}): messages in pages, pages in slots that are overwritten in place,
 * all of it MapDB records over an atomic {@link CheckpointVolume}.
 *
 * <p>After {@link #restore}, thread {@code message-store} writes checkpoints and {@code message-store-read} reads pages. When a
 * checkpoint fails, every page given by it through {@link CheckpointSource#stored} is void, and the store is as it was before; what
 * had been forgotten stays forgotten. In memory: about 140 bytes per page, nothing per message.
 *
 * <p>A page that is asked for after the store was closed is answered on the caller's thread.
 */
public final class PagedMessageStore implements MessageStore {
    private static final Logger LOG = LoggerFactory.getLogger(PagedMessageStore.class);

    private final StoreFile.Place place;
    private final StoreLimits limits;
    private final CheckpointPace pace;
    private final StoreThreads threads;
    private final StoreMeters meters;
    private final PageReads reads;
    private final Handover handover = new Handover();
    private final PagePacker packer = new PagePacker();
    private final ForgottenMessages forgotten = new ForgottenMessages();

    private volatile boolean restored;
    /** Null before the restore, and after a failed one or a failed shrink. The store's thread. */
    private StoreFile file;
    /** To be forgotten by the next checkpoint before all others: left by one that failed, or found superfluous. */
    private ForgottenMessages forgottenBefore = new ForgottenMessages();
    /** Whether the file may be written anew; not again after it went wrong. */
    private boolean shrinks = true;

    /** Why the file is not written any more; null where it is. */
    private StorageException stopped;

    /** The threads of a store: one writes checkpoints, one reads pages. */
    record StoreThreads(Executor writing, Executor reading) {
        static StoreThreads started() {
            return new StoreThreads(single("message-store"), single("message-store-read"));
        }

        private static ExecutorService single(String name) {
            return Executors.newSingleThreadExecutor(work -> new StorageThread(work, name));
        }

        /** Returns when all that was asked of them is done. */
        private void end() {
            end(writing);
            end(reading);
        }

        private static void end(Executor thread) {
            if (!(thread instanceof ExecutorService executor)) {
                return;
            }
            if (!executor.isShutdown()) {
                // On its own thread, which nothing else would wake: it ignores interrupts.
                executor.execute(executor::shutdown);
            }
            boolean interrupted = false;
            boolean ended = false;
            while (!ended) {
                try {
                    ended = executor.awaitTermination(1, TimeUnit.MINUTES);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * @param folder that exists and belongs to this store
     * @param store identity of the store; a file of another one is refused
     */
    public PagedMessageStore(Disk disk, Path folder, UUID store, StoreLimits limits, Metrics metrics) {
        this(disk, folder, store, limits, metrics, StoreThreads.started());
    }

    /** As the other; nobody looks at its figures. */
    public PagedMessageStore(Disk disk, Path folder, UUID store, StoreLimits limits) {
        this(disk, folder, store, limits, Metrics.NONE);
    }

    /** @param threads do the store's work; a test may give some that run it at once */
    PagedMessageStore(Disk disk, Path folder, UUID store, StoreLimits limits, Metrics metrics, StoreThreads threads) {
        this.limits = limits;
        this.pace = new CheckpointPace(limits.checkpointBytesPerSecond());
        this.place = new StoreFile.Place(disk, folder, store, new PageFile.Writing(pace, limits.stepBytes()));
        this.threads = threads;
        this.meters = new StoreMeters(metrics);
        this.reads = new PageReads(threads.reading(), meters);
    }

    @Override
    public JournalPosition restore(Restored content) throws StorageException {
        Invariant.check(!restored, "a store is restored once");
        restored = true;
        try {
            StoreShrink.clean(place);
            file = StoreFile.open(place);
            reads.switchFile(() -> file);
            shrink(Long.MAX_VALUE);
            forgottenBefore = RestoredPages.give(file.content(), content);
            pace.hurry(false);
            meters.isNow(file.use());
            return file.content().position();
        } catch (NewerFileException e) {
            throw new NewerFormatException(e.getMessage());
        } catch (IOException | DBException | AssertionError | IndexOutOfBoundsException e) {
            throw new StorageException("The store in " + place.folder() + " cannot be read: " + sentence(e), e);
        }
    }

    @Override
    public void forget(long page, int index) {
        Invariant.check(
                page > NO_PAGE && index >= 0 && index < MAX_PAGE_MESSAGES, "only what is in a page is forgotten");
        forgotten.add(page, index);
    }

    @Override
    public void forgetPage(long page) {
        Invariant.check(page > NO_PAGE, "a page has a number above 0");
        forgotten.addPage(page);
    }

    @Override
    public void hurry(boolean urgent) {
        pace.hurry(urgent);
    }

    @Override
    public void read(long page, PageListener listener) {
        reads.read(page, listener);
    }

    @Override
    public List<Enqueued> readNow(long page) throws StorageException {
        return reads.readNow(page);
    }

    @Override
    public void checkpoint(CheckpointSource source, CheckpointListener listener) {
        Invariant.check(restored, "a store is restored before it is written");
        threads.writing().execute(() -> run(source, listener));
    }

    private record Begun(Beginning beginning, ForgottenMessages forgotten) {}

    private void run(CheckpointSource source, CheckpointListener listener) {
        StorageException cause = null;
        JournalPosition position = JournalPosition.START;
        long commits = Long.MAX_VALUE;
        long startNanos = System.nanoTime();
        long writtenBefore = pace.writtenBytes();
        try {
            // The list is taken on the shard's thread, in the answer: what is forgotten later belongs to the next
            // checkpoint.
            source.begin(beginning -> handover.give(new Begun(beginning, forgotten.takeAll())));
            Begun begun = handover.await(Begun.class);
            position = begun.beginning.position();
            forgottenBefore.addAll(begun.forgotten);
            if (stopped != null) {
                throw stopped;
            }
            commits = file.commits();
            write(begun.beginning, source);
        } catch (StorageException | IOException | RuntimeException | Error e) {
            cause = new StorageException("The checkpoint in " + place.folder() + " failed: " + sentence(e), e);
            LOG.warn("Checkpoint failed", cause);
            rollback();
        }
        meters.checkpointWrote(pace.writtenBytes() - writtenBefore);
        if (file != null) {
            meters.isNow(file.use());
        }
        if (cause != null && (file == null || file.commits() <= commits)) {
            meters.checkpointFailed();
            listener.failed(cause);
            return;
        }
        forgottenBefore = new ForgottenMessages();
        meters.checkpointed(System.nanoTime() - startNanos);
        listener.completed(position);
        shrinkWhileOpen();
    }

    private void write(Beginning beginning, CheckpointSource source) throws StorageException, IOException {
        StoreContent content = file.content();
        content.forget(forgottenBefore);
        packer.writeAll(content, source, handover);
        content.commit(beginning);
    }

    private void rollback() {
        if (file != null) {
            file.content().rollback();
        }
    }

    /** Writes the file anew where it is worth it. What goes wrong before the new one has its name changes nothing. */
    private void shrink(long mostBytes) throws IOException {
        StoreShrink shrink = new StoreShrink(place, limits);
        long before = file.fileBytes();
        try {
            if (!shrinks || !shrink.isWorthIt(file, mostBytes)) {
                return;
            }
            shrink.write(file);
            file.dropRedo();
        } catch (IOException | RuntimeException | AssertionError e) {
            LOG.warn(
                    "Store file {} was not written anew, it stays as large as it is until the restart: {}",
                    place.file(),
                    sentence(e));
            shrinks = false;
            cleanUp();
            return;
        }
        IOException[] failed = {null};
        reads.switchFile(() -> {
            StoreFile old = file;
            file = null;
            try {
                old.close();
                shrink.rename();
            } catch (IOException e) {
                failed[0] = e;
            }
            return reopened(failed);
        });
        if (failed[0] != null) {
            throw failed[0];
        }
        meters.isNow(file.use());
        LOG.info("Store file {} was written anew: {} bytes, before {}", place.file(), file.fileBytes(), before);
    }

    /**
     * Writes a compact copy of the last checkpoint, for another member of a cluster. Any thread but the store's; blocks until the copy is
     * durable. No checkpoint is written meanwhile.
     *
     * @param position of the checkpoint that is wanted
     * @param target a file that is not there
     * @param identity that the copy gets
     * @throws StorageException the last checkpoint is another one, or the copy cannot be written
     */
    public void copy(JournalPosition position, Path target, UUID identity) throws StorageException {
        Invariant.check(restored, "a store is restored before it is copied");
        CompletableFuture<Void> copied = new CompletableFuture<>();
        threads.writing().execute(() -> {
            try {
                StoreCopy.write(place, file, position, target, identity);
                copied.complete(null);
            } catch (StorageException | RuntimeException | Error e) {
                copied.completeExceptionally(e);
            }
        });
        try {
            copied.join();
        } catch (CompletionException e) {
            throw new StorageException(sentence(e.getCause()), e.getCause());
        }
    }

    /** Gives the room of an unfinished copy back. */
    private void cleanUp() {
        try {
            StoreShrink.clean(place);
        } catch (IOException e) {
            LOG.warn("{} was not deleted, the next start will: {}", place.newFile(), e.getMessage());
        }
    }

    private StoreFile reopened(IOException[] failed) {
        try {
            file = StoreFile.open(place);
        } catch (IOException | RuntimeException | AssertionError e) {
            IOException cause = new IOException("The store cannot be opened again: " + sentence(e), e);
            failed[0] = failed[0] == null ? cause : failed[0];
        }
        return file;
    }

    private void shrinkWhileOpen() {
        try {
            shrink(limits.shrinkLiveBytes());
        } catch (IOException e) {
            // Which of the files a power loss would leave is not known: what is written from now on might not be in it.
            stopped = new StorageException(
                    "The store in " + place.folder() + " is not written any more, restart the broker: " + sentence(e),
                    e);
            LOG.error("Store stopped", stopped);
        }
    }

    /** The cause a person can act on. */
    static String sentence(Throwable e) {
        Throwable cause = e;
        while (cause instanceof DBException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    @Override
    public void close() throws StorageException {
        handover.close();
        pace.hurry(true);
        threads.end();
        if (file == null) {
            return;
        }
        try {
            file.close();
        } catch (IOException e) {
            throw new StorageException("The store in " + place.folder() + " cannot be closed: " + e.getMessage(), e);
        }
    }
}
