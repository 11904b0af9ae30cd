package io.sluice.amqp.message;

import io.sluice.broker.Message;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;

/** Headers as an exchange compares them: application properties, and message annotations whose names begin with {@code x-}. Any thread. */
public final class MessageHeaders {
    private static final String ANNOTATION = "x-";

    private MessageHeaders() {}

    /**
     * One value, read when somebody asks.
     *
     * @return texts as String, whole numbers as Long, others as AMQP has them; null where there is none
     */
    public static Object value(Message message, String name) {
        try {
            EncodedCursor cursor =
                    MessageFields.findApplicationProperty(message, name.getBytes(StandardCharsets.UTF_8));
            if (cursor == null) {
                return name.startsWith(ANNOTATION) ? annotation(message, name) : null;
            }
            int start = cursor.at();
            cursor.skip();
            return decoded(cursor.bytes(), start, cursor.at());
        } catch (MalformedMessageException e) {
            return null;
        }
    }

    private static Object annotation(Message message, String name) throws MalformedMessageException {
        if (!StandardCharsets.US_ASCII.newEncoder().canEncode(name)) {
            return null;
        }
        int at = new MessageSections(message).annotation(name.getBytes(StandardCharsets.US_ASCII));
        if (at == MessageSections.ABSENT) {
            return null;
        }
        EncodedCursor cursor = new EncodedCursor(message.encoded(), at);
        cursor.skip();
        return decoded(message.encoded(), at, cursor.at());
    }

    private static Object decoded(byte[] bytes, int from, int to) {
        DecoderImpl decoder = new DecoderImpl();
        AMQPDefinedTypes.registerAllTypes(decoder, new EncoderImpl(decoder));
        decoder.setByteBuffer(ByteBuffer.wrap(bytes, from, to - from));
        return simple(decoder.readObject());
    }

    /** Of numbers and texts of several types the one that the broker has. */
    public static Object simple(Object value) {
        if (value instanceof Symbol) {
            return value.toString();
        }
        boolean unsigned = value instanceof UnsignedByte
                || value instanceof UnsignedShort
                || value instanceof UnsignedInteger
                || value instanceof UnsignedLong;
        return unsigned ? (Object) ((Number) value).longValue() : value;
    }
}
