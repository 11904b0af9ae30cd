package io.sluice.storage.mapdb;

import io.sluice.broker.Message;
import io.sluice.broker.record.JournalRecord.Enqueued;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What a descriptor says of the messages of its page; never changed once written.
 *
 * @param runs {@link SequenceRuns}; empty where the sequences have no gap
 * @param largeBodies the id of each message's body that is kept apart, 0 where it has none; null where none has
 */
record PageSummary(
        int level,
        int count,
        long firstSequence,
        byte[] runs,
        long bytes,
        long soonestExpiryMillis,
        long firstDeliveryMillis,
        long lastDeliveryMillis,
        long[] largeBodies) {
    /** Of a slot that only goes on with what another began. */
    static final PageSummary NONE = new PageSummary(0, 0, 0, new byte[0], 0, 0, 0, 0, null);

    static PageSummary of(int level, List<Enqueued> messages) {
        long[] sequences = new long[messages.size()];
        long bytes = 0;
        long soonestExpiry = Message.NONE;
        long firstDelivery = Long.MAX_VALUE;
        long lastDelivery = 0;
        long[] largeBodies = null;
        for (int i = 0; i < sequences.length; i++) {
            Enqueued message = messages.get(i);
            sequences[i] = message.sequence();
            bytes += message.message().size();
            long expiry = message.expiresAtMillis();
            if (expiry != Message.NONE && (soonestExpiry == Message.NONE || expiry < soonestExpiry)) {
                soonestExpiry = expiry;
            }
            firstDelivery = Math.min(firstDelivery, message.deliverAtMillis());
            lastDelivery = Math.max(lastDelivery, message.deliverAtMillis());
            if (message.message().isLarge()) {
                largeBodies = largeBodies == null ? new long[sequences.length] : largeBodies;
                largeBodies[i] = message.message().largeBody().orElseThrow().id();
            }
        }
        return new PageSummary(
                level,
                sequences.length,
                sequences[0],
                SequenceRuns.encode(sequences),
                bytes,
                soonestExpiry,
                firstDelivery,
                lastDelivery,
                largeBodies);
    }

    /** Whether runs and large bodies lie in a slot of their own. */
    boolean isApart() {
        return largeBodies != null || runs.length > SlotDescriptor.runBytes(count);
    }

    /** What lies in a slot of its own: the runs, then the ids of large bodies. */
    ByteBuffer apart() {
        int ids = largeBodies == null ? 0 : largeBodies.length;
        ByteBuffer out = ByteBuffer.allocate(runs.length + ids * Long.BYTES).put(runs);
        for (int i = 0; i < ids; i++) {
            out.putLong(largeBodies[i]);
        }
        return out.flip();
    }
}
