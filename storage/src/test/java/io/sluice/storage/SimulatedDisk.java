package io.sluice.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A disk in memory that can fail at the n-th operation, lose power (of what was not forced, any subset of 512-byte sectors survives;
 * of creations, renames and deletions any number of the oldest), be full, or have a bit flipped.
 */
public class SimulatedDisk implements Disk {
    private static final int SECTOR = 512;

    /** What the n-th operation does. */
    public enum Fault {
        /** The operation fails and does nothing. */
        ERROR,
        /** A write writes some of its sectors, then fails; other operations fail. */
        SHORT_WRITE,
        /** The operation and all that follow fail; a write may have reached the disk. */
        OUTAGE
    }

    private final Random random;
    private Map<Path, Content> live = new HashMap<>();
    private Map<Path, Content> durable = new HashMap<>();
    private final List<Runnable> unforcedNames = new ArrayList<>();
    private final Set<Path> locked = new TreeSet<>();
    private long operations;
    private final TreeMap<Long, Fault> faults = new TreeMap<>();
    private long lastFault;
    private boolean out;
    private long capacityBytes = Long.MAX_VALUE;
    private Runnable beforeRead = () -> {};

    public SimulatedDisk(Random random) {
        this.random = random;
    }

    /** A file: as programs see it, and as it is without what was not forced. Both arrays may be longer than what counts of them. */
    private static final class Content {
        private byte[] now = new byte[0];
        private int length;
        private byte[] forced = new byte[0];
        private int forcedLength;
        private final BitSet unforced = new BitSet();

        private void write(ByteBuffer from, int offset, int bytes) {
            int end = offset + bytes;
            now = atLeast(now, end);
            from.get(now, offset, bytes);
            length = Math.max(length, end);
            unforced.set(offset / SECTOR, (end + SECTOR - 1) / SECTOR);
        }

        private void truncate(int newLength) {
            if (newLength < length) {
                Arrays.fill(now, newLength, length, (byte) 0);
                unforced.set(newLength / SECTOR, (length + SECTOR - 1) / SECTOR);
                length = newLength;
            }
        }

        private void force() {
            forced = atLeast(forced, length);
            int sector = unforced.nextSetBit(0);
            for (; sector >= 0; sector = unforced.nextSetBit(sector + 1)) {
                int from = sector * SECTOR;
                int bytes = Math.min(SECTOR, Math.min(now.length, forced.length) - from);
                if (bytes > 0) {
                    System.arraycopy(now, from, forced, from, bytes);
                }
            }
            unforced.clear();
            forcedLength = length;
        }

        /** So it is, and so it stays. */
        private void is(byte[] bytes) {
            now = bytes;
            forced = bytes.clone();
            length = bytes.length;
            forcedLength = bytes.length;
            unforced.clear();
        }

        private byte[] bytes() {
            return Arrays.copyOf(now, length);
        }

        private static byte[] atLeast(byte[] array, int bytes) {
            return array.length >= bytes
                    ? array
                    : Arrays.copyOf(array, Math.max(bytes, array.length + array.length / 2));
        }
    }

    /** The fault happens at the n-th operation from now, 1 for the next. */
    public synchronized void failAt(long operationsFromNow, Fault what) {
        faults.put(operations + operationsFromNow, what);
    }

    public synchronized void heal() {
        faults.clear();
        lastFault = 0;
        out = false;
    }

    public synchronized long operations() {
        return operations;
    }

    public synchronized boolean faultHappened() {
        return lastFault > 0;
    }

    /** A force begins: for disks that hang. Not under the disk's lock. */
    protected void forcing() {}

    /** Whether nothing works any more. */
    public synchronized boolean isOut() {
        return out;
    }

    public synchronized void capacity(long bytes) {
        capacityBytes = bytes;
    }

    /** Runs once, on the thread of the next read, before it. */
    public synchronized void beforeNextRead(Runnable work) {
        beforeRead = work;
    }

    /** The process died, the machine did not. */
    public synchronized void processKilled() {
        locked.clear();
        heal();
    }

    /** The machine lost power. */
    public synchronized void powerLost() {
        int[] percents = {0, 5, 50, 95, 100};
        int percent = percents[random.nextInt(percents.length)];
        int names = unforcedNames.isEmpty() ? 0 : random.nextInt(unforcedNames.size() + 1);
        unforcedNames.subList(0, names).forEach(Runnable::run);
        unforcedNames.clear();
        live = new HashMap<>(durable);
        for (Content content : Set.copyOf(live.values())) {
            survive(content, percent);
        }
        processKilled();
    }

    private void survive(Content content, int percent) {
        boolean sizeSurvives = random.nextInt(100) < percent;
        int length = sizeSurvives ? content.length : content.forcedLength;
        byte[] after = Arrays.copyOf(
                Arrays.copyOf(content.forced, content.forcedLength), Math.max(length, content.forcedLength));
        for (int sector = content.unforced.nextSetBit(0);
                sector >= 0;
                sector = content.unforced.nextSetBit(sector + 1)) {
            int from = sector * SECTOR;
            int to = Math.min(from + SECTOR, content.length);
            if (from < to && random.nextInt(100) < percent) {
                after = after.length < to ? Arrays.copyOf(after, to) : after;
                System.arraycopy(content.now, from, after, from, to - from);
            }
        }
        content.is(sizeSurvives && content.length < after.length ? Arrays.copyOf(after, length) : after);
    }

