package io.sluice.broker.queue;

import io.sluice.broker.Annotations;
import java.util.LinkedHashMap;
import java.util.Map;

/** What consumers are told of a delivery, on the message. */
final class DeliveryAnnotations {
    /** AMQP 1.0 §1.6.2: true. */
    private static final byte[] TRUE = {0x41};

    private static final String LOCKED_UNTIL = "x-opt-locked-until";

    private DeliveryAnnotations() {}

    /** @param all and not only when its lock ends */
    static Annotations of(Delivery delivery, boolean all) {
        Map<String, Annotations.Value> values = new LinkedHashMap<>();
        if (delivery.lockedUntilMillis != Long.MAX_VALUE) {
            values.put(LOCKED_UNTIL, new Annotations.Timestamp(delivery.lockedUntilMillis));
        }
        if (all && delivery.firstOfGroup) {
            values.put("x-opt-first-of-group", new Annotations.Encoded(TRUE));
        }
        return Annotations.of(values);
    }

    /** Of a message that nobody could have now, on its way to somebody who only looks. */
    static Annotations ofSeen(QueueEntry entry) {
        Map<String, Annotations.Value> values = new LinkedHashMap<>();
        boolean scheduled = entry.state == QueueEntry.State.SCHEDULED;
        String state = scheduled ? (entry.isParked() ? "parked" : "scheduled") : "locked";
        values.put("x-opt-state", new Annotations.Text(state));
        if (scheduled && !entry.isParked()) {
            values.put("x-opt-delivery-time", new Annotations.Timestamp(entry.deliverAtMillis));
        }
        if (entry.links.lockedUntilMillis != Long.MAX_VALUE) {
            values.put(LOCKED_UNTIL, new Annotations.Timestamp(entry.links.lockedUntilMillis));
        }
        return Annotations.of(values);
    }
}
