package io.sluice.broker.queue;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import java.util.Map;

/**
 * How often a message was given to a consumer and came back, whatever was said of it. Kept only in queues that limit it, as a message
 * annotation: so it goes wherever the message goes within its queue, and consumers see it.
 */
final class Acquisitions {
    static final String ANNOTATION = "x-opt-acquired-count";

    private Acquisitions() {}

    static int of(Message message) {
        Annotations.Value count = message.added().get(ANNOTATION);
        return count instanceof Annotations.Number number ? (int) number.value() : 0;
    }

    static Annotations annotation(int count) {
        return Annotations.of(Map.of(ANNOTATION, new Annotations.Number(count)));
    }
}
