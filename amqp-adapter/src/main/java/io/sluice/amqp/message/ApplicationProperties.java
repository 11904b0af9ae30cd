package io.sluice.amqp.message;

import io.sluice.broker.Message;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;

/** A message with other application properties (AMQP 1.0 §3.2.5): all else of it stays byte for byte. Any thread. */
public final class ApplicationProperties extends SectionChange {
    private final Map<String, Object> changes;

    private ApplicationProperties(Map<String, Object> changes) {
        super(Section.APPLICATION_PROPERTIES);
        this.changes = changes;
    }

    /**
     * @param changes by name; null takes one away. Values as proton-j has them
     * @return the message itself where it is of another format than AMQP's, or cannot be read: nothing is known of its inside
     */
    public static Message with(Message message, Map<String, Object> changes) {
        return changes.isEmpty() ? message : new ApplicationProperties(changes).of(message);
    }

    /** As {@link #with}, of one property. */
    public static Message with(Message message, String name, Object value) {
        return with(message, Collections.singletonMap(name, value));
    }

    @Override
    int keep(EncodedCursor cursor, Encoded kept) throws MalformedMessageException {
        cursor.enterMap();
        int end = cursor.compoundEnd();
        int count = 0;
        for (int left = cursor.elements(); left > 0; left -= 2) {
            int entry = cursor.at();
            String key = cursor.readString().orElse(null);
            cursor.skip();
            if (key == null || !changes.containsKey(key)) {
                kept.write(cursor.bytes(), entry, cursor.at() - entry);
                count += 2;
            }
        }
        cursor.leaveCompound(end);
        return count;
    }

    @Override
    void write(int elements, Encoded kept, Encoded target) {
        int count = elements;
        for (Map.Entry<String, Object> change : changes.entrySet()) {
            if (change.getValue() != null) {
                AnnotationCodec.writeSized(kept, 0xa1, change.getKey().getBytes(StandardCharsets.UTF_8));
                byte[] value = AnnotationCodec.encode(change.getValue());
                kept.write(value, 0, value.length);
                count += 2;
            }
        }
        if (count > 0) {
            write(0xd1, count, kept, target);
        }
    }
}
