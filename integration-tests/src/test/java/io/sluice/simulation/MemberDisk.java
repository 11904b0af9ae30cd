package io.sluice.simulation;

import io.sluice.storage.SimulatedDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/** A member's disk: while the store forces a checkpoint to it, the world goes on. */
final class MemberDisk extends SimulatedDisk {
    private static final Path FOLDER = Path.of("data");
    private static final Path STORE = FOLDER.resolve("store.db");
    private static final Path REDO = FOLDER.resolve("store.redo");
    private static final Path RECEIVED = FOLDER.resolve("received.db");
    private static final int SLOW = 50;

    private final World world;
    private Optional<Writer> writer = Optional.empty();
    private boolean slow;

    /** Who writes a checkpoint. */
    record Writer(Life life, SteppedThread thread) {}

    MemberDisk(World world) {
        super(world.random);
        this.world = world;
    }

    static Path folder() {
        return FOLDER;
    }

    void slow(boolean isSlow) {
        slow = isSlow;
    }

    long forceMicros() {
        long micros = world.between(200, 4_000);
        return slow ? micros * SLOW : micros;
    }

    void writtenBy(Optional<Writer> newWriter) {
        writer = newWriter;
    }

    @Override
    protected void forcing() {
        writer.filter(its -> its.thread.isCurrent()).ifPresent(its -> {
            its.life.after(forceMicros(), its.thread::resume);
            its.thread.pause();
        });
    }

    /** Nothing works any more, until the power has gone and come. */
    void cut() {
        failAt(1, Fault.OUTAGE);
    }

    /** Reads a file and deletes it. */
    byte[] take(Path file) {
        byte[] bytes = content(file);
        try {
            delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes;
    }

    /** Keeps a received store beside the one there is. */
    void receive(byte[] store) {
        try (OpenFile file = open(RECEIVED)) {
            file.truncate(0);
            file.write(ByteBuffer.wrap(store), 0);
            file.force();
            forceFolder(FOLDER);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A received store takes the other's place. */
    void adopt() {
        try {
            if (exists(RECEIVED)) {
                delete(REDO);
                rename(RECEIVED, STORE);
                forceFolder(FOLDER);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
