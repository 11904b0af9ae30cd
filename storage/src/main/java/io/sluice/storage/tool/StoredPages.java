package io.sluice.storage.tool;

import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import java.util.ArrayList;
import java.util.List;

/** The last checkpoint of a store, for tools: what pages there are, and on request what is in one. One thread. */
final class StoredPages implements AutoCloseable {
    private final MessageStore store;
    private final JournalPosition position;
    private final List<JournalRecord> records = new ArrayList<>();
    private final List<Page> pages = new ArrayList<>();

    /** @param live whether each is still in its queue */
    record Page(long number, long queueId, int level, long[] sequences, boolean[] live) {}

    private StoredPages(MessageStore store) throws StorageException {
        this.store = store;
        this.position = store.restore(new MessageStore.Restored() {
            @Override
            public void queue(QueueDeclared queue) {
                records.add(queue);
            }

            @Override
            public void page(MessageStore.StoredPage page) {
                boolean[] live = new boolean[page.sequences().length];
                for (int i = 0; i < live.length; i++) {
                    live[i] = page.live() == null || (page.live()[i / 64] >>> i & 1) != 0;
                }
                pages.add(new Page(page.page(), page.queueId(), page.level(), page.sequences(), live));
            }

            @Override
            public void record(JournalRecord record) {
                records.add(record);
            }
        });
    }

    /** @param store not restored yet; closed with this */
    static StoredPages of(MessageStore store) throws StorageException {
        boolean opened = false;
        try {
            StoredPages pages = new StoredPages(store);
            opened = true;
            return pages;
        } finally {
            if (!opened) {
                store.close();
            }
        }
    }

    JournalPosition position() {
        return position;
    }

    /** Queues, and what else the checkpoint remembers. */
    List<JournalRecord> records() {
        return records;
    }

    /** Older ones first. */
    List<Page> pages() {
        return pages;
    }

    /** All messages of the page, also those that are gone. */
    List<Enqueued> read(Page page) throws StorageException {
        return store.readNow(page.number());
    }

    @Override
    public void close() throws StorageException {
        store.close();
    }
}
