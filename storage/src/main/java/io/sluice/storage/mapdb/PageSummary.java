package io.sluice.storage.mapdb;

import io.sluice.broker.Message;
import io.sluice.broker.record.JournalRecord.Enqueued;
import java.util.List;

/**
 * What a descriptor says of the messages of its page; never changed once written.
 *
 * @param runs {@link SequenceRuns}; empty where the sequences have no gap
 */
record PageSummary(
        int level,
        long firstSequence,
        byte[] runs,
        long bytes,
        long soonestExpiryMillis,
        long firstDeliveryMillis,
        long lastDeliveryMillis) {
    /** Of a slot that only goes on with what another began. */
    static final PageSummary NONE = new PageSummary(0, 0, new byte[0], 0, 0, 0, 0);

    static PageSummary of(int level, List<Enqueued> messages) {
        long[] sequences = new long[messages.size()];
        long bytes = 0;
        long soonestExpiry = Message.NONE;
        long firstDelivery = Long.MAX_VALUE;
        long lastDelivery = 0;
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
        }
        return new PageSummary(
                level, sequences[0], SequenceRuns.encode(sequences), bytes, soonestExpiry, firstDelivery, lastDelivery);
    }
}
