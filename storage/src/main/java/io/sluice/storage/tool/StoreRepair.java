package io.sluice.storage.tool;

import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.storage.Disk;
import io.sluice.storage.journal.JournalRepair;
import io.sluice.storage.mapdb.PagedMessageStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Writes a store anew, beside the old one, from what can be read of it: the same checkpoint without the pages that are damaged and
 * without room that nothing is in. Then it takes the old one's place. One thread, once.
 */
final class StoreRepair {
    private static final int COPY_BYTES = 1 << 20;
    private static final String FILE = "store.db";
    private static final String REDO = "store.redo";

    private final StoppedFolder folder;
    private final Disk disk;
    private final Path beside;

    StoreRepair(StoppedFolder folder) {
        this.folder = folder;
        this.disk = folder.disk();
        this.beside = folder.path().resolve("store-repair");
    }

    /**
     * Writes the new file and checks it; the old one is only read.
     *
     * @param from whose store is open, or could not be opened: then the new one holds nothing but the position
     */
    void write(FolderReader from) throws IOException, StorageException {
        clean();
        disk.createFolder(beside);
        ReadablePages source = new ReadablePages(from);
        try (PagedMessageStore store = folder.openStore(beside)) {
            store.restore(new NothingRestored());
            checkpoint(store, source);
        }
        // What counts is what is in the file without its redo.
        disk.delete(beside.resolve(REDO));
        check(source, from.checkpoint());
        disk.delete(beside.resolve(REDO));
    }

    private static void checkpoint(PagedMessageStore store, ReadablePages source) throws IOException, StorageException {
        CompletableFuture<JournalPosition> done = new CompletableFuture<>();
        store.checkpoint(source, new MessageStore.CheckpointListener() {
            @Override
            public void completed(JournalPosition position) {
                done.complete(position);
            }

            @Override
            public void failed(StorageException cause) {
                done.completeExceptionally(cause);
            }
        });
        try {
            done.get();
        } catch (ExecutionException e) {
            throw new StorageException(
                    "The store cannot be written anew: " + e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private void check(ReadablePages written, JournalPosition position) throws StorageException {
        long messages = 0;
        try (StoredPages found = StoredPages.of(folder.openStore(beside))) {
            for (StoredPages.Page page : found.pages()) {
                messages += found.read(page).size();
            }
            if (messages != written.messages || !found.position().equals(position)) {
                throw new StorageException("The store that was written anew in " + beside + " has " + messages
                        + " messages, not " + written.messages + ": nothing was replaced.");
            }
        }
    }

    /**
     * Puts the new file in the old one's place; nobody has either open. A crash leaves one or the other.
     *
     * @param keep whether the old files stay under other names
     * @return the old files under their new names
     */
    List<Path> swap(boolean keep) throws IOException {
        List<Path> kept = new ArrayList<>();
        Path file = folder.path().resolve(FILE);
        Path redo = folder.path().resolve(REDO);
        if (keep) {
            copyAside(file, kept);
            copyAside(redo, kept);
            disk.forceFolder(folder.path());
        }
        // The old one's, which must not be applied to the new one.
        disk.delete(redo);
        disk.forceFolder(folder.path());
        disk.rename(beside.resolve(FILE), file);
        disk.forceFolder(folder.path());
        return kept;
    }

    private void copyAside(Path file, List<Path> kept) throws IOException {
        if (!disk.exists(file)) {
            return;
        }
        Path aside = file.resolveSibling(file.getFileName() + JournalRepair.KEPT);
        for (int n = 2; disk.exists(aside); n++) {
            aside = file.resolveSibling(file.getFileName() + JournalRepair.KEPT + "-" + n);
        }
        try (Disk.OpenFile in = disk.open(file);
                Disk.OpenFile out = disk.open(aside)) {
            ByteBuffer buffer = ByteBuffer.allocate(COPY_BYTES);
            for (long at = 0; in.read(buffer.clear(), at) > 0; ) {
                int bytes = buffer.flip().remaining();
                out.write(buffer, at);
                at += bytes;
            }
            out.force();
        }
        kept.add(aside);
    }

    /** Removes what is left of it, now or of an earlier one. */
    void clean() throws IOException {
        disk.delete(beside.resolve(FILE));
        disk.delete(beside.resolve(REDO));
        disk.delete(beside);
    }

    /** The last checkpoint again, without what cannot be read. */
    private static final class ReadablePages implements MessageStore.CheckpointSource {
        private final FolderReader from;
        private final Iterator<StoredPages.Page> pages;
        private long messages;

        private ReadablePages(FolderReader from) {
            this.from = from;
            this.pages = from.pages().iterator();
        }

        @Override
        public void begin(MessageStore.Answer<MessageStore.Beginning> answer) {
            List<QueueDeclared> queues = new ArrayList<>();
            List<JournalRecord> others = new ArrayList<>();
            for (JournalRecord record : from.checkpointRecords()) {
                if (record instanceof QueueDeclared queue) {
                    queues.add(queue);
                } else {
                    others.add(record);
                }
            }
            answer.answer(new MessageStore.Beginning(from.checkpoint(), queues, others));
        }

        @Override
        public void next(int maxBytes, MessageStore.Answer<MessageStore.Slice> answer) {
            while (pages.hasNext()) {
                StoredPages.Page page = pages.next();
                List<Enqueued> live = live(page);
                if (!live.isEmpty()) {
                    answer.answer(new MessageStore.Slice(page.level(), live));
                    return;
                }
            }
            answer.answer(MessageStore.Slice.END);
        }

        private List<Enqueued> live(StoredPages.Page page) {
            List<Enqueued> all;
            try {
                all = from.read(page);
            } catch (StorageException damaged) {
                return List.of(); // the verification has said so, with what is lost
            }
            List<Enqueued> live = new ArrayList<>();
            for (int i = 0; i < all.size(); i++) {
                if (page.live()[i]) {
                    live.add(all.get(i));
                }
            }
            messages += live.size();
            return live;
        }

        @Override
        public void stored(List<Enqueued> stored, long page) {}
    }
}
