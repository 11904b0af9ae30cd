package io.sluice.storage.tool;

import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.StorageException;
import io.sluice.storage.large.LargeBodyStore;
import io.sluice.storage.mapdb.PagedMessageStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.LongConsumer;
import java.util.function.Predicate;

/**
 * Adds the queues and messages of an export to a stopped folder, in one checkpoint of its store: all of them or, whatever happens, none.
 * A queue that is there already stays what it is and gets the messages behind its own.
 */
public final class MessageImport {
    private MessageImport() {}

    /**
     * @param queues which, by name
     * @param definitions whether users and what else is defined are taken, too
     * @param keepGoing whether to take what can be read of a damaged export
     */
    public record Request(Path file, Predicate<String> queues, boolean definitions, boolean keepGoing) {
        /** With definitions. */
        public Request(Path file, Predicate<String> queues, boolean keepGoing) {
            this(file, queues, true, keepGoing);
        }
    }

    /**
     * @param keptQueues names of queues that were there already
     * @param damages what could not be read of the export, one sentence each
     */
    public record Result(long queues, long messages, List<String> keptQueues, List<String> damages) {}

    /**
     * @param progress told how many messages are read
     * @throws StorageException the folder or the export is damaged, or the disk fails or is full: nothing was imported
     */
    public static Result run(StoppedFolder folder, Request request, LongConsumer progress) throws StorageException {
        try (ExportReader in = new ExportReader(folder.disk(), request.file)) {
            LargeBodyStore bodies = LargeBodyStore.open(
                    folder.disk(), folder.directory().largeFolder(), folder.store(), 0, new SplittableRandom());
            try {
                ImportedRecords records = new ImportedRecords(in, request, bodies, target(folder, request), progress);
                checkpoint(folder, records);
                return records.result();
            } finally {
                bodies.close();
            }
        } catch (IOException e) {
            throw new StorageException("The import of " + request.file + " failed: " + e.getMessage(), e);
        }
    }

    private static ImportTarget target(StoppedFolder folder, Request request) throws StorageException {
        try (FolderReader reader = FolderReader.open(folder)) {
            if (!reader.damages().isEmpty()) {
                throw new StorageException("Data folder " + folder.path()
                        + " is damaged: nothing is imported into it before it is repaired.");
            }
            return new ImportTarget(reader);
        }
    }

    private static void checkpoint(StoppedFolder folder, ImportedRecords records) throws StorageException, IOException {
        records.readQueues();
        CompletableFuture<JournalPosition> done = new CompletableFuture<>();
        try (PagedMessageStore store = folder.openStore()) {
            store.restore(new NothingRestored());
            store.checkpoint(records, new MessageStore.CheckpointListener() {
                @Override
                public void completed(JournalPosition position) {
                    done.complete(position);
                }

                @Override
                public void failed(StorageException cause) {
                    done.completeExceptionally(cause);
                }
            });
            done.get();
        } catch (ExecutionException e) {
            throw new StorageException("Nothing was imported: " + e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
