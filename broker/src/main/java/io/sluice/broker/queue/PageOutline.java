package io.sluice.broker.queue;

import io.sluice.broker.Message;
import io.sluice.broker.port.MessageStore.StoredPage;
import io.sluice.broker.record.JournalRecord.Enqueued;
import java.util.Arrays;
import java.util.List;

/** What stands in a page, and where; it never changes. */
final class PageOutline {
    final long page;
    final int level;
    final long firstSequence;
    /** Of each message from {@link #firstSequence}; null where the sequences have no gap. */
    private final int[] offsets;

    final int count;
    /** Of all its messages. */
    final long bytes;
    /** Ids of bodies that are kept apart, 0 for none; null where no message has one. */
    private final long[] largeBodies;

    /** When the last of them is to be delivered, 0 where all were for at once. */
    final long lastDeliveryMillis;

    private PageOutline(
            long page, int level, long[] sequences, long bytes, long[] largeBodies, long lastDeliveryMillis) {
        this.page = page;
        this.level = level;
        this.count = sequences.length;
        this.firstSequence = sequences[0];
        this.offsets = sequences[count - 1] - sequences[0] == count - 1 ? null : offsets(sequences);
        this.bytes = bytes;
        this.largeBodies = largeBodies;
        this.lastDeliveryMillis = lastDeliveryMillis;
    }

    static PageOutline of(StoredPage stored) {
        return new PageOutline(
                stored.page(),
                stored.level(),
                stored.sequences(),
                stored.bytes(),
                stored.largeBodies(),
                stored.lastDeliveryMillis());
    }

    static PageOutline of(long page, int level, List<Enqueued> messages) {
        long[] sequences = new long[messages.size()];
        long[] largeBodies = null;
        long bytes = 0;
        long lastDelivery = 0;
        for (int i = 0; i < sequences.length; i++) {
            Enqueued enqueued = messages.get(i);
            Message message = enqueued.message();
            sequences[i] = enqueued.sequence();
            bytes += message.size();
            lastDelivery = Math.max(lastDelivery, enqueued.deliverAtMillis());
            if (message.isLarge()) {
                largeBodies = largeBodies == null ? new long[sequences.length] : largeBodies;
                largeBodies[i] = message.largeBody().orElseThrow().id();
            }
        }
        return new PageOutline(page, level, sequences, bytes, largeBodies, lastDelivery);
    }

    /** Of a page that has this sequence alone; for searches. */
    static PageOutline at(long sequence, long page) {
        return new PageOutline(page, 0, new long[] {sequence}, 0, null, 0);
    }

    private static int[] offsets(long[] sequences) {
        int[] offsets = new int[sequences.length];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = Math.toIntExact(sequences[i] - sequences[0]);
        }
        return offsets;
    }

    /** What it takes of memory beside its fields. */
    long offsetBytes() {
        return offsets == null ? 0 : 4L * count;
    }

    long sequence(int index) {
        return firstSequence + (offsets == null ? index : offsets[index]);
    }

    /** @return where the message stands, negative where it does not: {@code -(insertion point) - 1} */
    int indexOf(long sequence) {
        long offset = sequence - firstSequence;
        if (offset < 0) {
            return -1;
        }
        if (offset > Integer.MAX_VALUE) {
            return -count - 1;
        }
        if (offsets != null) {
            return Arrays.binarySearch(offsets, (int) offset);
        }
        return offset < count ? (int) offset : -count - 1;
    }

    /** Id of the message's body where it is kept apart, 0 where it is not. */
    long largeBody(int index) {
        return largeBodies == null ? 0 : largeBodies[index];
    }
}
