package io.sluice.broker.queue;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is written on a message that is kept after its consumer has accepted it, as message annotations:
 * {@code x-opt-acknowledged-queue} (where it was), {@code -sequence} (its number there), {@code -time} (of the acknowledgement).
 */
final class Acknowledged {
    private static final String QUEUE = "x-opt-acknowledged-queue";
    private static final String SEQUENCE = "x-opt-acknowledged-sequence";
    private static final String TIME = "x-opt-acknowledged-time";

    private Acknowledged() {}

    /** The message as it enters the other queue: how long it is kept is up to that one, and not to its producer. */
    static Message of(QueueEntry entry, String queue, long nowMillis) {
        Map<String, Annotations.Value> values = new LinkedHashMap<>();
        values.put(QUEUE, new Annotations.Text(queue));
        values.put(SEQUENCE, new Annotations.Number(entry.sequence));
        values.put(TIME, new Annotations.Timestamp(nowMillis));
        Message.Header header = entry.message.header();
        Message.Header lasting = new Message.Header(
                        header.messageFormat(), header.durable(), header.priority(), Message.NONE, Message.NONE)
                .withGroup(header.group());
        return entry.message.with(lasting).annotated(Annotations.of(values));
    }
}
