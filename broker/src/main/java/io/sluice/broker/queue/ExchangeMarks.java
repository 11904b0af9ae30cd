package io.sluice.broker.queue;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a message that came through an exchange says of that, as message annotations: RabbitMQ's names. */
public final class ExchangeMarks {
    private static final String EXCHANGE = "x-exchange";
    private static final String ROUTING_KEY = "x-routing-key";

    private ExchangeMarks() {}

    /** The message, marked. */
    public static Message on(Message message, String exchange, String routingKey) {
        Map<String, Annotations.Value> marks = new LinkedHashMap<>();
        marks.put(EXCHANGE, new Annotations.Text(exchange));
        marks.put(ROUTING_KEY, new Annotations.Text(routingKey));
        return message.annotated(Annotations.of(marks));
    }

    /** The key it came with, and this one where it came through no exchange. */
    static String routingKeyOf(Message message, String other) {
        return message.added().get(ROUTING_KEY) instanceof Annotations.Text key ? key.value() : other;
    }
}
