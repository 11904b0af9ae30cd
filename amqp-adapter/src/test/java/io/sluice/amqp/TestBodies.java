package io.sluice.amqp;

import io.sluice.broker.LargeBody;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.LargeBodies;
import io.sluice.broker.port.StorageException;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeMap;

/** Large bodies in memory, in chunks of 300 bytes; what a disk would do later is done step by step, or not while it is held. */
final class TestBodies implements LargeBodies {
    static final int CHUNK = 300;

    final TreeMap<Long, byte[]> present = new TreeMap<>();
    /** Chunks that cannot be read, from this one on; none while negative. */
    int damagedFrom = -1;

    /** The disk does nothing. */
    boolean held;

    /** There is no room from here on. */
    boolean full;

    int sinks;
    int sources;
    /** Chunks that were read. */
    int reads;

    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private long lastId;

    boolean isBusy() {
        return !held && !tasks.isEmpty();
    }

    void step() {
        tasks.poll().run();
    }

    @Override
    public Sink create(boolean durable, SinkListener listener) {
        sinks++;
        return new Writing(listener);
    }

    private final class Writing implements Sink {
        private final SinkListener listener;
        private final ByteArrayOutputStream content = new ByteArrayOutputStream();
        private boolean ended;

        private Writing(SinkListener listener) {
            this.listener = listener;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            content.write(bytes, offset, length);
            tasks.add(() -> {
                if (full && !ended) {
                    end();
                    listener.refused(Refusal.of(Refusal.Kind.RESOURCE_LIMIT_EXCEEDED, "the disk is full"));
                } else if (!ended) {
                    listener.written(length);
                }
            });
        }

        @Override
        public void finish() {
            tasks.add(() -> {
                if (!ended) {
                    end();
                    present.put(++lastId, content.toByteArray());
                    listener.finished(new LargeBody(lastId, content.size()));
                }
            });
        }

        @Override
        public void abort() {
            if (!ended) {
                end();
            }
        }

        private void end() {
            ended = true;
            sinks--;
        }
    }

    @Override
    public Source open(LargeBody body) {
        sources++;
        return new Reading(present.get(body.id()));
    }

    private final class Reading implements Source {
        private final byte[] content;
        private int chunks;
        private boolean closed;

        private Reading(byte[] content) {
            this.content = content;
        }

        @Override
        public void read(SourceListener listener) {
            tasks.add(() -> {
                reads++;
                int from = chunks * CHUNK;
                if (damagedFrom >= 0 && chunks >= damagedFrom) {
                    listener.failed(new StorageException("a bit has flipped"), true);
                    return;
                }
                chunks++;
                int to = Math.min(content.length, from + CHUNK);
                listener.chunk(Arrays.copyOfRange(content, from, to), to == content.length);
            });
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                sources--;
            }
        }
    }

    @Override
    public void delete(long id) {
        if (present.remove(id) == null) {
            throw new IllegalStateException("deletes body " + id + ", which is not there");
        }
    }

    @Override
    public Set<Long> retain(Set<Long> referred) {
        return Set.of();
    }

    @Override
    public void close() {}
}
