package io.sluice.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Every file operation of this module. Small on purpose: tests put a disk underneath that fails at the n-th operation or loses
 * power.
 *
 * <p>Any thread may call; one {@link OpenFile} is written by one thread at a time. Threads that call cannot be interrupted (an
 * interrupt closes a file channel for everybody; see {@link StorageThread}), but for the one that opens the storage.
 */
public interface Disk {
    /** Opens for reading and writing; created empty where there is none. */
    OpenFile open(Path path) throws IOException;

    boolean exists(Path path) throws IOException;

    /** Bytes of a file; 0 where there is none. */
    long size(Path path) throws IOException;

    /** Creates the folder and its parents where they are missing. */
    void createFolder(Path folder) throws IOException;

    /** The plain files of a folder, in no order. */
    List<Path> list(Path folder) throws IOException;

    /** Replaces {@code to} at once; durable after {@link #forceFolder}. */
    void rename(Path from, Path to) throws IOException;

    /** Deletes a file; no error where there is none. */
    void delete(Path path) throws IOException;

    /** Makes creations, renames and deletions in the folder durable. */
    void forceFolder(Path folder) throws IOException;

    /** Bytes this process may still write to the file system of the folder. */
    long usableBytes(Path folder) throws IOException;

    /** Locks the file against other processes and other callers in this one; empty where somebody else holds it. */
    Optional<Closeable> tryLock(Path path) throws IOException;

    /** An open file. Any number of threads may read while one writes, also at the same place: then what they read is anything. */
    interface OpenFile extends Closeable {
        /**
         * Fills the buffer from {@code offset} on, less at the end of the file.
         *
         * @return bytes read, 0 at or behind the end
         */
        int read(ByteBuffer into, long offset) throws IOException;

        /** Writes what remains in the buffer. An error leaves the range in an unknown state. */
        void write(ByteBuffer from, long offset) throws IOException;

        /**
         * Makes what was written durable. After an error nothing written since the last success can be trusted to be on disk, and
         * calling again does not help: the operating system may have dropped it.
         */
        void force() throws IOException;

        long size() throws IOException;

        void truncate(long size) throws IOException;
    }
}
