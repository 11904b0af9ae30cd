package io.sluice.storage.raft;

import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.RecordCodec;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of one entry of the log: batches that went to the log together, each of them all or nothing as the entry is.
 *
 * <pre>
 * entry := version u8 = 1 | batches i32 | batch …
 * batch := records i32 | record …     (as {@link RecordCodec} has it)
 * </pre>
 *
 * Stateless; any thread.
 */
final class EntryCodec {
    private static final byte VERSION = 1;
    private static final int HEAD_BYTES = 1 + 4;
    private static final int BATCH_HEAD_BYTES = 4;

    private EntryCodec() {}

    /** Bytes that the batch takes in an entry. */
    static int bytes(List<JournalRecord> batch) {
        int bytes = BATCH_HEAD_BYTES;
        for (JournalRecord record : batch) {
            bytes = Math.addExact(bytes, RecordCodec.size(record));
        }
        return bytes;
    }

    /** @param bytes of all the batches, without the head */
    static byte[] encode(List<List<JournalRecord>> batches, int bytes) {
        ByteBuffer out = ByteBuffer.allocate(HEAD_BYTES + bytes);
        out.put(VERSION).putInt(batches.size());
        for (List<JournalRecord> batch : batches) {
            out.putInt(batch.size());
            for (JournalRecord record : batch) {
                RecordCodec.write(record, out);
            }
        }
        return out.array();
    }

    /**
     * @return the records of all its batches, in order
     * @throws IllegalArgumentException what is there is not an entry, or one of a newer version
     */
    static List<JournalRecord> decode(ByteBuffer in) {
        byte version = in.remaining() < HEAD_BYTES ? 0 : in.get();
        if (version != VERSION) {
            throw new IllegalArgumentException("entry of version " + version + ", this version reads " + VERSION);
        }
        try {
            int batches = in.getInt();
            List<JournalRecord> decoded = new ArrayList<>();
            for (int i = 0; i < batches; i++) {
                int records = in.getInt();
                for (int j = 0; j < records; j++) {
                    decoded.add(RecordCodec.read(in));
                }
            }
            return decoded;
        } catch (BufferUnderflowException cut) {
            throw new IllegalArgumentException("entry is cut short", cut);
        }
    }
}
