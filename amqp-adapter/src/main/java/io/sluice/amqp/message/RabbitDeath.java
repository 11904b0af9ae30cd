package io.sluice.amqp.message;

import io.sluice.broker.Annotations;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How often a message left one queue for one reason, as RabbitMQ tells of it in {@code x-opt-deaths}. There is no exchange here, so its name is that of
 * the default one, and the routing key is the queue. Immutable.
 *
 * @param ttlMillis that the producer had given it when it left for the first time, {@link #NO_TTL} for none
 */
record RabbitDeath(String queue, String reason, long count, long firstMillis, long lastMillis, long ttlMillis) {
    /** The producer gave it no time to live. */
    private static final long NO_TTL = -1;

    private static final int UINT = 0x70;
    private static final int ARRAY = 0xf0;
    private static final int MAP = 0xd1;
    private static final int STRING = 0xa1;
    private static final int WIDE_STRING = 0xb1;
    private static final int SYMBOL = 0xa3;
    private static final int ULONG = 0x80;
    private static final int TIMESTAMP = 0x83;
    private static final int KEYS_AND_VALUES = 14;
    private static final String DEFAULT_EXCHANGE = "";

    static RabbitDeath of(Annotations move) {
        long time = DeadLetterNames.time(move);
        long ttl = move.get("ttl") == null ? NO_TTL : DeadLetterNames.number(move, "ttl");
        return new RabbitDeath(
                DeadLetterNames.text(move, "queue"), reason(DeadLetterNames.text(move, "reason")), 1, time, time, ttl);
    }

    /** @param moves oldest first; @return the one that happened last first */
    static List<RabbitDeath> of(List<Annotations> moves) {
        Map<String, RabbitDeath> deaths = new LinkedHashMap<>();
        for (Annotations move : moves) {
            RabbitDeath death = of(move);
            String key = death.reason + " " + death.queue;
            RabbitDeath before = deaths.remove(key);
            deaths.put(key, before == null ? death : before.again(death.lastMillis));
        }
        List<RabbitDeath> newestFirst = new ArrayList<>(deaths.values());
        java.util.Collections.reverse(newestFirst);
        return newestFirst;
    }

    private RabbitDeath again(long millis) {
        return new RabbitDeath(queue, reason, count + 1, firstMillis, millis, ttlMillis);
    }

    private static String reason(String ours) {
        return switch (ours) {
            case "expired" -> "expired";
            case "overflow" -> "maxlen";
            case "max-deliveries", "max-acquisitions" -> "delivery_limit";
            default -> "rejected";
        };
    }

    void describe(String prefix, Map<String, Annotations.Value> target) {
        target.put(prefix + "queue", new Annotations.Text(queue));
        target.put(prefix + "reason", new Annotations.Text(reason));
        target.put(prefix + "exchange", new Annotations.Text(DEFAULT_EXCHANGE));
    }

    /** An AMQP array of maps (AMQP 1.0 §1.6.24). */
    static byte[] encode(List<RabbitDeath> deaths) {
        Encoded elements = new Encoded();
        for (RabbitDeath death : deaths) {
            Encoded entries = death.entries();
            int more = death.ttlMillis == NO_TTL ? 0 : 2;
            elements.writeInt(entries.size() + Integer.BYTES).writeInt(KEYS_AND_VALUES + more);
            entries.copyTo(elements);
        }
        return array(MAP, deaths.size(), elements).bytes();
    }

    private static Encoded array(int constructor, int count, Encoded elements) {
        Encoded array = new Encoded();
        array.writeByte(ARRAY).writeInt(elements.size() + Integer.BYTES + 1).writeInt(count);
        array.writeByte(constructor);
        elements.copyTo(array);
        return array;
    }

    private Encoded entries() {
        Encoded entries = new Encoded();
        if (ttlMillis != NO_TTL) {
            key(entries, "ttl").writeByte(UINT).writeInt((int) ttlMillis);
        }
        text(entries, "queue", STRING, queue);
        text(entries, "reason", SYMBOL, reason);
        key(entries, "count").writeByte(ULONG).writeLong(count);
        key(entries, "first-time").writeByte(TIMESTAMP).writeLong(firstMillis);
        key(entries, "last-time").writeByte(TIMESTAMP).writeLong(lastMillis);
        text(entries, "exchange", STRING, DEFAULT_EXCHANGE);
        byte[] routingKey = queue.getBytes(StandardCharsets.UTF_8);
        Encoded routingKeys = new Encoded().writeInt(routingKey.length).write(routingKey, 0, routingKey.length);
        array(WIDE_STRING, 1, routingKeys).copyTo(key(entries, "routing-keys"));
        return entries;
    }

    private static Encoded key(Encoded target, String name) {
        AnnotationCodec.writeSized(target, SYMBOL, name.getBytes(StandardCharsets.US_ASCII));
        return target;
    }

    private static void text(Encoded target, String name, int constructor, String value) {
        AnnotationCodec.writeSized(key(target, name), constructor, value.getBytes(StandardCharsets.UTF_8));
    }
}