    public synchronized List<Path> files() {
        return List.copyOf(new TreeSet<>(live.keySet()));
    }

    public synchronized byte[] content(Path path) {
        return live.get(path).bytes();
    }

    public synchronized void flipBit(Path path, long offset, int bit) {
        Content content = live.get(path);
        byte[] bytes = content.bytes();
        bytes[(int) offset] ^= (byte) (1 << bit);
        content.is(bytes);
    }

    /** An independent copy, as if the disk had been cloned while nothing ran. */
    public synchronized SimulatedDisk copy() {
        SimulatedDisk copy = new SimulatedDisk(random);
        live.forEach((path, content) -> {
            Content same = new Content();
            same.is(content.bytes());
            copy.live.put(path, same);
            copy.durable.put(path, same);
        });
        return copy;
    }

    /** @return true: a write is to be cut short */
    private boolean operation(boolean write) throws IOException {
        operations++;
        if (out) {
            throw new IOException("the disk is gone");
        }
        Fault fault = faults.remove(operations);
        if (fault == null) {
            return false;
        }
        lastFault = operations;
        out = fault == Fault.OUTAGE;
        if (write && fault != Fault.ERROR) {
            return true;
        }
        throw new IOException("injected fault");
    }

    private void name(Runnable change) {
        unforcedNames.add(change);
    }

    @Override
    public synchronized OpenFile open(Path path) throws IOException {
        operation(false);
        Content content = live.get(path);
        if (content == null) {
            Content created = new Content();
            content = created;
            live.put(path, created);
            name(() -> durable.put(path, created));
        }
        return new SimulatedFile(content);
    }

    @Override
    public synchronized boolean exists(Path path) throws IOException {
        operation(false);
        return live.containsKey(path);
    }

    @Override
    public synchronized long size(Path path) throws IOException {
        operation(false);
        Content content = live.get(path);
        return content == null ? 0 : content.length;
    }

    @Override
    public synchronized void createFolder(Path folder) throws IOException {
        operation(false);
    }

    @Override
    public synchronized List<Path> list(Path folder) throws IOException {
        operation(false);
        return live.keySet().stream()
                .filter(path -> folder.equals(path.getParent()))
                .sorted()
                .toList();
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        operation(false);
        Content content = live.remove(from);
        if (content == null) {
            throw new NoSuchFileException(from.toString());
        }
        live.put(to, content);
        name(() -> {
            durable.remove(from);
            durable.put(to, content);
        });
    }

    @Override
    public synchronized void delete(Path path) throws IOException {
        operation(false);
        live.remove(path);
        name(() -> durable.remove(path));
    }

    @Override
    public synchronized void forceFolder(Path folder) throws IOException {
        operation(false);
        unforcedNames.forEach(Runnable::run);
        unforcedNames.clear();
    }

    @Override
    public synchronized long usableBytes(Path folder) throws IOException {
        operation(false);
        return capacityBytes == Long.MAX_VALUE ? capacityBytes : Math.max(0, capacityBytes - usedBytes());
    }

    private long usedBytes() {
        return live.values().stream().mapToLong(content -> content.length).sum();
    }

    @Override
    public synchronized Optional<Closeable> tryLock(Path path) throws IOException {
        open(path).close();
        return locked.add(path) ? Optional.of(() -> locked.remove(path)) : Optional.empty();
    }

    private final class SimulatedFile implements OpenFile {
        private final Content content;

        private SimulatedFile(Content content) {
            this.content = content;
        }

        @Override
        public int read(ByteBuffer into, long offset) throws IOException {
            synchronized (SimulatedDisk.this) {
                Runnable before = beforeRead;
                beforeRead = () -> {};
                before.run();
                operation(false);
                int bytes = (int) Math.max(0, Math.min(into.remaining(), content.length - offset));
                into.put(content.now, (int) Math.min(offset, content.length), bytes);
                return bytes;
            }
        }

        @Override
        public void write(ByteBuffer from, long offset) throws IOException {
            synchronized (SimulatedDisk.this) {
                boolean cut = operation(true);
                int bytes = cut ? random.nextInt(from.remaining() / SECTOR + 1) * SECTOR : from.remaining();
                int end = (int) offset + bytes;
                if (end > content.length && usedBytes() + end - content.length > capacityBytes) {
                    throw new IOException("No space left on device");
                }
                content.write(from, (int) offset, bytes);
                if (cut) {
                    throw new IOException("short write");
                }
            }
        }

        @Override
        public void force() throws IOException {
            forcing();
            synchronized (SimulatedDisk.this) {
                operation(false);
                content.force();
            }
        }

        @Override
        public long size() throws IOException {
            synchronized (SimulatedDisk.this) {
                operation(false);
                return content.length;
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            synchronized (SimulatedDisk.this) {
                operation(false);
                content.truncate((int) size);
            }
        }

        @Override
        public void close() {}
    }
}
