package io.sluice.amqp.message;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How Service Bus's clients are told why a message is a dead letter: by application properties, and an annotation for the queue it was in. Made of
 * what our own annotations say, when the message is sent: what is stored does not depend on it. Any thread.
 */
final class ServiceBusDeath {
    private static final String PREFIX = "x-opt-dead-letter-";
    /** What Service Bus calls the reasons that it has as well. */
    private static final Map<String, String> REASONS = Map.of(
            "max-deliveries", "MaxDeliveryCountExceeded",
            "max-acquisitions", "MaxDeliveryCountExceeded",
            "expired", "TTLExpiredException");

    private ServiceBusDeath() {}

    static Message told(Message message) {
        if (!(message.added().get(PREFIX + "queue") instanceof Annotations.Text queue)) {
            return message;
        }
        String reason = text(message, "reason");
        String condition = text(message, "condition");
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("DeadLetterReason", condition.isEmpty() ? REASONS.getOrDefault(reason, reason) : condition);
        String description = text(message, "description");
        if (!description.isEmpty()) {
            properties.put("DeadLetterErrorDescription", description);
        }
        return ApplicationProperties.with(message, properties)
                .annotated(Annotations.of(Map.of("x-opt-deadletter-source", queue)));
    }

    private static String text(Message message, String name) {
        return message.added().get(PREFIX + name) instanceof Annotations.Text text ? text.value() : "";
    }
}
