package io.sluice.storage.large;

import io.sluice.broker.LargeBody;
import io.sluice.broker.Refusal;
import io.sluice.broker.Refusal.Kind;
import io.sluice.broker.port.LargeBodies;
import io.sluice.storage.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/** Writes one body. Bytes gather on the caller's thread; whole chunks go to the writer's. */
final class BodyWriter implements LargeBodies.Sink {
    /** A force of more than that at once would hold up the journal's. */
    private static final long FORCE_BYTES = 32L << 20;

    private static final long ROOM_CHECK_BYTES = 4L << 20;

    // The caller's
    private final ArrayDeque<ByteBuffer> pieces = new ArrayDeque<>();
    private final Executor writer;
    private int gathered;

    // The writer thread's
    private final LargeBodyStore store;
    private final boolean durable;
    private final LargeBodies.SinkListener listener;
    private ByteBuffer buffer;
    private Disk.OpenFile file;
    private long id;
    private long length;
    private long chunks;
    private boolean ended;

    BodyWriter(LargeBodyStore store, Executor writer, boolean durable, LargeBodies.SinkListener listener) {
        this.store = store;
        this.writer = writer;
        this.durable = durable;
        this.listener = listener;
    }

    @Override
    public void write(byte[] bytes, int offset, int count) {
        if (count == 0) {
            return;
        }
        pieces.add(ByteBuffer.wrap(bytes, offset, count));
        gathered += count;
        // What fills the chunk exactly may be the end of the body, which the chunk has to say.
        while (gathered > BodyFormat.CHUNK_BYTES) {
            List<ByteBuffer> chunk = take(BodyFormat.CHUNK_BYTES);
            writer.execute(() -> attempt(() -> write(chunk, false)));
        }
    }

    private List<ByteBuffer> take(int count) {
        List<ByteBuffer> taken = new ArrayList<>();
        gathered -= count;
        for (int left = count; left > 0; ) {
            ByteBuffer piece = pieces.peek();
            int part = Math.min(left, piece.remaining());
            taken.add(piece.slice(piece.position(), part));
            piece.position(piece.position() + part);
            if (!piece.hasRemaining()) {
                pieces.remove();
            }
            left -= part;
        }
        return taken;
    }

    @Override
    public void finish() {
        if (gathered == 0) {
            throw new IllegalStateException("a large body without a byte");
        }
        List<ByteBuffer> chunk = take(gathered);
        writer.execute(() -> attempt(() -> {
            write(chunk, true);
            finishFile();
        }));
    }

    @Override
    public void abort() {
        pieces.clear();
        gathered = 0;
        writer.execute(this::discard);
    }

    // On the writer's thread

    private interface Step {
        void run() throws IOException;
    }

    private void attempt(Step step) {
        if (ended) {
            return;
        }
        try {
            step.run();
        } catch (IOException e) {
            LargeBodyStore.LOG.error("A large message cannot be kept in {}: {}", store.folder(), e.getMessage());
            refuse(Refusal.of(Kind.INTERNAL_ERROR, "the message cannot be stored: " + e.getMessage()));
        }
    }

    private void write(List<ByteBuffer> chunk, boolean last) throws IOException {
        if (length % ROOM_CHECK_BYTES < BodyFormat.CHUNK_BYTES && !hasRoom()) {
            return;
        }
        if (file == null) {
            begin();
        }
        BodyFormat.beginChunk(buffer);
        chunk.forEach(buffer::put);
        int count = buffer.position() - BodyFormat.CHUNK_HEAD_BYTES;
        BodyFormat.endChunk(buffer, id, chunks, last);
        int bytes = buffer.remaining();
        file.write(buffer, BodyFormat.offset(chunks));
        store.wrote(bytes);
        chunks++;
        boolean forces = durable && length / FORCE_BYTES != (length + count) / FORCE_BYTES;
        length += count;
        if (forces) {
            file.force();
        }
        listener.written(count);
    }

    private boolean hasRoom() throws IOException {
        long needed = file == null ? store.minFreeDiskBytes() : store.minFreeDiskBytes() / 2;
        long usable = store.disk().usableBytes(store.folder());
        if (usable < needed) {
            String text = "the disk of the broker has only " + usable + " bytes left: no room for a large message";
            LargeBodyStore.LOG.warn("A large message is refused: {}", text);
            refuse(Refusal.of(Kind.RESOURCE_LIMIT_EXCEEDED, text));
            return false;
        }
        return true;
    }

    private void begin() throws IOException {
        buffer = ByteBuffer.allocate(BodyFormat.CHUNK_HEAD_BYTES + BodyFormat.CHUNK_BYTES);
        id = store.newId();
        file = store.disk().open(store.file(id));
        BodyFormat.header(buffer, store.store(), id);
        int bytes = buffer.remaining();
        file.write(buffer, 0);
        store.wrote(bytes);
    }

    private void finishFile() throws IOException {
        if (ended) {
            return;
        }
        if (durable) {
            file.force();
        }
        file.close();
        if (durable) {
            store.disk().forceFolder(store.folder());
        }
        ended = true;
        buffer = null;
        listener.finished(new LargeBody(id, length));
    }

    private void refuse(Refusal refusal) {
        discard();
        listener.refused(refusal);
    }

    private void discard() {
        if (ended) {
            return;
        }
        ended = true;
        buffer = null;
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                LargeBodyStore.LOG.debug("an unwanted file did not close", e);
            }
            store.delete(id);
        }
    }
}
