package io.sluice.broker.shard;

import io.sluice.broker.LargeBody;
import io.sluice.broker.port.LargeBodies;
import java.util.Set;
import java.util.TreeSet;

/** Large bodies without content: what is on the disk is a set of ids. */
final class TestLargeBodies implements LargeBodies {
    final TreeSet<Long> present = new TreeSet<>();
    private long lastId;

    /** A finished body. */
    LargeBody add(long length) {
        present.add(++lastId);
        return new LargeBody(lastId, length);
    }

    /** What a crash leaves. */
    TestLargeBodies copy() {
        TestLargeBodies copy = new TestLargeBodies();
        copy.present.addAll(present);
        copy.lastId = lastId;
        return copy;
    }

    @Override
    public void delete(long id) {
        if (!present.remove(id)) {
            throw new IllegalStateException("deletes body " + id + ", which is not there");
        }
    }

    @Override
    public Set<Long> retain(Set<Long> referred) {
        present.retainAll(referred);
        Set<Long> missing = new TreeSet<>(referred);
        missing.removeAll(present);
        return missing;
    }

    @Override
    public Sink create(boolean durable, SinkListener listener) {
        throw new UnsupportedOperationException("a shard writes no bodies");
    }

    @Override
    public Source open(LargeBody body) {
        throw new UnsupportedOperationException("a shard reads no bodies");
    }

    @Override
    public void close() {}
}
