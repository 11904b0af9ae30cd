package io.sluice.amqp.filter;

import io.sluice.amqp.message.IncomingMessage;
import io.sluice.amqp.message.MalformedMessageException;
import io.sluice.broker.Message;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Decimal64;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;

/** Messages of a test, encoded by proton-j. */
final class Messages {
    private Messages() {}

    /** A message with these application properties and nothing else. */
    static Message with(Map<String, ?> applicationProperties) {
        org.apache.qpid.proton.message.Message message = org.apache.qpid.proton.message.Message.Factory.create();
        message.setApplicationProperties(new ApplicationProperties(new LinkedHashMap<>(applicationProperties)));
        return encoded(message);
    }

    static Message encoded(org.apache.qpid.proton.message.Message message) {
        byte[] buffer = new byte[1 << 18];
        int length = message.encode(buffer, 0, buffer.length);
        byte[] encoded = Arrays.copyOf(buffer, length);
        try {
            return IncomingMessage.parse(encoded, 0);
        } catch (MalformedMessageException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Reads a line of a table: fields apart by two spaces, each {@code name:type=value}, an application property, or behind
     * {@code @} a field of properties, behind {@code #} a message annotation, behind {@code !} one of the header.
     */
    static Message parse(String line) {
        org.apache.qpid.proton.message.Message message = org.apache.qpid.proton.message.Message.Factory.create();
        Properties properties = new Properties();
        Header header = new Header();
        Map<String, Object> application = new LinkedHashMap<>();
        Map<Symbol, Object> annotations = new LinkedHashMap<>();
        for (String field :
                line.isBlank() ? List.<String>of() : List.of(line.trim().split("  +"))) {
            int equals = field.indexOf('=');
            String name = field.substring(0, field.lastIndexOf(':', equals));
            Object value = value(field.substring(name.length() + 1, equals), field.substring(equals + 1));
            if (name.startsWith("@")) {
                set(properties, name.substring(1), value);
            } else if (name.startsWith("#")) {
                annotations.put(Symbol.valueOf(name.substring(1)), value);
            } else if (name.startsWith("!")) {
                set(header, name.substring(1), value);
            } else {
                application.put(name, value);
            }
        }
        message.setHeader(header);
        message.setMessageAnnotations(annotations.isEmpty() ? null : new MessageAnnotations(annotations));
        message.setProperties(properties);
        message.setApplicationProperties(new ApplicationProperties(application));
        message.setBody(new AmqpValue("a body nobody looks at"));
        return encoded(message);
    }

    static Object value(String type, String text) {
        switch (type) {
            case "s":
                return text;
            case "sym":
                return Symbol.valueOf(text);
            case "i":
                return Integer.valueOf(text);
            case "l":
                return Long.valueOf(text);
            case "byte":
                return Byte.valueOf(text);
            case "short":
                return Short.valueOf(text);
            case "ub":
                return UnsignedByte.valueOf((byte) Integer.parseInt(text));
            case "us":
                return UnsignedShort.valueOf((short) Integer.parseInt(text));
            case "ui":
                return UnsignedInteger.valueOf(Long.parseLong(text));
            case "ul":
                return UnsignedLong.valueOf(text);
            case "f":
                return Float.valueOf(text);
            case "d":
                return Double.valueOf(text);
            case "b":
                return Boolean.valueOf(text);
            case "c":
                return text.charAt(0);
            case "t":
                return new Date(Long.parseLong(text));
            case "u":
                return UUID.fromString(text);
            case "x":
                return new Binary(HexFormat.of().parseHex(text));
            case "bin":
                return new Binary(text.getBytes(StandardCharsets.UTF_8));
            case "dec":
                return new Decimal64(new BigDecimal(text));
            case "list":
                return List.of(text);
            case "null":
                return null;
            default:
                throw new IllegalArgumentException("type " + type);
        }
    }

    private static void set(Header header, String name, Object value) {
        switch (name) {
            case "durable":
                header.setDurable((Boolean) value);
                break;
            case "priority":
                header.setPriority((UnsignedByte) value);
                break;
            case "ttl":
                header.setTtl((UnsignedInteger) value);
                break;
            default:
                throw new IllegalArgumentException(name);
        }
    }

    private static void set(Properties properties, String name, Object value) {
        switch (name) {
            case "message-id":
                properties.setMessageId(value);
                break;
            case "user-id":
                properties.setUserId((Binary) value);
                break;
            case "to":
                properties.setTo((String) value);
                break;
            case "subject":
                properties.setSubject((String) value);
                break;
            case "reply-to":
                properties.setReplyTo((String) value);
                break;
            case "correlation-id":
                properties.setCorrelationId(value);
                break;
            case "content-type":
                properties.setContentType((Symbol) value);
                break;
            case "content-encoding":
                properties.setContentEncoding((Symbol) value);
                break;
            case "absolute-expiry-time":
                properties.setAbsoluteExpiryTime((Date) value);
                break;
            case "creation-time":
                properties.setCreationTime((Date) value);
                break;
            case "group-id":
                properties.setGroupId((String) value);
                break;
            case "group-sequence":
                properties.setGroupSequence((UnsignedInteger) value);
                break;
            case "reply-to-group-id":
                properties.setReplyToGroupId((String) value);
                break;
            default:
                throw new IllegalArgumentException(name);
        }
    }
}
