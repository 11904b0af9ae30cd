package io.sluice.broker.port;

/**
 * A place in a journal's history. Positions rise with every batch; {@code epoch} rises each time a journal is opened for
 * writing (a Raft term in a cluster), so that two histories that share an index can be told apart.
 *
 * @param epoch 1 or more once anything was written
 * @param index of a batch, rising across epochs; 0 before the first
 */
public record JournalPosition(long epoch, long index) implements Comparable<JournalPosition> {
    /** Before everything. */
    public static final JournalPosition START = new JournalPosition(0, 0);

    @Override
    public int compareTo(JournalPosition other) {
        return Long.compare(index, other.index);
    }
}
