package io.sluice.storage;

import io.sluice.broker.port.StorageException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The data folder: locked for this process, of a known format, with the identity of the store in it.
 *
 * <pre>
 * lock     locked while a process uses the folder; empty, and never opened for anything else
 * owner    process id of the last one that locked it
 * format   "sluice-data 1.0\nstore &lt;uuid&gt;\n"; of several shards "sluice-data 2.0\nstore &lt;uuid&gt;\nshard 0 of 4\n"
 * journal/ segment files
 * large/   bodies of large messages
 * raft/    of a node in a cluster, in place of journal/ and large/
 * store.db, store.redo
 * shards/1 the same for shard 1, and so on: each is a data folder of its own
 * </pre>
 *
 * Open and close on any thread; everything else is fixed in between.
 */
public final class DataDirectory implements AutoCloseable {
    private static final int MAJOR = 2;
    /** Of a folder that older versions may open, too. */
    private static final int MAJOR_OF_ONE_SHARD = 1;

    private static final String RAFT = "raft";
    private static final Pattern FORMAT =
            Pattern.compile("sluice-data (\\d+)\\.\\d+\nstore ([-0-9a-f]{36})\n(?:shard (\\d{1,4}) of (\\d{1,4})\n)?");

    private final Path folder;
    private final Format format;
    private final Closeable lock;

    private DataDirectory(Path folder, Format format, Closeable lock) {
        this.folder = folder;
        this.format = format;
        this.lock = lock;
    }

    /** What the file says. */
    private record Format(UUID store, ShardNumber shard) {}

    /**
     * Opens the folder, creating what is missing.
     *
     * @param neededBytes that must be free on the disk of a new folder; one that holds data can be drained on a full disk
     * @throws StorageException somebody else uses it, it cannot be written, is too full, or is of a newer format
     */
    public static DataDirectory open(Disk disk, Path folder, long neededBytes) throws StorageException {
        return open(disk, folder, ShardNumber.ONLY, neededBytes);
    }

    /**
     * As {@link #open(Disk, Path, long)}, of one shard. That of shard 0 makes the folders of all, so it is opened first, and keeps other
     * processes from the others.
     *
     * @param folder of the broker: that of shard 0, with the others in it
     * @throws StorageException also where the folder has another number of shards, or that of a shard is missing
     */
    public static DataDirectory open(Disk disk, Path folder, ShardNumber shard, long neededBytes)
            throws StorageException {
        if (isMembers(disk, folder)) {
            throw new StorageException("Data folder " + folder
                    + " is of a node of a cluster: start it with the configuration and the name of that node.");
        }
        DataDirectory opened = open(
                disk,
                shard.folderIn(folder),
                new Format(UUID.randomUUID(), shard),
                other -> UUID.randomUUID(),
                neededBytes);
        if (!opened.shard().equals(shard)) {
            opened.close();
            throw new StorageException(otherShard(folder, opened, shard));
        }
        return opened;
    }

    private static String otherShard(Path folder, DataDirectory opened, ShardNumber wanted) {
        ShardNumber is = opened.shard();
        if (is.count() == wanted.count() || is.index() > 0 && wanted.index() == 0) {
            return "Data folder " + opened.folder + " is that of shard " + is.index() + " of " + is.count()
                    + " of a broker"
                    + (wanted.count() == 1 ? ", and not a whole one." : ", not of shard " + wanted.index() + ".");
        }
        return "Data folder " + folder + " has " + is.count() + (is.count() == 1 ? " shard" : " shards")
                + ", but the configuration asks for " + wanted.count() + ": set shards to " + is.count()
                + ", or bring the messages into a new folder with 'sluice storage export' and 'sluice storage import'.";
    }

    /**
     * As {@link #open(Disk, Path, ShardNumber, long)}, of a node of a cluster.
     *
     * @param folder of the node: that of shard 0, with the others in it
     * @param groups of every shard, by its number; the stores of a group's members have one identity, so that one can take the place of another
     * @throws StorageException also where it is of a broker on its own, or of another cluster
     */
    public static DataDirectory openMember(
            Disk disk, Path folder, ShardNumber shard, IntFunction<UUID> groups, long neededBytes)
            throws StorageException {
        UUID group = groups.apply(shard.index());
        DataDirectory opened = open(disk, shard.folderIn(folder), new Format(group, shard), groups, neededBytes);
        if (!opened.store().equals(group)) {
            if (shard.count() == 1 && isBegun(disk, folder, group)) {
                return opened.becomeMembers(disk, group);
            }
            opened.close();
            throw new StorageException(
                    "Data folder " + folder
                            + (isMembers(disk, folder)
                                    ? " is of a node of another cluster: the name of the cluster in the configuration is not the one it was made with."
                                    : " is of a broker on its own: 'sluice cluster init' makes it the first node of a cluster."));
        }
        if (!opened.shard().equals(shard)) {
            opened.close();
            throw new StorageException(otherShard(folder, opened, shard));
        }
        return opened;
    }

