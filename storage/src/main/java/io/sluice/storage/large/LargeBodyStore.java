package io.sluice.storage.large;

import io.sluice.broker.LargeBody;
import io.sluice.broker.port.LargeBodies;
import io.sluice.broker.port.Metrics;
import io.sluice.broker.port.StorageException;
import io.sluice.storage.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Large bodies as files of one folder: {@code <id>.body}, the id in hexadecimal. A body that was found damaged is kept as
 * {@code <id>.damaged} when its message is gone, for whoever wants to know what happened to it; nothing ever reads it again.
 *
 * <p>Files are written by one thread and read by another, so a reader does not wait for a force. Any thread may call.
 */
public final class LargeBodyStore implements LargeBodies {
    static final Logger LOG = LoggerFactory.getLogger(LargeBodyStore.class);
    private static final String SUFFIX = ".body";
    private static final String DAMAGED = ".damaged";

    private final Disk disk;
    private final Path folder;
    private final UUID store;
    private final long minFreeDiskBytes;
    private final Threads threads;
    private final RandomGenerator ids;
    /** How often each body is open. */
    private final Map<Long, Integer> open = new HashMap<>();
    /** Deleted while open. */
    private final Set<Long> doomed = new HashSet<>();

    private final Set<Long> damaged = new HashSet<>();
    private final AtomicLong heldBytes = new AtomicLong();

    /** Where files are written and read, and how that ends. */
    record Threads(Executor writer, Executor reader, Runnable close) {
        static Threads start() {
            BodyThread writer = new BodyThread("large-bodies-write");
            BodyThread reader = new BodyThread("large-bodies-read");
            return new Threads(writer, reader, () -> {
                reader.close();
                writer.close();
            });
        }
    }

    /** @param ids gives ids of bodies; a different sequence each time the store is opened */
    LargeBodyStore(Disk disk, Path folder, UUID store, long minFreeDiskBytes, Threads threads, RandomGenerator ids) {
        this.disk = disk;
        this.folder = folder;
        this.store = store;
        this.minFreeDiskBytes = minFreeDiskBytes;
        this.threads = threads;
        this.ids = ids;
    }

    /**
     * Opens the folder, created where there is none, and starts the threads.
     *
     * @param store identity of the store the bodies belong to
     * @param minFreeDiskBytes no body is begun with less free on the disk; one that is under way may use half of it
     * @param ids gives ids of bodies; a different sequence each time the store is opened
     * @throws StorageException the folder cannot be created or read, or a body is of a newer format
     */
    public static LargeBodyStore open(Disk disk, Path folder, UUID store, long minFreeDiskBytes, RandomGenerator ids)
            throws StorageException {
        create(disk, folder);
        refuseNewer(disk, folder);
        return new LargeBodyStore(disk, folder, store, minFreeDiskBytes, Threads.start(), ids);
    }

    static void create(Disk disk, Path folder) throws StorageException {
        try {
            disk.createFolder(folder);
            disk.forceFolder(folder.getParent());
        } catch (IOException e) {
            throw new StorageException("Folder " + folder + " cannot be created: " + e.getMessage(), e);
        }
    }

    /** Makes what the bodies take visible. Known from {@link #retain} on. */
    public void showIn(Metrics metrics) {
        metrics.gauge(
                "sluice.storage.size",
                Metrics.Unit.BYTES,
                "What the data folder takes on the disk.",
                () -> Math.max(0, heldBytes.get()), // a write that failed may have left more than was counted
                "kind",
                "large");
    }

    /** So much was added to a file. Writer's thread. */
    void wrote(long bytes) {
        heldBytes.addAndGet(bytes);
    }

    Disk disk() {
        return disk;
    }

    Path folder() {
        return folder;
    }

    UUID store() {
        return store;
    }

    long minFreeDiskBytes() {
        return minFreeDiskBytes;
    }

    Path file(long id) {
        return folder.resolve(name(id));
    }

