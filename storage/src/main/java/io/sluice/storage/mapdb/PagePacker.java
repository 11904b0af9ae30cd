package io.sluice.storage.mapdb;

import io.sluice.broker.port.MessageStore.Slice;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.RecordCodec;
import java.nio.ByteBuffer;
import java.util.List;

/** Packs the messages of a slice into pages. Store's thread. */
final class PagePacker {
    private final StoreContent content;
    private final ByteBuffer body = ByteBuffer.allocate(StoreRecords.MAX_BYTES);
    private int count;
    private Enqueued first;

    PagePacker(StoreContent content) {
        this.content = content;
    }

    /** Writes every message. @return the tokens, in the order of the slice */
    long[] write(Slice slice) {
        List<Enqueued> messages = slice.messages();
        long[] tokens = new long[messages.size()];
        start();
        for (int i = 0; i < tokens.length; i++) {
            Enqueued message = messages.get(i);
            int recordBytes = RecordCodec.size(message);
            int entryBytes = MessagePage.ENTRY_HEAD_BYTES + recordBytes;
            boolean large = entryBytes > MessagePage.MAX_ENTRY_BYTES;
            if (large || entryBytes > body.remaining() || count == Slot.MAX_MESSAGES) {
                flush(tokens, i);
            }
            if (large) {
                tokens[i] = StoreContent.token(content.writeLarge(message, recordBytes).number, 0);
                continue;
            }
            MessagePage.putEntry(body, message, recordBytes);
            first = count++ == 0 ? message : first;
        }
        flush(tokens, tokens.length);
        return tokens;
    }

    private void start() {
        body.clear().position(MessagePage.HEAD_BYTES);
        count = 0;
    }

    /** @param end index behind the last message in the page */
    private void flush(long[] tokens, int end) {
        if (count > 0) {
            Slot slot = content.writePage(body, count, first.queueId(), first.sequence());
            for (int i = 0; i < count; i++) {
                tokens[end - count + i] = StoreContent.token(slot.number, i);
            }
        }
        start();
    }
}
