package io.sluice.amqp.management;

import io.sluice.broker.Dispatching;
import io.sluice.broker.Forward;
import io.sluice.broker.MessageLife;
import io.sluice.broker.MessageLife.Backoff;
import io.sluice.broker.MessageLife.LastValue;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.Deduplication;
import io.sluice.broker.QueueStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** The attributes of entity type {@code queue}: what a reader gets. A limit that is not set is null. */
final class QueueAttributes {
    static final String TYPE = "queue";

    private static final Map<String, Function<QueueStatus, Object>> ATTRIBUTES = attributes();
    /** The number of the one that has it. */
    private static final String SHARD = "shard";

    private QueueAttributes() {}

    private static Map<String, Function<QueueStatus, Object>> attributes() {
        Map<String, Function<QueueStatus, Object>> all = new LinkedHashMap<>();
        all.put("name", status -> status.definition().name());
        all.put("identity", status -> status.definition().name());
        all.put("type", status -> TYPE);
        all.put("durable", status -> status.definition().durable());
        all.put("kind", status -> kind(status.definition().service()));
        all.put("weights", status -> weights(status.definition().service()));
        all.put("maxMessages", status -> limit(status.definition().limits().maxMessages()));
        all.put("maxBytes", status -> limit(status.definition().limits().maxBytes()));
        all.put("maxTtlMillis", status -> limit(status.definition().limits().maxTtlMillis()));
        all.put("overflow", status -> shown(status.definition().limits().overflow()));
        all.put(
                "deadLetterQueue",
                status -> status.definition().deadLetter().queue().orElse(null));
        all.put(
                "expiryQueue",
                status -> status.definition().deadLetter().expiryQueue().orElse(null));
        all.put(
                "deadLetterExchange",
                status -> status.definition().deadLetter().exchange().orElse(null));
        all.put("deadLetterRoutingKey", status -> {
            String key = status.definition().deadLetter().routingKey();
            return key.isEmpty() ? null : key;
        });
        all.put("maxDeliveries", status -> status.definition().deadLetter().maxDeliveries());
        all.put("deduplicate", status -> status.definition().deduplication().isOn());
        all.put("duplicateWindowMessages", window(window -> (long) window.maxIds()));
        all.put("duplicateWindowMillis", window(Deduplication::maxAgeMillis));
        all.put("duplicateIdProperty", window(window -> window.property().isEmpty() ? null : window.property()));
        all.put("messageGroups", dispatching(dispatching -> shown(dispatching.groups())));
        all.put("maxIdleGroups", dispatching(Dispatching::maxIdleGroups));
        all.put("singleActiveConsumer", dispatching(Dispatching::singleActiveConsumer));
        all.put("lockMillis", dispatching(dispatching -> limit(dispatching.lockMillis())));
        all.put("nonDestructive", dispatching(Dispatching::nonDestructive));
        putLife(all);
        all.put("autoDelete", status -> status.definition().expiry().autoDelete());
        all.put("idleExpiryMillis", status -> limit(status.definition().expiry().idleMillis()));
        all.put("messages", QueueStatus::messages);
        all.put(
                "messagesByPriority",
                status -> status.messagesByPriority().isEmpty() ? null : status.messagesByPriority());
        all.put("bytes", QueueStatus::bytes);
        all.put("unsettled", QueueStatus::unsettled);
        all.put("scheduled", QueueStatus::scheduled);
        all.put("pagedOut", QueueStatus::pagedOut);
        all.put("damaged", QueueStatus::damaged);
        all.put("duplicates", QueueStatus::duplicates);
        all.put("consumers", QueueStatus::consumers);
        all.put("producers", QueueStatus::producers);
        all.put("paused", status -> status.paused().delivery());
        all.put("intakePaused", status -> status.paused().intake());
        return all;
    }

    private static void putLife(Map<String, Function<QueueStatus, Object>> all) {
        all.put(
                "retryBackoff",
                status -> status.definition().life().backoff().growth().name().toLowerCase(Locale.ROOT));
        all.put("retryDelayMillis", backoff(Backoff::delayMillis));
        all.put("retryMultiplierPercent", backoff(backoff -> (long) backoff.multiplierPercent()));
        all.put("retryMaxDelayMillis", backoff(Backoff::maxDelayMillis));
        all.put("retryJitterPercent", backoff(backoff -> (long) backoff.jitterPercent()));
        all.put("retryOn", backoff(backoff -> backoff.who().name().toLowerCase(Locale.ROOT)));
        all.put("maxAcquisitions", status -> status.definition().life().maxAcquisitions());
        all.put("undeliverableMillis", status -> status.definition().life().undeliverableMillis());
        all.put("lastValue", status -> status.definition().life().lastValue().isOn());
        all.put("lastValueKeys", lastValue(keys -> (long) keys.maxKeys()));
        all.put("lastValueProperty", lastValue(LastValue::property));
        all.put("stampMessages", status -> status.definition().life().stamped());
        all.put(
                "acknowledgedQueue",
                status -> status.definition().life().acknowledgedQueue().orElse(null));
        all.put(
                "forwardTo",
                status -> status.definition().life().forward().map(Forward::to).orElse(null));
        all.put(
                "forwardToA",
                status -> status.definition()
                        .life()
                        .forward()
                        .map(forward -> shown(forward.kind()))
                        .orElse(null));
    }

    /** Null where nobody waits. */
    private static Function<QueueStatus, Object> backoff(Function<Backoff, Object> read) {
        return status -> {
            Backoff backoff = status.definition().life().backoff();
            return backoff.growth() == MessageLife.Growth.NONE ? null : read.apply(backoff);
        };
    }

    /** Null where nothing is replaced. */
    private static Function<QueueStatus, Object> lastValue(Function<LastValue, Object> read) {
        return status -> {
            LastValue keys = status.definition().life().lastValue();
            return keys.isOn() ? read.apply(keys) : null;
        };
    }

    /** Null where the queue has no window. */
    private static Function<QueueStatus, Object> window(Function<Deduplication, Object> read) {
        return status -> {
            Deduplication window = status.definition().deduplication();
            return window.isOn() ? read.apply(window) : null;
        };
    }

    private static Function<QueueStatus, Object> dispatching(Function<Dispatching, Object> read) {
        return status -> read.apply(status.definition().dispatching());
    }

    static List<String> names() {
        List<String> names = new ArrayList<>(ATTRIBUTES.keySet());
        names.add(SHARD);
        return List.copyOf(names);
    }

    static Map<String, Object> of(QueueStatus status, Queues queues) {
        Map<String, Object> values = of(status);
        values.put(SHARD, queues.shardOf(status.definition().name()));
        return values;
    }

    /** Of one that is in no shard. */
    static Map<String, Object> of(QueueStatus status) {
        Map<String, Object> values = new LinkedHashMap<>();
        ATTRIBUTES.forEach((name, read) -> values.put(name, read.apply(status)));
        return values;
    }

    private static String kind(QueueDefinition.Service service) {
        if (service instanceof QueueDefinition.Fifo) {
            return "fifo";
        }
        return service instanceof QueueDefinition.Weighted ? "weighted" : "priority";
    }

    private static List<Integer> weights(QueueDefinition.Service service) {
        return service instanceof QueueDefinition.Weighted ? ((QueueDefinition.Weighted) service).weights() : null;
    }

    static Long limit(long value) {
        return value == QueueDefinition.UNLIMITED ? null : Long.valueOf(value);
    }

    /** As it is written in the configuration. */
    static String shown(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
