package io.sluice.crash;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.opentest4j.TestAbortedException;

/** A file system in memory, small enough to be filled. Only root can mount it: {@link #mount} aborts the test elsewhere. */
final class SmallDisk implements AutoCloseable {
    private static final int BLOCK_BYTES = 16 << 10;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Path folder;

    private SmallDisk(Path folder) {
        this.folder = folder;
    }

    /** @param folder is created */
    static SmallDisk mount(Path folder, int megabytes) throws IOException {
        Files.createDirectories(folder);
        String refusal = run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", folder.toString());
        if (!refusal.isEmpty()) {
            throw new TestAbortedException("a file system can be mounted by root only: " + refusal);
        }
        return new SmallDisk(folder);
    }

    Path folder() {
        return folder;
    }

    long usableBytes() throws IOException {
        return Files.getFileStore(folder).getUsableSpace();
    }

    /** Takes all the room there is now. */
    void fill() throws IOException {
        byte[] block = new byte[BLOCK_BYTES];
        try (var filler = Files.newOutputStream(filler(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            while (true) {
                filler.write(block);
            }
        } catch (IOException full) {
            if (usableBytes() > 0) {
                throw full;
            }
        }
    }

    /** Takes all the room there is, and what becomes free, as long as this is so. */
    void fillWhile(BooleanSupplier goesOn) throws IOException {
        byte[] block = new byte[BLOCK_BYTES];
        try (var filler = Files.newOutputStream(filler(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            while (goesOn.getAsBoolean()) {
                try {
                    filler.write(block);
                } catch (IOException full) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        }
    }

    /** Gives back what {@link #fillWhile} took. */
    void makeRoom() throws IOException {
        Files.delete(filler());
    }

    private Path filler() {
        return folder.resolve("filler");
    }

    /** @return why it failed, "" where it did not */
    private static String run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? "" : output;
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return e.toString();
        }
    }

    /** Nobody may use it any more. */
    @Override
    public void close() {
        String refusal = run("umount", folder.toString());
        if (!refusal.isEmpty()) {
            throw new AssertionError(refusal);
        }
    }
}