    private static boolean isBegun(Disk disk, Path folder, UUID group) throws StorageException {
        try {
            return disk.exists(folder.resolve(RAFT).resolve(group.toString()));
        } catch (IOException e) {
            throw new StorageException("Data folder " + folder + " cannot be used: " + describe(e), e);
        }
    }

    /**
     * Gives the folder of a broker on its own to a node of a cluster, whose replica in {@link #raftFolder} has a copy of all that was in
     * it: removes journal and store, which are void now, and then changes the identity. May be done again where it was cut off; until it
     * is done, {@link #openMember} does so.
     *
     * @return the folder as it is then, under the same lock. This one must not be used any more, and is closed where it fails
     */
    public DataDirectory becomeMembers(Disk disk, UUID group) throws StorageException {
        boolean done = false;
        try {
            if (disk.exists(journalFolder())) {
                for (Path segment : disk.list(journalFolder())) {
                    disk.delete(segment);
                }
                disk.forceFolder(journalFolder());
            }
            disk.delete(folder.resolve("store.redo"));
            disk.delete(folder.resolve("store.db"));
            disk.forceFolder(folder);
            Format members = new Format(group, ShardNumber.ONLY);
            writeFormat(disk, folder, members);
            done = true;
            return new DataDirectory(folder, members, lock);
        } catch (IOException e) {
            throw new StorageException("Data folder " + folder + " cannot be used: " + describe(e), e);
        } finally {
            if (!done) {
                close();
            }
        }
    }

    private static boolean isMembers(Disk disk, Path folder) throws StorageException {
        try {
            return disk.exists(folder.resolve(RAFT));
        } catch (IOException e) {
            throw new StorageException("Data folder " + folder + " cannot be used: " + describe(e), e);
        }
    }

    /**
     * @param made what a new folder is
     * @param stores identities of the other shards in it, by their numbers
     */
    private static DataDirectory open(Disk disk, Path folder, Format made, IntFunction<UUID> stores, long neededBytes)
            throws StorageException {
        Closeable lock = null;
        try {
            disk.createFolder(folder);
            lock = lock(disk, folder);
            boolean isNew = !disk.exists(folder.resolve("format"));
            long usable = disk.usableBytes(folder);
            if (isNew && usable < neededBytes) {
                throw new StorageException("The disk of data folder " + folder + " has only " + usable
                        + " bytes left, but " + neededBytes + " are needed to start.");
            }
            DataDirectory opened = new DataDirectory(folder, formatOf(disk, folder, made, stores), lock);
            lock = null;
            return opened;
        } catch (IOException e) {
            throw new StorageException("Data folder " + folder + " cannot be used: " + describe(e), e);
        } finally {
            release(lock);
        }
    }

    /**
     * Opens a folder that a broker has used before; nothing is created.
     *
     * @param shard of those that there are
     * @throws StorageException there is none, somebody uses it, or it is of a newer format
     */
    public static DataDirectory openExisting(Disk disk, Path folder, int shard) throws StorageException {
        try {
            if (!disk.exists(folder.resolve("format"))) {
                throw new StorageException("There is no data folder of a broker at " + folder + ".");
            }
        } catch (IOException e) {
            throw new StorageException("Data folder " + folder + " cannot be used: " + describe(e), e);
        }
        return open(disk, folder, new ShardNumber(shard, shardsOf(disk, folder)), 0);
    }

    /**
     * How many shards a folder has that a broker has used before.
     *
     * @throws StorageException it cannot be read, or is of a newer format
     */
    public static int shardsOf(Disk disk, Path folder) throws StorageException {
        try {
            return readFormat(disk, folder.resolve("format"), folder).shard.count();
        } catch (IOException e) {
            throw new StorageException("Data folder " + folder + " cannot be used: " + describe(e), e);
        }
    }

    private static Closeable lock(Disk disk, Path folder) throws IOException, StorageException {
        // Two files: POSIX drops a process's lock when the process closes any descriptor of the locked file.
        Path owned = folder.resolve("owner");
        Optional<Closeable> lock = disk.tryLock(folder.resolve("lock"));
        if (lock.isEmpty()) {
            String owner = text(disk, owned).strip();
            throw new StorageException("Data folder " + folder + " is in use by another broker"
                    + (owner.isEmpty() ? "." : ", process " + owner + "."));
        }
        try {
            write(disk, owned, ProcessHandle.current().pid() + "\n");
            return lock.get();
        } catch (IOException e) {
            release(lock.get());
            throw e;
        }
    }

