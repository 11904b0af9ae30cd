package io.sluice.storage.mapdb;

import java.util.List;

/**
 * How full a store's files are.
 *
 * @param pages of messages
 * @param freeSlots that the next pages are written into
 * @param liveBytes about how many bytes of the file are messages still wanted: a page counts by the share of its messages that are
 * @param fileBytes of the store file
 * @param redoBytes of the redo file
 */
record StoreUse(long pages, long freeSlots, long liveBytes, long fileBytes, long redoBytes) {
    /** @param slots by number; null where a number has none */
    static StoreUse of(List<Slot> slots, long fileBytes, long redoBytes) {
        long pages = 0;
        long free = 0;
        long live = 0;
        for (Slot slot : slots) {
            if (slot == null) {
                continue;
            }
            if (slot.state == Slot.FREE) {
                free++;
                continue;
            }
            boolean ofMessages = slot.state == Slot.PAGE || slot.state == Slot.LARGE;
            pages += ofMessages ? 1 : 0;
            live += ofMessages
                    ? (long) slot.sizeClass.bytes * slot.liveCount() / Math.max(1, slot.count)
                    : slot.sizeClass.bytes;
        }
        return new StoreUse(pages, free, live, fileBytes, redoBytes);
    }

    double liveRatio() {
        return fileBytes == 0 ? 0 : Math.min(1, (double) liveBytes / fileBytes);
    }
}
