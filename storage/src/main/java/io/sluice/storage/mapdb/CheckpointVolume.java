package io.sluice.storage.mapdb;

import java.io.File;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.mapdb.DBException;
import org.mapdb.DataInput2;
import org.mapdb.volume.Volume;
import org.mapdb.volume.VolumeFactory;

/**
 * MapDB's view of a {@link PageFile}: {@link #sync} is an atomic checkpoint. MapDB's own write-ahead log is never replayed, so this
 * is what makes a commit one step. Writing what is there already changes nothing, which keeps checkpoints small. One thread.
 */
final class CheckpointVolume extends Volume {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final int PAGE_BYTES = PageFile.PAGE_BYTES;

    private final PageFile file;
    /** While a record's place is asked for: not read, its offset is kept here. */
    private boolean locating;

    private long located;

    CheckpointVolume(PageFile file) {
        this.file = file;
    }

    /** Gives this volume to a store. */
    VolumeFactory factory() {
        return new VolumeFactory() {
            @Override
            public Volume makeVolume(
                    String path,
                    boolean readOnly,
                    long fileLockWait,
                    int sliceShift,
                    long initSize,
                    boolean fixedSize) {
                return CheckpointVolume.this;
            }

            @Override
            public boolean exists(String path) {
                return file.commits() > 0;
            }

            @Override
            public boolean handlesReadonly() {
                return false;
            }
        };
    }

    private byte[] readable(long offset) {
        try {
            return file.page(offset / PAGE_BYTES);
        } catch (IOException e) {
            throw new DBException.VolumeIOError(e);
        }
    }

    private byte[] writable(long offset) {
        try {
            return file.writablePage(offset / PAGE_BYTES);
        } catch (IOException e) {
            throw new DBException.VolumeIOError(e);
        }
    }

    private static int inPage(long offset) {
        return (int) (offset % PAGE_BYTES);
    }

    @Override
    public void ensureAvailable(long offset) {
        file.growTo((offset + PAGE_BYTES - 1) / PAGE_BYTES);
    }

    @Override
    public void truncate(long size) {
        throw new UnsupportedOperationException("the store never shrinks its file");
    }

    @Override
    public void putLong(long offset, long value) {
        if (getLong(offset) != value) {
            LONG.set(writable(offset), inPage(offset), value);
        }
    }

    @Override
    public void putInt(long offset, int value) {
        if (getInt(offset) != value) {
            INT.set(writable(offset), inPage(offset), value);
        }
    }

    @Override
    public void putByte(long offset, byte value) {
        if (getByte(offset) != value) {
            writable(offset)[inPage(offset)] = value;
        }
    }

    @Override
    public void putData(long offset, byte[] source, int from, int length) {
        int done = 0;
        while (done < length) {
            int at = inPage(offset + done);
            int bytes = Math.min(PAGE_BYTES - at, length - done);
            byte[] now = readable(offset + done);
            if (!Arrays.equals(now, at, at + bytes, source, from + done, from + done + bytes)) {
                System.arraycopy(source, from + done, writable(offset + done), at, bytes);
            }
            done += bytes;
        }
    }

    @Override
    public void putData(long offset, ByteBuffer source) {
        byte[] bytes = new byte[source.remaining()];
        source.get(bytes);
        putData(offset, bytes, 0, bytes.length);
    }

    @Override
    public long getLong(long offset) {
        return (long) LONG.get(readable(offset), inPage(offset));
    }

    @Override
    public int getInt(long offset) {
        return (int) INT.get(readable(offset), inPage(offset));
    }

    @Override
    public byte getByte(long offset) {
        return readable(offset)[inPage(offset)];
    }

    /** Runs a read of one record without reading it. @return the record's offset */
    long locate(Runnable read) {
        locating = true;
        try {
            read.run();
            return located;
        } finally {
            locating = false;
        }
    }

    @Override
    public DataInput2 getDataInput(long offset, int size) {
        if (locating) {
            located = offset;
            return new DataInput2.ByteArray(new byte[0]);
        }
        byte[] bytes = new byte[size];
        getData(offset, bytes, 0, size);
        return new DataInput2.ByteArray(bytes);
    }

    @Override
    public void getData(long offset, byte[] into, int at, int size) {
        try {
            file.read(offset, into, at, size);
        } catch (IOException e) {
            throw new DBException.VolumeIOError(e);
        }
    }

    @Override
    public void clear(long start, long end) {
        byte[] zeros = new byte[PAGE_BYTES];
        for (long at = start; at < end; at += PAGE_BYTES - inPage(at)) {
            putData(at, zeros, 0, (int) Math.min(PAGE_BYTES - inPage(at), end - at));
        }
    }

    @Override
    public void sync() {
        try {
            file.commit();
        } catch (IOException e) {
            throw new DBException.VolumeIOError(e);
        }
    }

    /** The page file outlives the store that MapDB builds over it. */
    @Override
    public void close() {
        closed.set(true);
    }

    @Override
    public int sliceSize() {
        return -1;
    }

    @Override
    public boolean isSliced() {
        return false;
    }

    @Override
    public long length() {
        return file.pages() * PAGE_BYTES;
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public File getFile() {
        return null;
    }

    @Override
    public boolean getFileLocked() {
        return true; // the data folder is locked as a whole
    }
}