    /** Name of the file of a body. */
    public static String name(long id) {
        return String.format("%016x", id) + SUFFIX;
    }

    /** An id no body has. Writer's thread. */
    long newId() throws IOException {
        while (true) {
            long id = ids.nextLong() & Long.MAX_VALUE;
            if (id != 0 && !disk.exists(file(id))) {
                return id;
            }
        }
    }

    @Override
    public Sink create(boolean durable, SinkListener listener) {
        return new BodyWriter(this, threads.writer(), durable, listener);
    }

    @Override
    public Source open(LargeBody body) {
        synchronized (open) {
            open.merge(body.id(), 1, Integer::sum);
        }
        return new BodyReader(this, threads.reader(), body);
    }

    /** A source is closed, its file too. */
    void closed(long id) {
        boolean last;
        synchronized (open) {
            last = open.merge(id, -1, Integer::sum) == 0;
            if (last) {
                open.remove(id);
                last = doomed.remove(id);
            }
        }
        if (last) {
            threads.writer().execute(() -> remove(id));
        }
    }

    @Override
    public void delete(long id) {
        synchronized (open) {
            if (open.containsKey(id)) {
                doomed.add(id);
                return;
            }
        }
        threads.writer().execute(() -> remove(id));
    }

    /** The file is not to vanish with its message. */
    void foundDamaged(long id) {
        synchronized (open) {
            damaged.add(id);
        }
    }

    private void remove(long id) {
        boolean keep;
        synchronized (open) {
            keep = damaged.remove(id);
        }
        Path file = file(id);
        try {
            if (keep && disk.exists(file)) {
                disk.rename(file, folder.resolve(String.format("%016x", id) + DAMAGED));
            } else {
                long bytes = sizeOf(file);
                disk.delete(file);
                heldBytes.addAndGet(-bytes);
            }
        } catch (IOException e) {
            LOG.warn("Large body {} cannot be removed, the next start will try again: {}", file, e.getMessage());
        }
    }

    /** For the figures only: not knowing it must not keep the file. */
    private long sizeOf(Path file) {
        try {
            return disk.size(file);
        } catch (IOException unknown) {
            return 0;
        }
    }

    @Override
    public Set<Long> retain(Set<Long> referred) throws StorageException {
        Set<Long> missing = new HashSet<>(referred);
        int orphans = 0;
        long bytes = 0;
        try {
            for (Path file : disk.list(folder)) {
                String name = file.getFileName().toString();
                if (name.endsWith(SUFFIX) && !missing.remove(idOf(name))) {
                    disk.delete(file);
                    orphans++;
                } else {
                    bytes += sizeOf(file);
                }
            }
            heldBytes.set(bytes);
        } catch (IOException e) {
            throw new StorageException("Folder " + folder + " cannot be cleaned up: " + e.getMessage(), e);
        }
        if (orphans > 0) {
            LOG.info("Removed {} large bodies that belong to no message", orphans);
        }
        return missing;
    }

    /** Looks at the first bytes of every body: only the version that wrote it may decide what becomes of it. */
    private static void refuseNewer(Disk disk, Path folder) throws StorageException {
        ByteBuffer header = ByteBuffer.allocate(BodyFormat.HEADER_BYTES);
        try {
            for (Path path : disk.list(folder)) {
                if (path.getFileName().toString().endsWith(SUFFIX)) {
                    try (Disk.OpenFile file = disk.open(path)) {
                        file.read(header.clear(), 0);
                        BodyFormat.refuseNewer(header.flip(), path);
                    }
                }
            }
        } catch (IOException e) {
            throw new StorageException("The large bodies in " + folder + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** 0 where the name is none of ours. */
    private static long idOf(String name) {
        try {
            return Long.parseUnsignedLong(name.substring(0, name.length() - SUFFIX.length()), 16);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    @Override
    public void close() {
        threads.close().run();
    }
}
