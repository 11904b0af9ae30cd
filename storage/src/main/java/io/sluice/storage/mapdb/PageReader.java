package io.sluice.storage.mapdb;

import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord.Enqueued;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Reads the messages of a page beside the store's thread. A page that the shard still wants is never changed; one that it forgot
 * may be overwritten meanwhile, which its body says: it names its slot and the generation of its page.
 *
 * <p>One thread; its own buffers.
 */
final class PageReader {
    private final SlotTable slots;
    private final PageFile file;
    private final PageFileReader bytes;
    private final byte[] body = new byte[StoreRecords.MAX_BYTES];

    PageReader(SlotTable slots, PageFile file) {
        this.slots = slots;
        this.file = file;
        this.bytes = new PageFileReader(file);
    }

    /** @throws StorageException the page is not here any more, damaged, or cannot be read */
    List<Enqueued> read(long page) throws StorageException {
        List<Slot> row = slots.row(page);
        if (row.isEmpty()) {
            throw gone(page);
        }
        Slot first = row.get(0);
        try {
            return MessagePage.readAll(row.size() == 1 ? entries(first) : joined(row), first);
        } catch (IOException | RuntimeException | AssertionError e) {
            if (slots.row(page).isEmpty()) {
                throw gone(page);
            }
            String cause = e.getMessage() == null ? e.toString() : e.getMessage();
            throw new StorageException(
                    "Page " + page + " of queue " + first.queueId + " in store file " + file.path()
                            + " cannot be read: " + cause,
                    e);
        }
    }

    private PageGoneException gone(long page) {
        return new PageGoneException("Page " + page + " is not in store file " + file.path()
                + ": all of it was forgotten, or its checkpoint failed.");
    }

    private ByteBuffer entries(Slot slot) throws IOException {
        bytes.read(slot.bodyOffset, body, slot.sizeClass.bytes);
        return MessagePage.entries(body, slot);
    }

    private ByteBuffer joined(List<Slot> row) throws IOException {
        ByteBuffer whole = ByteBuffer.allocate(Math.multiplyExact(row.size(), MessagePage.MAX_ENTRY_BYTES));
        for (Slot part : row) {
            if (part != row.get(0) && (part.state != Slot.FURTHER || part.generation != row.get(0).generation)) {
                throw new DamagedException("A part is missing: slot " + part.number + " holds something else.");
            }
            whole.put(entries(part));
        }
        return whole.flip();
    }
}
