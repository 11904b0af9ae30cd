package io.sluice.amqp.filter;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/**
 * Message and correlation ids as JMS clients see them: the type an id has in AMQP (§3.2.11) is in its text, so that the text can
 * be turned back (AMQP-to-JMS mapping, as Qpid JMS has it).
 */
final class MessageIds {
    private static final byte[] PREFIX = "ID:".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TYPED_PREFIX = "ID:AMQP_".getBytes(StandardCharsets.US_ASCII);
    private static final List<String> TYPES =
            List.of("ID:AMQP_BINARY:", "ID:AMQP_UUID:", "ID:AMQP_ULONG:", "ID:AMQP_STRING:", "ID:AMQP_NO_PREFIX:");
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private MessageIds() {}

    /** JMSMessageID. */
    static Value messageId(Value id) {
        if (id.isText() && !id.startsWith(PREFIX)) {
            return Value.of("ID:AMQP_NO_PREFIX:" + id.asString());
        }
        return correlationId(id);
    }

    /** JMSCorrelationID: a text of the application's own is as it is. */
    static Value correlationId(Value id) {
        switch (id.kind()) {
            case TEXT:
                return looksTyped(id) ? Value.of("ID:AMQP_STRING:" + id.asString()) : id;
            case UUID:
                return Value.of("ID:AMQP_UUID:" + uuid(id));
            case LONG:
            case UNSIGNED:
                return Value.of("ID:AMQP_ULONG:" + Long.toUnsignedString(id.asLong()));
            case BINARY:
                return Value.of("ID:AMQP_BINARY:" + HEX.formatHex(Arrays.copyOfRange(id.bytes(), id.from(), id.to())));
            default:
                return Value.ABSENT;
        }
    }

    private static boolean looksTyped(Value id) {
        return id.startsWith(TYPED_PREFIX) && TYPES.stream().anyMatch(id.asString()::startsWith);
    }

    static String uuid(Value uuid) {
        ByteBuffer bits = ByteBuffer.wrap(uuid.bytes(), uuid.from(), 2 * Long.BYTES);
        return new UUID(bits.getLong(), bits.getLong()).toString();
    }
}
