package io.sluice.amqp;

import io.sluice.broker.Refusal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Queues that are one connection's: nobody else receives from them or manages them, and they go with it. They are not durable, so that they
 * are gone when the broker that knows whose they are is. Any thread.
 */
final class ExclusiveQueues {
    private final Map<String, Object> owners = new ConcurrentHashMap<>();

    void own(String queue, Object connection) {
        owners.put(queue, connection);
    }

    /** There is none of this name, or it is as any other. */
    void free(String queue) {
        owners.remove(queue);
    }

    /** Why a connection may not use it; empty where it may. */
    Optional<Refusal> refusal(String queue, Object connection) {
        Object owner = owners.get(queue);
        // The second half is how RabbitMQ says it: its clients look for it.
        return owner == null || owner == connection
                ? Optional.empty()
                : Optional.of(Refusal.of(
                        Refusal.Kind.RESOURCE_LOCKED,
                        "cannot obtain exclusive access to locked queue '" + queue
                                + "'. It could be originally declared on another connection or the exclusive property"
                                + " value does not match that of the original declaration."));
    }

    List<String> of(Object connection) {
        return owners.entrySet().stream()
                .filter(entry -> entry.getValue() == connection)
                .map(Map.Entry::getKey)
                .toList();
    }
}
