package io.sluice.broker.record;

import io.sluice.broker.Message;
import io.sluice.broker.Subscription;
import io.sluice.broker.Subscription.Identity;
import io.sluice.broker.Subscription.Selection;
import io.sluice.broker.SubscriptionExpiry;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.Published;
import io.sluice.broker.record.JournalRecord.Subscribed;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The part of {@link RecordCodec} that is about topics.
 *
 * <pre>
 * 20 Subscribed := container str | name str | flags u8 (1 = durable, 2 = no-local, 4 = shared, 8 = expires) | topic str
 *                  | selection str | length i32 | encoded selection
 *                  | expires: policy u8 (0 = link-detach, 1 = session-end, 2 = connection-close) | timeoutSeconds i64
 *                  | endsAtMillis i64
 * 21 Published  := arrivedAtMillis i64 | deliverAtMillis i64 | message, as in Enqueued from its flags on | count i32
 *                  | count x (queueId i64 | sequence i64 | expiresAtMillis i64 | duplicateId str)
 * </pre>
 */
final class TopicRecords {
    static final byte SUBSCRIBED = 20;
    static final byte PUBLISHED = 21;

    private static final int DURABLE = 1;
    private static final int NO_LOCAL = 2;
    private static final int SHARED = 4;
    /** Not written of one that never does: so it was before there was any other. */
    private static final int EXPIRES = 8;

    private static final int EXPIRY_BYTES = 1 + 8 + 8;
    private static final SubscriptionExpiry.Policy[] POLICIES = SubscriptionExpiry.Policy.values();

    /** Flags, priority, format, time to live, expiry, offset and length of a message. */
    private static final int MESSAGE_FIXED = 1 + 1 + 4 + 8 + 8 + 4 + 4;

    private static final int COPY_FIXED = 8 + 8 + 8;

    private TopicRecords() {}

    static int size(Subscribed record) {
        Subscription subscription = record.subscription();
        return EncodedSize.string(subscription.identity().container())
                + EncodedSize.string(subscription.identity().name())
                + 1
                + EncodedSize.string(subscription.topic())
                + EncodedSize.string(subscription.selection().text())
                + 4
                + subscription.selection().encoded().length
                + (record.expiry().expiry().isNever() ? 0 : EXPIRY_BYTES);
    }

    static void write(Subscribed record, RecordWriter write) {
        Subscription subscription = record.subscription();
        SubscriptionExpiry expiry = record.expiry().expiry();
        write.string(subscription.identity().container());
        write.string(subscription.identity().name());
        int flags = (subscription.durable() ? DURABLE : 0)
                | (subscription.noLocal() ? NO_LOCAL : 0)
                | (subscription.shared() ? SHARED : 0)
                | (expiry.isNever() ? 0 : EXPIRES);
        write.out().put((byte) flags);
        write.string(subscription.topic());
        write.string(subscription.selection().text());
        write.bytes(subscription.selection().encoded());
        if (!expiry.isNever()) {
            write.out()
                    .put((byte) expiry.policy().ordinal())
                    .putLong(expiry.timeoutSeconds())
                    .putLong(record.expiry().endsAtMillis());
        }
    }

    static Subscribed readSubscribed(long queueId, ByteBuffer in) {
        String container = RecordCodec.readString(in);
        String name = RecordCodec.readString(in);
        byte flags = in.get();
        if ((flags & ~(DURABLE | NO_LOCAL | SHARED | EXPIRES)) != 0) {
            throw new IllegalArgumentException("unknown flags " + flags + " of a subscription");
        }
        String topic = RecordCodec.readString(in);
        Selection selection = new Selection(RecordCodec.readString(in), RecordCodec.readBytes(in));
        Identity identity = new Identity(container, name, (flags & DURABLE) != 0);
        Subscription subscription =
                new Subscription(identity, topic, selection, (flags & NO_LOCAL) != 0, (flags & SHARED) != 0);
        return new Subscribed(
                queueId, subscription, (flags & EXPIRES) == 0 ? SubscriptionExpiry.State.NEVER : readExpiry(in));
    }

    private static SubscriptionExpiry.State readExpiry(ByteBuffer in) {
        SubscriptionExpiry expiry = new SubscriptionExpiry(POLICIES[in.get()], in.getLong());
        return new SubscriptionExpiry.State(expiry, in.getLong());
    }

    static int size(Published record) {
        int bytes = 8 + 8 + MESSAGE_FIXED + EncodedSize.message(record.message()) + 4;
        for (Enqueued copy : record.copies()) {
            bytes += COPY_FIXED + EncodedSize.string(copy.duplicateId());
        }
        return bytes;
    }

    static void write(Published record, RecordWriter write) {
        Enqueued first = record.copies().get(0);
        ByteBuffer out = write.out();
        out.putLong(first.arrivedAtMillis()).putLong(first.deliverAtMillis());
        write.message(first.message());
        out.putInt(record.copies().size());
        for (Enqueued copy : record.copies()) {
            out.putLong(copy.queueId()).putLong(copy.sequence()).putLong(copy.expiresAtMillis());
            write.string(copy.duplicateId());
        }
    }

    static Published readPublished(ByteBuffer in) {
        long arrivedAtMillis = in.getLong();
        long deliverAtMillis = in.getLong();
        Message read = RecordCodec.readMessage(in);
        int count = in.getInt();
        if (count < 1 || count > in.remaining() / (COPY_FIXED + 4)) {
            throw new IllegalArgumentException(count + " copies in " + in.remaining() + " bytes");
        }
        Message message = count == 1 ? read : read.forMany();
        List<Enqueued> copies = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long queueId = in.getLong();
            long sequence = in.getLong();
            long expiresAtMillis = in.getLong();
            String duplicateId = RecordCodec.readString(in);
            copies.add(new Enqueued(
                    queueId, sequence, arrivedAtMillis, expiresAtMillis, deliverAtMillis, 0, duplicateId, message));
        }
        return new Published(copies);
    }
}
