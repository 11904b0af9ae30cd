package io.sluice.storage.mapdb;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A run of bytes of any length in records of one size, each of which names the next. Only records that change are written. It grows
 * and never shrinks: its length is kept by whoever keeps its first id.
 *
 * <pre>record := next id i64 (0: none) | crc i32 of what follows | 4084 bytes</pre>
 */
final class RecordChain {
    private static final int RECORD_BYTES = 4096;
    private static final int HEAD_BYTES = 12;
    private static final int DATA_BYTES = RECORD_BYTES - HEAD_BYTES;

    private final StoreRecords records;
    private final List<Long> ids = new ArrayList<>();
    private byte[] content = new byte[0];
    private Committed committed = new Committed(0, new byte[0]);

    private record Committed(int records, byte[] content) {}

    /** A new, empty chain with one record. */
    RecordChain(StoreRecords records) {
        this.records = records;
        ids.add(records.create(new byte[RECORD_BYTES]));
    }

    /** The chain that begins with this record and holds so many bytes. */
    RecordChain(StoreRecords records, long firstId, int bytes, String what) throws DamagedException {
        this.records = records;
        content = new byte[bytes];
        long id = firstId;
        for (int at = 0; id != 0; at += DATA_BYTES) {
            ids.add(id);
            ByteBuffer in = ByteBuffer.wrap(records.read(id));
            if (at < bytes) {
                if (in.getInt(8) != crc(in.array())) {
                    throw new DamagedException("Record " + id + " of the " + what + " is damaged.");
                }
                in.get(HEAD_BYTES, content, at, Math.min(DATA_BYTES, bytes - at));
            } else if (at > 0 && ids.size() > 1_000_000) {
                throw new DamagedException("The " + what + " does not end.");
            }
            id = in.getLong(0);
        }
        if (ids.size() * (long) DATA_BYTES < bytes) {
            throw new DamagedException("The " + what + " is shorter than " + bytes + " bytes.");
        }
        committed();
    }

    long firstId() {
        return ids.get(0);
    }

    byte[] content() {
        return content;
    }

    void write(byte[] newContent) {
        boolean grown = false;
        while (ids.size() * (long) DATA_BYTES < newContent.length) {
            ids.add(records.create(new byte[RECORD_BYTES]));
            grown = true;
        }
        if (!grown && Arrays.equals(content, newContent)) {
            return;
        }
        for (int i = 0; i < ids.size(); i++) {
            int at = Math.min(i * DATA_BYTES, newContent.length);
            ByteBuffer out = ByteBuffer.allocate(RECORD_BYTES);
            out.putLong(i + 1 < ids.size() ? ids.get(i + 1) : 0).putInt(0);
            out.put(newContent, at, Math.min(DATA_BYTES, newContent.length - at));
            out.putInt(8, crc(out.array()));
            records.update(ids.get(i), out.array()); // the volume sees that it is the same
        }
        content = newContent;
    }

    /** What is written is committed. */
    void committed() {
        committed = new Committed(ids.size(), content);
    }

    /** Back to the last commit; of a chain that there was in it. */
    void rollback() {
        ids.subList(committed.records, ids.size()).clear();
        content = committed.content;
    }

    private static int crc(byte[] record) {
        CRC32C crc = new CRC32C();
        crc.update(record, HEAD_BYTES, DATA_BYTES);
        return (int) crc.getValue();
    }
}
