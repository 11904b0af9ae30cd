package io.sluice.storage.mapdb;

import io.sluice.storage.Disk;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A file that is written at a pace and forced in steps: one large force would hold up the journal's. One thread writes, any may
 * read.
 */
final class SteppedFile implements Closeable {
    private final Disk.OpenFile file;
    private final CheckpointPace pace;
    private final int stepBytes;
    private int unforcedBytes;
    private long knownBytes;

    /** @param stepBytes written at most before they are forced */
    SteppedFile(Disk.OpenFile file, CheckpointPace pace, int stepBytes) {
        this.file = file;
        this.pace = pace;
        this.stepBytes = stepBytes;
    }

    int read(ByteBuffer into, long offset) throws IOException {
        return file.read(into, offset);
    }

    void write(ByteBuffer from, long offset) throws IOException {
        int bytes = from.remaining();
        file.write(from, offset);
        knownBytes = Math.max(knownBytes, offset + bytes);
        unforcedBytes += bytes;
        if (unforcedBytes >= stepBytes) {
            force();
        }
        pace.wrote(bytes);
    }

    void force() throws IOException {
        file.force();
        unforcedBytes = 0;
    }

    long size() throws IOException {
        knownBytes = file.size();
        return knownBytes;
    }

    /** The size as of the last {@link #size}, with what was done here since. The thread that writes; asks no disk. */
    long knownBytes() {
        return knownBytes;
    }

    void truncate(long size) throws IOException {
        file.truncate(size);
        knownBytes = size;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
