package io.sluice.broker.shard;

import io.sluice.broker.LargeBody;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.LargeBodies;
import io.sluice.broker.port.StorageException;
import java.util.Set;

/** Keeps nothing apart: for a broker whose messages are all in memory. */
public final class NoLargeBodies implements LargeBodies {
    @Override
    public Sink create(boolean durable, SinkListener listener) {
        listener.refused(Refusal.of(Refusal.Kind.NOT_IMPLEMENTED, "this broker keeps no large messages"));
        return new Dropped();
    }

    @Override
    public Source open(LargeBody body) {
        return new Missing(body);
    }

    @Override
    public void delete(long id) {}

    @Override
    public Set<Long> retain(Set<Long> referred) {
        return Set.copyOf(referred);
    }

    @Override
    public void close() {}

    private static final class Dropped implements Sink {
        @Override
        public void write(byte[] bytes, int offset, int length) {}

        @Override
        public void finish() {}

        @Override
        public void abort() {}
    }

    private record Missing(LargeBody body) implements Source {
        @Override
        public void read(SourceListener listener) {
            listener.failed(new StorageException("this broker keeps no large messages, and so not " + body), true);
        }

        @Override
        public void close() {}
    }
}
