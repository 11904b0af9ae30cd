package io.sluice.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The real disk. Any thread. */
public final class FileDisk implements Disk {
    /**
     * Files locked by this process. They are not even opened a second time: POSIX drops a process's lock when the process closes
     * any descriptor of the file.
     */
    private static final Set<Path> LOCKED = ConcurrentHashMap.newKeySet();

    private static final boolean WINDOWS = System.getProperty("os.name").startsWith("Windows");

    @Override
    public OpenFile open(Path path) throws IOException {
        return new ChannelFile(
                path,
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    @Override
    public boolean exists(Path path) {
        return Files.exists(path);
    }

    @Override
    public long size(Path path) throws IOException {
        try {
            return Files.size(path);
        } catch (NoSuchFileException none) {
            return 0;
        }
    }

    @Override
    public void createFolder(Path folder) throws IOException {
        Files.createDirectories(folder);
    }

    @Override
    public List<Path> list(Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, Files::isRegularFile)) {
            entries.forEach(files::add);
        }
        return files;
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void delete(Path path) throws IOException {
        Files.deleteIfExists(path);
    }

    @Override
    public void forceFolder(Path folder) throws IOException {
        if (WINDOWS) {
            return; // a folder cannot be opened there; NTFS logs renames by itself
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public long usableBytes(Path folder) throws IOException {
        return Files.getFileStore(folder).getUsableSpace();
    }

    @Override
    public Optional<Closeable> tryLock(Path path) throws IOException {
        Path file = path.getParent().toRealPath().resolve(path.getFileName());
        if (!LOCKED.add(file)) {
            return Optional.empty();
        }
        FileChannel channel = null;
        FileLock lock = null;
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            // One byte far behind the content, so that the content stays readable where locks are mandatory.
            lock = channel.tryLock(Long.MAX_VALUE - 1, 1, false);
        } catch (OverlappingFileLockException heldInThisProcess) {
            lock = null;
        } finally {
            if (lock == null) {
                release(file, channel);
            }
        }
        FileChannel held = channel;
        return lock == null ? Optional.empty() : Optional.of(() -> release(file, held));
    }

    private static void release(Path file, FileChannel channel) throws IOException {
        try {
            if (channel != null) {
                channel.close();
            }
        } finally {
            LOCKED.remove(file);
        }
    }

    private record ChannelFile(Path path, FileChannel channel) implements OpenFile {
        @Override
        public int read(ByteBuffer into, long offset) throws IOException {
            int start = into.position();
            while (into.hasRemaining()) {
                if (channel.read(into, offset + into.position() - start) < 0) {
                    break;
                }
            }
            return into.position() - start;
        }

        @Override
        public void write(ByteBuffer from, long offset) throws IOException {
            long at = offset;
            while (from.hasRemaining()) {
                int written = channel.write(from, at);
                if (written <= 0) {
                    throw new IOException(
                            "short write to " + path + ": " + from.remaining() + " bytes left at offset " + at);
                }
                at += written;
            }
        }

        @Override
        public void force() throws IOException {
            channel.force(false);
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            channel.truncate(size);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
