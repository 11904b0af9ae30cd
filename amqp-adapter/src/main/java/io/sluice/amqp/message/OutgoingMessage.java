package io.sluice.amqp.message;

import io.sluice.amqp.dialect.Dialect;
import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.queue.Delivery;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.qpid.proton.codec.ReadableBuffer;

/**
 * Puts a message on its way to a consumer: a fresh header (AMQP 1.0 §3.2.1), the message-annotations merged with those added
 * since, then the bare message byte for byte as the producer sent it. The producer's delivery-annotations are left out, being
 * meant for us (§3.2.2). The stored bytes are not copied; the buffer reads them where they are.
 */
public final class OutgoingMessage {
    private static final byte[] NOTHING = {};

    private OutgoingMessage() {}

    /**
     * Any thread.
     *
     * @param nowMillis epoch milliseconds; what is left of a ttl is measured from here
     * @param names by which a dead letter tells everybody where it was
     * @param dialect of whom it is for: one of Service Bus's clients gets its number and its arrival, and of a dead letter the reason; one of
     *     RabbitMQ's how often it was given out before, and by their names where a dead letter was
     * @return a buffer of its own, for {@code Sender.sendNoCopy}
     */
    public static ReadableBuffer encode(
            Delivery delivery, long nowMillis, Set<DeadLetterNames> names, Dialect dialect) {
        Message message = delivery.message();
        boolean serviceBus = dialect.isServiceBus();
        if (dialect.tellsAcquisitions() && delivery.acquisitions() > 0) {
            message = message.annotated(
                    Annotations.of(Map.of("x-delivery-count", new Annotations.Number(delivery.acquisitions()))));
        }
        if (serviceBus || delivery.isStamped()) {
            message = stamped(message, delivery.sequence(), delivery.arrivedAtMillis());
        }
        message = DeadLetterNames.named(
                serviceBus ? ServiceBusDeath.told(message) : message, names, dialect.tellsDeaths());
        return encode(
                message,
                remainingTtl(message, delivery.expiresAtMillis(), nowMillis),
                delivery.firstAcquirer(),
                delivery.deliveryCount());
    }

    /** Where it stands in its queue, and since when. */
    private static Message stamped(Message message, long sequence, long arrivedAtMillis) {
        Map<String, Annotations.Value> stamps = new LinkedHashMap<>();
        stamps.put("x-opt-sequence-number", new Annotations.Number(sequence));
        stamps.put("x-opt-enqueued-time", new Annotations.Timestamp(arrivedAtMillis));
        return message.annotated(Annotations.of(stamps));
    }

    /**
     * A message by itself, inside of something else that is sent to one of Service Bus's clients. Of a large one what is in front of its body.
     *
     * @param message with the annotations it is to have beside its number and its arrival
     * @param expiresAtMillis as the queue has it
     * @param nowMillis epoch milliseconds; what is left of a ttl is measured from here
     */
    public static byte[] encodeApart(
            Message message,
            long sequence,
            long arrivedAtMillis,
            long expiresAtMillis,
            int deliveryCount,
            long nowMillis) {
        Message told = ServiceBusDeath.told(stamped(message, sequence, arrivedAtMillis));
        ReadableBuffer buffer =
                encode(told, remainingTtl(told, expiresAtMillis, nowMillis), deliveryCount == 0, deliveryCount);
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    /**
     * The beginning of a large message: what is in memory of it and the first of what is kept apart.
     *
     * @param first is not copied, and not to be changed
     * @param nowMillis epoch milliseconds; what is left of a ttl is measured from here
     */
    public static ReadableBuffer encode(
            Delivery delivery, long nowMillis, Set<DeadLetterNames> names, Dialect dialect, byte[] first) {
        ReadableBuffer front = encode(delivery, nowMillis, names, dialect);
        byte[] bytes = new byte[front.remaining()];
        front.get(bytes);
        return new TwoPartBuffer(bytes, first, 0);
    }

    /** What is left of a time to live, at least 1: clients take 0 for "never expires". NONE when the producer set none. */
    static long remainingTtl(Message message, long expiresAtMillis, long nowMillis) {
        if (message.ttlMillis() == Message.NONE || expiresAtMillis == Message.NONE) {
            return Message.NONE;
        }
        // A clock that was set back does not make a message live longer than its producer said.
        return Math.max(1, Math.min(message.ttlMillis(), expiresAtMillis - nowMillis));
    }

    static ReadableBuffer encode(Message message, long ttlMillis, boolean firstAcquirer, int deliveryCount) {
        byte[] encoded = message.encoded();
        if (message.messageFormat() != IncomingMessage.AMQP_FORMAT) {
            return new TwoPartBuffer(NOTHING, encoded, 0);
        }
        byte[] header =
                HeaderEncoder.encode(message.durable(), message.priority(), ttlMillis, firstAcquirer, deliveryCount);
        int annotated = message.annotatedOffset();
        if (!message.added().isEmpty()) {
            return withAdded(message, header);
        }
        if (Arrays.equals(encoded, 0, annotated, header, 0, header.length)) {
            return new TwoPartBuffer(NOTHING, encoded, 0);
        }
        return new TwoPartBuffer(header, encoded, annotated);
    }

    private static ReadableBuffer withAdded(Message message, byte[] header) {
        EncodedCursor cursor = new EncodedCursor(message.encoded(), message.annotatedOffset());
        byte[] annotations;
        try {
            annotations = AnnotationCodec.mergedSection(cursor, message.added());
        } catch (MalformedMessageException e) {
            // Its structure was checked when it came in: what is stored is not what was.
            throw new IllegalStateException("a stored message has become unreadable: " + e.getMessage(), e);
        }
        byte[] front = Arrays.copyOf(header, header.length + annotations.length);
        System.arraycopy(annotations, 0, front, header.length, annotations.length);
        return new TwoPartBuffer(front, message.encoded(), cursor.at());
    }
}
