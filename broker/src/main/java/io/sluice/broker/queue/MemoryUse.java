package io.sluice.broker.queue;

import io.sluice.broker.Message;

/**
 * What messages take of memory, in bytes: of one queue, or of all queues of a shard. Bytes that several queues share count in each of them,
 * and once in the whole. Shard's thread only.
 */
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

    /** A message comes into memory. @param besides what it takes beside its bytes, which may be there already */
    void comes(Message message, long besides) {
        bytes += message.residentBytes();
        if (message.shared() == null || message.shared().comes()) {
            whole.bytes += message.residentBytes();
        }
        add(besides);
    }

    void goes(Message message, long besides) {
        bytes -= message.residentBytes();
        if (message.shared() == null || message.shared().goes()) {
            whole.bytes -= message.residentBytes();
        }
        add(-besides);
    }

    /** A message is in memory only. Counts as in {@link #comes}. */
    void becomesUnstored(Message message, long besides) {
        unstoredBytes += message.residentBytes() + besides;
        boolean first = message.shared() == null || message.shared().becomesUnstored();
        whole.unstoredBytes += besides + (first ? message.residentBytes() : 0);
    }

    void isUnstoredNoMore(Message message, long besides) {
        unstoredBytes -= message.residentBytes() + besides;
        boolean last = message.shared() == null || message.shared().isUnstoredNoMore();
        whole.unstoredBytes -= besides + (last ? message.residentBytes() : 0);
    }

    void add(long more) {
        bytes += more;
        if (whole != null) {
            whole.add(more);
        }
    }
}
