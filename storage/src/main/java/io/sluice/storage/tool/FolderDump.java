package io.sluice.storage.tool;

import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord;
import io.sluice.storage.Damage;
import io.sluice.storage.journal.JournalScan;
import java.io.IOException;
import java.nio.file.Path;

/** Shows what is in the files of a stopped folder as it stands there, settled or not: first the store, then the journal behind it. */
public final class FolderDump {
    private FolderDump() {}

    /** Where a record stands. @param index its batch in the journal, 0 in the store */
    public record Place(Path file, long offset, long index) {}

    /** Gets what is there, in the order of the files. */
    public interface Sink {
        void record(Place place, JournalRecord record) throws IOException;

        void damage(Damage damage) throws IOException;
    }

    /** @throws StorageException a file is of a newer format, or the disk cannot be read */
    public static void run(StoppedFolder folder, Sink sink) throws StorageException {
        Path store = folder.path().resolve("store.db");
        try (StoredPages pages = StoredPages.of(folder.openStore())) {
            for (JournalRecord record : pages.records()) {
                sink.record(new Place(store, 0, 0), record);
            }
            for (StoredPages.Page page : pages.pages()) {
                page(store, pages, page, sink);
            }
            new JournalScan(folder.disk(), folder.directory().journalFolder(), folder.store())
                    .run(pages.position(), new JournalScan.Visitor() {
                        @Override
                        public void record(Path file, long offset, long index, JournalRecord record)
                                throws IOException {
                            sink.record(new Place(file, offset, index), record);
                        }

                        @Override
                        public void damage(Damage damage) throws IOException {
                            sink.damage(damage);
                        }
                    });
        } catch (IOException e) {
            throw new StorageException("Data folder " + folder.path() + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static void page(Path store, StoredPages pages, StoredPages.Page page, Sink sink) throws IOException {
        try {
            var messages = pages.read(page);
            for (int i = 0; i < messages.size(); i++) {
                if (page.live()[i]) {
                    sink.record(new Place(store, page.number(), 0), messages.get(i));
                }
            }
        } catch (StorageException damaged) {
            sink.damage(new Damage(store, 0, damaged.getMessage()));
        }
    }
}
