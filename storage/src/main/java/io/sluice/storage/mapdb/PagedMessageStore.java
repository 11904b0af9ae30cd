package io.sluice.storage.mapdb;

import io.sluice.broker.Invariant;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.StorageException;
import io.sluice.storage.Disk;
import io.sluice.storage.StorageThread;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
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
 * <p>One thread, {@code message-store}, does everything after {@link #restore}. When a checkpoint fails, every token that was given
 * by it through {@link CheckpointSource#stored} is void, and the store is as it was before; what had been forgotten stays forgotten.
 * In memory: about 150 bytes per page, nothing per message.
 */
public final class PagedMessageStore implements MessageStore {
    /** Asked of the shard at a time: a few pages, so that it is not held up and a page is rarely cut short. */
    private static final int SLICE_BYTES = 256 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(PagedMessageStore.class);

    private final Disk disk;
    private final Path folder;
    private final UUID store;
    private final Executor thread;
    private final Handover handover = new Handover();
    private final TokenList forgotten = new TokenList();

    private PageFile file;
    private StoreRecords records;
    private StoreContent content;
    /** To be forgotten by the next checkpoint before all others: left by one that failed, or found superfluous. */
    private long[] forgottenBefore = {};

    /**
     * @param folder that exists and belongs to this store
     * @param store identity of the store; a file of another one is refused
     */
    public PagedMessageStore(Disk disk, Path folder, UUID store) {
        this(disk, folder, store, Executors.newSingleThreadExecutor(work -> new StorageThread(work, "message-store")));
    }

    /** @param thread does the store's work; a test may give one that runs it at once */
    PagedMessageStore(Disk disk, Path folder, UUID store, Executor thread) {
        this.disk = disk;
        this.folder = folder;
        this.store = store;
        this.thread = thread;
    }

    @Override
    public JournalPosition restore(Restored restored) throws StorageException {
        Invariant.check(file == null, "a store is restored once");
        try {
            file = new PageFile(disk, folder.resolve("store.db"), folder.resolve("store.redo"), store);
            disk.forceFolder(folder); // the two files may be new
            records = new StoreRecords(file);
            content = new StoreContent(records);
            forgottenBefore = new StoredMessages(content, restored).read();
            return content.position();
        } catch (IOException | DBException | AssertionError | IndexOutOfBoundsException e) {
            throw new StorageException("The store in " + folder + " cannot be read: " + sentence(e), e);
        }
    }

    @Override
    public void forget(long token) {
        Invariant.check(token != NO_TOKEN, "a message without a token is not in the store");
        forgotten.add(token);
    }

    @Override
    public void checkpoint(CheckpointSource source, CheckpointListener listener) {
        Invariant.check(file != null, "a store is restored before it is written");
        thread.execute(() -> run(source, listener));
    }

    private record Begun(Beginning beginning, long[] forgotten) {}

    private void run(CheckpointSource source, CheckpointListener listener) {
        long[] tokens = forgottenBefore;
        JournalPosition position;
        try {
            // The list is taken on the shard's thread, in the answer: what is forgotten later belongs to the next
            // checkpoint.
            source.begin(beginning -> handover.give(new Begun(beginning, forgotten.takeAll())));
            Begun begun = handover.await(Begun.class);
            position = begun.beginning.position();
            tokens = joined(forgottenBefore, begun.forgotten);
            if (content == null) {
                reload();
            }
            write(begun.beginning, tokens, source);
            forgottenBefore = new long[0];
        } catch (StorageException | IOException | RuntimeException | AssertionError e) {
            forgottenBefore = tokens;
            giveUp();
            StorageException cause = new StorageException("The checkpoint in " + folder + " failed: " + sentence(e), e);
            LOG.warn("Checkpoint failed", cause);
            listener.failed(cause);
            return;
        }
        listener.completed(position);
    }

    private void write(Beginning beginning, long[] tokens, CheckpointSource source) throws StorageException {
        for (long token : tokens) {
            content.forget(token);
        }
        PagePacker packer = new PagePacker(content);
        while (true) {
            source.next(SLICE_BYTES, handover::give);
            Slice slice = handover.await(Slice.class);
            if (slice.messages().isEmpty()) {
                break;
            }
            source.stored(slice, packer.write(slice));
        }
        content.commit(beginning.position(), beginning.queues());
    }

    private static long[] joined(long[] first, long[] second) {
        long[] both = java.util.Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /** Back to the last commit; if that cannot be read now, the next checkpoint tries again. */
    private void giveUp() {
        content = null;
        try {
            reload();
        } catch (IOException | RuntimeException | AssertionError e) {
            LOG.warn("The store in {} cannot be read again after a failed checkpoint", folder, e);
        }
    }

    private void reload() throws IOException {
        records.rollback();
        content = new StoreContent(records);
    }

    /** The cause a person can act on. */
    private static String sentence(Throwable e) {
        Throwable cause = e;
        while (cause instanceof DBException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    @Override
    public void close() throws StorageException {
        handover.close();
        awaitThread();
        if (file == null) {
            return;
        }
        try {
            file.close();
        } catch (IOException e) {
            throw new StorageException("The store in " + folder + " cannot be closed: " + e.getMessage(), e);
        }
    }

    private void awaitThread() {
        if (!(thread instanceof ExecutorService)) {
            return;
        }
        ExecutorService executor = (ExecutorService) thread;
        if (!executor.isShutdown()) {
            executor.execute(
                    executor::shutdown); // on its own thread, which nothing else would wake: it ignores interrupts
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
