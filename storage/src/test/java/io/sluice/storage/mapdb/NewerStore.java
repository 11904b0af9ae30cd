package io.sluice.storage.mapdb;

import io.sluice.storage.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;

/** Makes the files of a store look as a later version would write them. */
public final class NewerStore {
    private NewerStore() {}

    /** Raises the major version in {@code store.db}. */
    public static void raiseFile(Disk disk, Path folder) throws IOException {
        raise(disk, folder.resolve("store.db"), 8, 48, 48);
    }

    /** Raises the major version in {@code store.redo}. */
    public static void raiseRedo(Disk disk, Path folder) throws IOException {
        raise(disk, folder.resolve("store.redo"), 4, 32, 32);
    }

    private static void raise(Disk disk, Path path, int versionAt, int crcAt, int covered) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(64);
        try (Disk.OpenFile file = disk.open(path)) {
            file.read(header, 0);
            header.putShort(versionAt, (short) (header.getShort(versionAt) + 1));
            header.putInt(crcAt, crc(header.array(), covered));
            file.write(header.clear(), 0);
        }
    }

    /** Raises the major version in the root record, which is in pages of the file. */
    public static void raiseRoot(Disk disk, Path folder, UUID store) throws IOException {
        StoreFile.Place place =
                new StoreFile.Place(disk, folder, store, new PageFile.Writing(new CheckpointPace(0), 1 << 20));
        try (PageFile pages = new PageFile(disk, place.file(), place.redo(), store, place.writing())) {
            StoreRecords records = new StoreRecords(pages);
            byte[] root = records.read(StoreRoot.ID);
            ByteBuffer in = ByteBuffer.wrap(root);
            in.putShort(8, (short) (in.getShort(8) + 1));
            in.putInt(84, crc(root, 84));
            records.update(StoreRoot.ID, root);
            records.commit();
        }
    }

    private static int crc(byte[] bytes, int count) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, count);
        return (int) crc.getValue();
    }
}