    private static Format formatOf(Disk disk, Path folder, Format made, IntFunction<UUID> stores)
            throws IOException, StorageException {
        Path file = folder.resolve("format");
        if (!disk.exists(file)) {
            if (made.shard.index() > 0) {
                throw new StorageException("There is no folder " + folder + " of shard " + made.shard.index()
                        + ", though its broker has " + made.shard.count() + ": what was in it is missing.");
            }
            makeOthers(disk, folder, made.shard.count(), stores);
            writeFormat(disk, folder, made);
            return made;
        }
        disk.forceFolder(folder); // a process killed right behind the rename left it in memory only
        return readFormat(disk, file, folder);
    }

    /** Before the folder itself is one: a shard's that is missing later was there. */
    private static void makeOthers(Disk disk, Path folder, int shards, IntFunction<UUID> stores) throws IOException {
        for (int index = 1; index < shards; index++) {
            ShardNumber shard = new ShardNumber(index, shards);
            Path itsFolder = shard.folderIn(folder);
            disk.createFolder(itsFolder.getParent());
            disk.forceFolder(folder);
            disk.createFolder(itsFolder);
            disk.forceFolder(itsFolder.getParent());
            if (!disk.exists(itsFolder.resolve("format"))) {
                writeFormat(disk, itsFolder, new Format(stores.apply(index), shard));
            }
        }
    }

    private static Format readFormat(Disk disk, Path file, Path folder) throws IOException, StorageException {
        String text = text(disk, file);
        Matcher format = FORMAT.matcher(text);
        if (!format.lookingAt()) {
            throw new StorageException("File " + file + " is damaged or is not of this broker.");
        }
        if (Integer.parseInt(format.group(1)) > MAJOR) {
            throw new NewerFormatException("Data folder " + folder + " has format " + format.group(1)
                    + ", this version reads up to " + MAJOR + ": start the newer version that wrote it.");
        }
        UUID store = UUID.fromString(format.group(2));
        if (format.group(3) == null) {
            return new Format(store, ShardNumber.ONLY);
        }
        int index = Integer.parseInt(format.group(3));
        int count = Integer.parseInt(format.group(4));
        if (index >= count) {
            throw new StorageException("File " + file + " is damaged or is not of this broker.");
        }
        return new Format(store, new ShardNumber(index, count));
    }

    private static void writeFormat(Disk disk, Path folder, Format format) throws IOException {
        ShardNumber shard = format.shard;
        boolean one = shard.count() == 1;
        String text = "sluice-data " + (one ? MAJOR_OF_ONE_SHARD : MAJOR) + ".0\nstore " + format.store + "\n"
                + (one ? "" : "shard " + shard.index() + " of " + shard.count() + "\n");
        Path unfinished = folder.resolve("format.new");
        write(disk, unfinished, text);
        disk.rename(unfinished, folder.resolve("format"));
        disk.forceFolder(folder);
    }

    private static void write(Disk disk, Path file, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        try (Disk.OpenFile out = disk.open(file)) {
            out.truncate(0);
            out.write(ByteBuffer.wrap(bytes), 0);
            out.force();
        }
    }

    private static String text(Disk disk, Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(256);
        try (Disk.OpenFile in = disk.open(file)) {
            in.read(bytes, 0);
        }
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
    }

    private static String describe(IOException e) {
        return e.getMessage() == null ? e.toString() : e.getClass().getSimpleName() + ": " + e.getMessage();
    }

    private static void release(Closeable lock) {
        if (lock != null) {
            try {
                lock.close();
            } catch (IOException nothingLostByIt) {
                // The operating system releases it with the process at the latest.
            }
        }
    }

    public Path folder() {
        return folder;
    }

    /** Where the journal's segments are. */
    public Path journalFolder() {
        return folder.resolve("journal");
    }

    /** Where the bodies of large messages are. */
    public Path largeFolder() {
        return folder.resolve("large");
    }

    /** Where a node of a cluster keeps the log of its group. */
    public Path raftFolder() {
        return folder.resolve(RAFT);
    }

    /** Identity of the store in this folder; the same for as long as the folder lives. */
    public UUID store() {
        return format.store;
    }

    /** Whose folder it is. */
    public ShardNumber shard() {
        return format.shard;
    }

    @Override
    public void close() {
        release(lock);
    }
}
