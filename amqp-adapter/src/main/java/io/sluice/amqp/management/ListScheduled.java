package io.sluice.amqp.management;

import io.sluice.broker.Message;
import io.sluice.broker.ScheduledMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * LIST-SCHEDULED: 200 with {@code messages} that wait for the time of their delivery, ascending by sequence, and {@code next}, the
 * sequence to go on from or null at the end. An answer may have few or none and yet not be the end.
 */
final class ListScheduled implements Operation {
    private static final int MAX_MESSAGES = 1_000;

    private final Queues queues;

    ListScheduled(Queues queues) {
        this.queues = queues;
    }

    @Override
    public String name() {
        return "LIST-SCHEDULED";
    }

    @Override
    public List<String> arguments() {
        return List.of("from", "count");
    }

    @Override
    public void run(ManagementRequest request, Answer answer) throws ManagementException {
        String name = request.name();
        long from = request.numberArgument("from", 1).orElse(1L);
        long count = request.numberArgument("count", 1).orElse((long) MAX_MESSAGES);
        queues.owner(name)
                .scheduled(
                        name,
                        from,
                        (int) Math.min(MAX_MESSAGES, count),
                        Queues.NO_BATCHES,
                        answer.then(some -> answer.give(Status.OK, "OK", body(some))));
    }

    private static Map<String, Object> body(ScheduledMessage.Some some) {
        List<Map<String, Object>> messages = new ArrayList<>();
        for (ScheduledMessage message : some.messages()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("sequence", message.sequence());
            fields.put("deliverAtMillis", message.deliverAtMillis());
            fields.put("arrivedAtMillis", message.arrivedAtMillis());
            fields.put("expiresAtMillis", message.expiresAtMillis() == Message.NONE ? null : message.expiresAtMillis());
            fields.put("bytes", (long) message.bytes());
            fields.put("priority", message.priority());
            fields.put("durable", message.durable());
            messages.add(fields);
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("messages", messages);
        body.put("next", some.nextSequence() == Long.MAX_VALUE ? null : some.nextSequence());
        return body;
    }
}
