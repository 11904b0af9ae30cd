package io.sluice.storage.mapdb;

import io.sluice.broker.port.MessageStore.CheckpointSource;
import io.sluice.broker.port.MessageStore.Slice;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.RecordCodec;
import java.nio.ByteBuffer;
import java.util.List;

/** Packs slices into pages: one slice is one page where it fits. Store's thread. */
final class PagePacker {
    private static final int LEAST_SLICE_BYTES = 4096;
    private static final int LEAST_PERCENT = 80;

    private final StoreContent content;
    private final CheckpointSource source;
    private final ByteBuffer body = ByteBuffer.allocate(StoreRecords.MAX_BYTES);
    /** Bytes of the last slice's messages, for the shard and in a page. */
    private long sliceBytes = 3;

    private long entryBytes = 4;
    /** Of a page, to be asked for: less where sizes vary, because what does not fit makes a small page. */
    private int percent = 100;

    PagePacker(StoreContent content, CheckpointSource source) {
        this.content = content;
        this.source = source;
    }

    /** Bytes to ask of the shard, which counts without what a message takes beside its bytes: what fills a page like the last. */
    int wantedBytes() {
        return (int) Math.max(LEAST_SLICE_BYTES, MessagePage.MAX_ENTRY_BYTES * sliceBytes / entryBytes * percent / 100);
    }

    /** Writes every message and tells the shard where it is. */
    void write(Slice slice) throws DamagedException {
        List<Enqueued> messages = slice.messages();
        sliceBytes = 0;
        entryBytes = 0;
        int first = 0;
        start();
        for (int i = 0; i < messages.size(); i++) {
            Enqueued message = messages.get(i);
            int recordBytes = RecordCodec.size(message);
            int bytes = MessagePage.ENTRY_HEAD_BYTES + recordBytes;
            sliceBytes += message.message().residentBytes();
            entryBytes += bytes;
            if (bytes > body.remaining()) {
                flush(slice, first, i);
                first = i;
                percent = Math.max(LEAST_PERCENT, percent - 2);
            }
            if (bytes > MessagePage.MAX_ENTRY_BYTES) {
                Slot slot = content.writeLarge(slice.level(), message, recordBytes);
                source.stored(messages.subList(i, i + 1), slot.page());
                first = i + 1;
                continue;
            }
            MessagePage.putEntry(body, message, recordBytes);
        }
        flush(slice, first, messages.size());
    }

    private void start() {
        body.clear().position(MessagePage.HEAD_BYTES);
    }

    private void flush(Slice slice, int from, int to) throws DamagedException {
        if (to > from) {
            List<Enqueued> messages = slice.messages().subList(from, to);
            Slot slot = content.writePage(body, slice.level(), messages);
            source.stored(messages, slot.page());
        }
        start();
    }
}
