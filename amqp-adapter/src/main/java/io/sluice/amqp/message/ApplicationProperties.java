package io.sluice.amqp.message;

import io.sluice.broker.Message;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;

/** A message with other application properties (AMQP 1.0 §3.2.5): all else of it stays byte for byte. Any thread. */
public final class ApplicationProperties {
    private ApplicationProperties() {}

    /**
     * @param changes by name; null takes one away. Values as proton-j has them
     * @return the message itself where it is of another format than AMQP's: nothing is known of its inside
     */
    public static Message with(Message message, Map<String, Object> changes) {
        if (message.messageFormat() != IncomingMessage.AMQP_FORMAT || changes.isEmpty()) {
            return message;
        }
        byte[] bytes = message.encoded();
        EncodedCursor cursor = new EncodedCursor(bytes, message.annotatedOffset());
        Encoded entries = new Encoded();
        int count = 0;
        int start = cursor.at();
        try {
            while (!cursor.atEnd()) {
                start = cursor.at();
                int section = cursor.enterSection();
                if (section > Section.APPLICATION_PROPERTIES) {
                    cursor.backTo(start);
                    break;
                }
                if (section == Section.APPLICATION_PROPERTIES) {
                    count = keepOthers(cursor, changes, entries);
                    break;
                }
                cursor.skip();
                start = cursor.at();
            }
        } catch (MalformedMessageException e) {
            // The inside of the section is not looked into when a message comes in; what cannot be read is not changed.
            return message;
        }
        for (Map.Entry<String, Object> change : changes.entrySet()) {
            if (change.getValue() != null) {
                AnnotationCodec.writeSized(entries, 0xa1, change.getKey().getBytes(StandardCharsets.UTF_8));
                byte[] value = AnnotationCodec.encode(change.getValue());
                entries.write(value, 0, value.length);
                count += 2;
            }
        }
        Encoded all = new Encoded();
        all.write(bytes, 0, start);
        if (count > 0) {
            all.writeByte(EncodedCursor.DESCRIBED).writeByte(0x53).writeByte(Section.APPLICATION_PROPERTIES);
            AnnotationCodec.writeCompound(all, 0xd1, count, entries);
        }
        all.write(bytes, cursor.at(), bytes.length - cursor.at());
        return message.withEncoded(all.bytes());
    }

    /** Copies the entries that do not change, as they are encoded. @return how many keys and values */
    private static int keepOthers(EncodedCursor cursor, Map<String, Object> changes, Encoded target)
            throws MalformedMessageException {
        cursor.enterMap();
        int end = cursor.compoundEnd();
        int kept = 0;
        for (int left = cursor.elements(); left > 0; left -= 2) {
            int entry = cursor.at();
            String key = cursor.readString().orElse(null);
            cursor.skip();
            if (key == null || !changes.containsKey(key)) {
                target.write(cursor.bytes(), entry, cursor.at() - entry);
                kept += 2;
            }
        }
        cursor.leaveCompound(end);
        return kept;
    }

    /** As {@link #with}, of one property. */
    public static Message with(Message message, String name, Object value) {
        return with(message, Collections.singletonMap(name, value));
    }
}
