package io.sluice.broker.queue;

/** What messages take of memory, in bytes: of one queue, or of all queues of a shard. Shard's thread only. */
public final class MemoryUse {
    private final MemoryUse whole;
    private long bytes;
    private long unstoredBytes;

    /** For a shard. */
    public MemoryUse() {
        this.whole = null;
    }

    private MemoryUse(MemoryUse whole) {
        this.whole = whole;
    }

    /** For a queue; it counts in this one too. */
    MemoryUse part() {
        return new MemoryUse(this);
    }

    /** All that is resident: messages with what it costs to keep them, and what is remembered of pages. */
    public long bytes() {
        return bytes;
    }

    /** Of {@link #bytes}, durable messages that no page has yet: they can leave memory only after a checkpoint. */
    public long unstoredBytes() {
        return unstoredBytes;
    }

    /** Of the shard that this is a part of. */
    MemoryUse whole() {
        return whole == null ? this : whole;
    }

    void add(long more) {
        bytes += more;
        if (whole != null) {
            whole.add(more);
        }
    }

    void addUnstored(long more) {
        unstoredBytes += more;
        if (whole != null) {
            whole.addUnstored(more);
        }
    }
}
