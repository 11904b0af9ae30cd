package io.sluice.storage.large;

import io.sluice.broker.LargeBody;
import io.sluice.broker.port.LargeBodies;
import io.sluice.broker.port.StorageException;
import io.sluice.storage.Disk;
import io.sluice.storage.NewerFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/** Reads one body, chunk by chunk; a chunk is handed out when its checksum is right. Everything but the calls is on the reader's thread. */
final class BodyReader implements LargeBodies.Source {
    private final LargeBodyStore store;
    private final Executor reader;
    private final LargeBody body;
    private final AtomicBoolean closed = new AtomicBoolean();
    private Disk.OpenFile file;
    private long chunks;

    BodyReader(LargeBodyStore store, Executor reader, LargeBody body) {
        this.store = store;
        this.reader = reader;
        this.body = body;
    }

    /** What is on the disk is not what was written. */
    private static final class DamagedBodyException extends Exception {
        private static final long serialVersionUID = 1L;

        DamagedBodyException(String message) {
            super(message);
        }
    }

    @Override
    public void read(LargeBodies.SourceListener listener) {
        reader.execute(() -> {
            if (!closed.get()) {
                next(listener);
            }
        });
    }

    private void next(LargeBodies.SourceListener listener) {
        Path path = store.file(body.id());
        try {
            if (file == null) {
                open(path);
            }
            long left = body.length() - chunks * BodyFormat.CHUNK_BYTES;
            boolean last = left <= BodyFormat.CHUNK_BYTES;
            byte[] bytes = chunk(path, (int) Math.min(left, BodyFormat.CHUNK_BYTES), last);
            chunks++;
            listener.chunk(bytes, last);
        } catch (DamagedBodyException e) {
            store.foundDamaged(body.id());
            LargeBodyStore.LOG.error("{}", e.getMessage());
            listener.failed(new StorageException(e.getMessage()), true);
        } catch (NewerFormatException e) {
            LargeBodyStore.LOG.error("{}", e.getMessage());
            listener.failed(e, false);
        } catch (IOException e) {
            String text = "Large body " + path + " cannot be read: " + e.getMessage();
            LargeBodyStore.LOG.error("{}", text);
            listener.failed(new StorageException(text, e), false);
        }
    }

    private void open(Path path) throws IOException, DamagedBodyException, NewerFormatException {
        if (!store.disk().exists(path)) {
            throw new DamagedBodyException("Large body " + path + " is missing.");
        }
        file = store.disk().open(path);
        ByteBuffer header = ByteBuffer.allocate(BodyFormat.HEADER_BYTES);
        file.read(header, 0);
        header.flip();
        BodyFormat.refuseNewer(header, path);
        String problem = BodyFormat.headerProblem(header, store.store(), body.id());
        if (!problem.isEmpty()) {
            throw new DamagedBodyException("Large body " + path + " " + problem + ".");
        }
        long size = file.size();
        if (size != BodyFormat.fileBytes(body.length())) {
            throw new DamagedBodyException("Large body " + path + " has " + size + " bytes, it should have "
                    + BodyFormat.fileBytes(body.length()) + ".");
        }
    }

    private byte[] chunk(Path path, int size, boolean last) throws IOException, DamagedBodyException {
        long offset = BodyFormat.offset(chunks);
        ByteBuffer head = ByteBuffer.allocate(BodyFormat.CHUNK_HEAD_BYTES);
        byte[] bytes = new byte[size];
        int read = file.read(head, offset) + file.read(ByteBuffer.wrap(bytes), offset + BodyFormat.CHUNK_HEAD_BYTES);
        if (read < BodyFormat.CHUNK_HEAD_BYTES + size || !BodyFormat.isChunk(head, bytes, body.id(), chunks, last)) {
            throw new DamagedBodyException("Large body " + path + " is damaged at offset " + offset + ".");
        }
        return bytes;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            reader.execute(this::release);
        }
    }

    private void release() {
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                LargeBodyStore.LOG.debug("a file that was only read did not close", e);
            }
        }
        store.closed(body.id());
    }
}
