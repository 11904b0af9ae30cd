package io.sluice.storage.tool;

import io.sluice.broker.LargeBody;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.LargeBodies;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.SequenceRanges;
import io.sluice.storage.Damage;
import io.sluice.storage.large.LargeBodyStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;

/** Reads and writes large bodies chunk by chunk, waiting for each. One thread. */
final class LargeBodyCopy {
    private LargeBodyCopy() {}

    /** Gets the chunks of a body. */
    interface Chunks {
        void chunk(byte[] bytes) throws IOException;
    }

    private record Chunk(byte[] bytes, boolean last, StorageException failure) {}

    /** @throws StorageException the body is missing, damaged, or cannot be read */
    static void read(LargeBodies bodies, LargeBody body, Chunks to) throws IOException, StorageException {
        BlockingQueue<Chunk> answers = new LinkedBlockingQueue<>();
        LargeBodies.Source source = bodies.open(body);
        try {
            boolean last = false;
            while (!last) {
                source.read(new LargeBodies.SourceListener() {
                    @Override
                    public void chunk(byte[] bytes, boolean isLast) {
                        answers.add(new Chunk(bytes, isLast, null));
                    }

                    @Override
                    public void failed(StorageException cause, boolean damaged) {
                        answers.add(new Chunk(null, true, cause));
                    }
                });
                Chunk chunk = take(answers);
                if (chunk.failure != null) {
                    throw chunk.failure;
                }
                to.chunk(chunk.bytes);
                last = chunk.last;
            }
        } finally {
            source.close();
        }
    }

    /** A message whose body cannot be read. */
    static Damage damage(StoppedFolder folder, QueueContent queue, Enqueued message, StorageException cause) {
        Path large = folder.directory().largeFolder();
        Path file = large.resolve(
                LargeBodyStore.name(message.message().largeBody().orElseThrow().id()));
        return new Damage(
                file,
                0,
                cause.getMessage(),
                List.of(new Damage.Lost(queue.id(), SequenceRanges.of(message.sequence()), Damage.Change.MESSAGE)));
    }

    private static Chunk take(BlockingQueue<Chunk> answers) throws IOException {
        try {
            return answers.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a large body was read", e);
        }
    }

    /** A body being written. */
    static final class Writing {
        private final CompletableFuture<LargeBody> finished = new CompletableFuture<>();
        private final LargeBodies.Sink sink;

        Writing(LargeBodies bodies) {
            sink = bodies.create(true, new LargeBodies.SinkListener() {
                @Override
                public void written(int bytes) {}

                @Override
                public void finished(LargeBody body) {
                    finished.complete(body);
                }

                @Override
                public void refused(Refusal refusal) {
                    finished.completeExceptionally(new IOException(refusal.text()));
                }
            });
        }

        void write(byte[] bytes) {
            sink.write(bytes, 0, bytes.length);
        }

        void abort() {
            sink.abort();
        }

        LargeBody finish() throws IOException {
            sink.finish();
            try {
                return finished.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while a large body was written", e);
            } catch (ExecutionException e) {
                throw new IOException(
                        "A large body cannot be written: " + e.getCause().getMessage(), e);
            }
        }
    }
}
