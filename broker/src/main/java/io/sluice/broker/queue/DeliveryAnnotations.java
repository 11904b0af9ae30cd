package io.sluice.broker.queue;

import io.sluice.broker.Annotations;
import java.util.LinkedHashMap;
import java.util.Map;

/** What consumers are told of a delivery, on the message. */
final class DeliveryAnnotations {
    /** AMQP 1.0 §1.6.2: true. */
    private static final byte[] TRUE = {0x41};

    private DeliveryAnnotations() {}

    /** @param all and not only when its lock ends */
    static Annotations of(Delivery delivery, boolean all) {
        Map<String, Annotations.Value> values = new LinkedHashMap<>();
        if (delivery.lockedUntilMillis != Long.MAX_VALUE) {
            values.put("x-opt-locked-until", new Annotations.Timestamp(delivery.lockedUntilMillis));
        }
        if (all && delivery.firstOfGroup) {
            values.put("x-opt-first-of-group", new Annotations.Encoded(TRUE));
        }
        return Annotations.of(values);
    }
}
