package io.sluice.storage.mapdb;

import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.RecordCodec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The body of a slot: it says itself whose it is.
 *
 * <pre>
 *      0        4          8              16               24          28         32        36
 * body | "SLP1" | slot i32 | queue id i64 | generation i64 | count i32 | used i32 | crc i32 | entry | entry | … | anything
 *      count = messages; 0 in a further part or with sequences      used = bytes of the entries     crc = CRC32C of bytes 0 to 31
 *
 * entry := length i32 | crc i32 of the record | record (an Enqueued, see RecordCodec)
 * </pre>
 *
 * An entry larger than a page goes on in further slots. What fits no descriptor lies in a slot of its own, in place of
 * entries. Stateless; any thread.
 */
final class MessagePage {
    static final int HEAD_BYTES = 36;
    static final int ENTRY_HEAD_BYTES = 8;
    static final int MAX_ENTRY_BYTES = StoreRecords.MAX_BYTES - HEAD_BYTES;

    private static final int MAGIC = 0x534C5031;
    private static final int CRC = 32;

    private MessagePage() {}

    /** A body with these entries, to be sealed. */
    static ByteBuffer body(ByteBuffer entries) {
        int bytes = entries.remaining();
        ByteBuffer body = ByteBuffer.allocate(HEAD_BYTES + bytes);
        return body.position(HEAD_BYTES).put(entries);
    }

    /** A body with the n-th part of an entry larger than a page, 0 for the first. */
    static ByteBuffer part(ByteBuffer entry, int part) {
        int from = part * MAX_ENTRY_BYTES;
        return body(entry.duplicate().clear().position(from).limit(Math.min(entry.capacity(), from + MAX_ENTRY_BYTES)));
    }

    /** Fills in the head of a body whose entries are there. */
    static void seal(ByteBuffer body, int slot, Slot.Use use, int usedBytes) {
        body.putInt(0, MAGIC)
                .putInt(4, slot)
                .putLong(8, use.queueId())
                .putLong(16, use.generation())
                .putInt(24, use.count())
                .putInt(28, usedBytes);
        body.putInt(CRC, crc(body, 0, CRC));
    }

    static void putEntry(ByteBuffer out, Enqueued message, int recordBytes) {
        int start = out.position();
        out.putInt(recordBytes).putInt(0);
        RecordCodec.write(message, out);
        out.putInt(start + 4, crc(out, start + ENTRY_HEAD_BYTES, recordBytes));
    }

    /** The entries of a body, after checking that it is this slot's; {@code bytes} may go on behind it. */
    static ByteBuffer entries(byte[] bytes, Slot slot) throws DamagedException {
        ByteBuffer body = ByteBuffer.wrap(bytes);
        boolean right = body.getInt(0) == MAGIC
                && body.getInt(CRC) == crc(body, 0, CRC)
                && body.getInt(4) == slot.number
                && body.getLong(8) == slot.queueId
                && body.getLong(16) == slot.generation
                && body.getInt(24) == slot.count
                && body.getInt(28) >= 0
                && body.getInt(28) <= slot.sizeClass.bytes - HEAD_BYTES;
        if (!right) {
            throw damaged(slot, "its head");
        }
        return body.position(HEAD_BYTES).limit(HEAD_BYTES + body.getInt(28));
    }

    /** The next entry's message; its bytes are checked. */
    private static Enqueued readEntry(ByteBuffer entries, Slot slot, int index) throws DamagedException {
        if (entries.remaining() < ENTRY_HEAD_BYTES) {
            throw damaged(slot, "message " + index);
        }
        int length = entries.getInt();
        int crc = entries.getInt();
        if (length < 0 || length > entries.remaining() || crc != crc(entries, entries.position(), length)) {
            throw damaged(slot, "message " + index);
        }
        try {
            if (RecordCodec.read(entries) instanceof Enqueued message && message.queueId() == slot.queueId) {
                return message;
            }
        } catch (IllegalArgumentException unreadable) {
            throw damaged(slot, "message " + index + ": " + unreadable.getMessage());
        }
        throw damaged(slot, "message " + index);
    }

    /** Every message of a page, each checked and with bytes of its own. */
    static List<Enqueued> readAll(ByteBuffer entries, Slot slot) throws DamagedException {
        List<Enqueued> messages = new ArrayList<>(slot.count);
        for (int index = 0; index < slot.count; index++) {
            messages.add(readEntry(entries, slot, index));
        }
        if (entries.hasRemaining()) {
            throw damaged(slot, "its end");
        }
        return messages;
    }

    private static DamagedException damaged(Slot slot, String what) {
        return new DamagedException("The page in slot " + slot.number + " is damaged: " + what + ".");
    }

    private static int crc(ByteBuffer in, int at, int bytes) {
        CRC32C crc = new CRC32C();
        crc.update(in.array(), at, bytes);
        return (int) crc.getValue();
    }
}
