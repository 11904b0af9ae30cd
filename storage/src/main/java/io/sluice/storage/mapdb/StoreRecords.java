package io.sluice.storage.mapdb;

import java.io.IOException;
import org.mapdb.CC;
import org.mapdb.DataInput2;
import org.mapdb.DataOutput2;
import org.mapdb.Serializer;
import org.mapdb.StoreDirect;

/**
 * MapDB's record store over a {@link CheckpointVolume}: byte records under ids. Records are created and overwritten with the same
 * length, never deleted: MapDB leaks a chunk each time one of its free lists gets its first entry. One thread.
 */
final class StoreRecords {
    /** The largest record MapDB keeps in one piece. */
    static final int MAX_BYTES = 65504;

    private static final Serializer<byte[]> BYTES = new Serializer<>() {
        @Override
        public void serialize(DataOutput2 out, byte[] value) throws IOException {
            out.write(value, 0, value.length);
        }

        @Override
        public byte[] deserialize(DataInput2 in, int available) throws IOException {
            byte[] value = new byte[available];
            in.readFully(value);
            return value;
        }
    };

    private final PageFile file;
    private StoreDirect store;

    StoreRecords(PageFile file) {
        this.file = file;
        open();
    }

    private void open() {
        store = new StoreDirect(
                null,
                new CheckpointVolume(file).factory(),
                false,
                0,
                false,
                0,
                CC.PAGE_SIZE,
                0,
                false,
                false,
                false,
                true,
                false,
                false);
    }

    /** Whether there is no record yet: MapDB commits once when it lays out a new file. */
    boolean isEmpty() {
        return file.commits() <= 1;
    }

    /** @return the id of the new record; the first ever is 1 */
    long create(byte[] bytes) {
        return store.put(bytes, BYTES);
    }

    /** @param bytes as long as the record is */
    void update(long id, byte[] bytes) {
        store.update(id, bytes, BYTES);
    }

    byte[] read(long id) throws DamagedException {
        byte[] bytes = store.get(id, BYTES);
        if (bytes == null) {
            throw new DamagedException("The store has no record " + id + ".");
        }
        return bytes;
    }

    void commit() {
        store.commit();
    }

    /** Back to the last commit. */
    void rollback() {
        file.rollback();
        open();
    }
}
