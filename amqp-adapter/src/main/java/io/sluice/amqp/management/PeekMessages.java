package io.sluice.amqp.management;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.PeekedMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;

/**
 * PEEK: 200 with {@code messages}, each a map, ascending by sequence, and {@code next}, the sequence to go on from or null at the
 * end. Nothing about a message changes. {@code message} of each has the sections as they were sent; of a large message those in
 * front of its body.
 */
final class PeekMessages implements Operation {
    private static final int MAX_MESSAGES = 500;
    private static final int MAX_BYTES = 512 << 10;
    private static final long DEFAULT_MESSAGES = 20;

    private final Queues queues;

    PeekMessages(Queues queues) {
        this.queues = queues;
    }

    @Override
    public String name() {
        return "PEEK";
    }

    @Override
    public List<String> arguments() {
        return List.of("from", "count");
    }

    @Override
    public void run(ManagementRequest request, Answer answer) throws ManagementException {
        String name = request.name();
        long from = request.numberArgument("from", 1).orElse(1L);
        long count = request.numberArgument("count", 1).orElse(DEFAULT_MESSAGES);
        queues.owner(name)
                .peek(
                        name,
                        new PeekedMessage.Range(from, (int) Math.min(MAX_MESSAGES, count), MAX_BYTES),
                        Queues.NO_BATCHES,
                        answer.then(some -> answer.give(Status.OK, "OK", body(some))));
    }

    private static Map<String, Object> body(PeekedMessage.Some some) {
        List<Map<String, Object>> messages = new ArrayList<>();
        some.messages().forEach(message -> messages.add(describe(message)));
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("messages", messages);
        body.put("next", some.nextSequence() == Long.MAX_VALUE ? null : some.nextSequence());
        return body;
    }

    private static Map<String, Object> describe(PeekedMessage peeked) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("sequence", peeked.sequence());
        fields.put("state", peeked.state().name().toLowerCase(Locale.ROOT));
        if (peeked.message().isEmpty()) {
            return fields;
        }
        Message message = peeked.message().get();
        fields.put("arrivedAtMillis", peeked.arrivedAtMillis());
        fields.put("deliverAtMillis", peeked.deliverAtMillis() == 0 ? null : peeked.deliverAtMillis());
        fields.put("expiresAtMillis", peeked.expiresAtMillis() == Message.NONE ? null : peeked.expiresAtMillis());
        fields.put("deliveryCount", (long) peeked.deliveryCount());
        fields.put("durable", peeked.durable());
        fields.put("priority", message.priority());
        fields.put("bytes", (long) message.size());
        fields.put("large", message.isLarge());
        fields.put("messageFormat", message.messageFormat());
        fields.put("message", new Binary(message.encoded()));
        fields.put("annotations", annotations(message.added()));
        return fields;
    }

    /** Those the broker and consumers put on, which are not in what was sent. */
    private static Map<String, Object> annotations(Annotations added) {
        Map<String, Object> values = new LinkedHashMap<>();
        added.values().forEach((key, value) -> values.put(key, value(value)));
        return values;
    }

    private static Object value(Annotations.Value value) {
        if (value instanceof Annotations.Text text) {
            return text.value();
        }
        if (value instanceof Annotations.Number number) {
            return number.value();
        }
        if (value instanceof Annotations.Timestamp timestamp) {
            return new java.util.Date(timestamp.epochMillis());
        }
        if (value instanceof Annotations.Maps list) {
            return list.maps().stream().map(PeekMessages::annotations).toList();
        }
        return new Binary(((Annotations.Encoded) value).bytes());
    }
}
