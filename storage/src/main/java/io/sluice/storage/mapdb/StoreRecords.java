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

    /** Takes a record without looking at it. */
    private static final Serializer<Boolean> NOTHING = new Serializer<>() {
        @Override
        public void serialize(DataOutput2 out, Boolean value) {
            throw new UnsupportedOperationException("only reads");
        }

        @Override
        public Boolean deserialize(DataInput2 in, int available) {
            return true;
        }
    };

    private final PageFile file;
    private CheckpointVolume volume;
    /** Null from a rollback to the next use. */
    private StoreDirect store;

    StoreRecords(PageFile file) {
        this.file = file;
        open();
    }

    private StoreDirect open() {
        if (store != null) {
            return store;
        }
        volume = new CheckpointVolume(file);
        store = new StoreDirect(
                null, volume.factory(), false, 0, false, 0, CC.PAGE_SIZE, 0, false, false, false, true, false, false);
        return store;
    }

    /** Whether there is no record yet: MapDB commits once when it lays out a new file. */
    boolean isEmpty() {
        return file.commits() <= 1;
    }

    /** @return the id of the new record; the first ever is 1 */
    long create(byte[] bytes) {
        return open().put(bytes, BYTES);
    }

    /** @param bytes as long as the record is */
    void update(long id, byte[] bytes) {
        open().update(id, bytes, BYTES);
    }

    byte[] read(long id) throws DamagedException {
        byte[] bytes = open().get(id, BYTES);
        if (bytes == null) {
            throw new DamagedException("The store has no record " + id + ".");
        }
        return bytes;
    }

    /** Offset of the record's bytes in the page file. It stays, for records keep their length. */
    long offset(long id) throws DamagedException {
        boolean[] found = {false};
        StoreDirect opened = open();
        long offset = volume.locate(() -> found[0] = opened.get(id, NOTHING) != null);
        if (!found[0]) {
            throw new DamagedException("The store has no record " + id + ".");
        }
        return offset;
    }

    /** Commits so far. */
    long commits() {
        return file.commits();
    }

    void commit() {
        open().commit();
    }

    /** Back to the last commit. Reads nothing, so it cannot fail. */
    void rollback() {
        file.rollback();
        store = null;
    }
}
