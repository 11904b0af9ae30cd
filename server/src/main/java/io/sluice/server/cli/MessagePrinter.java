package io.sluice.server.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.protonj2.client.AdvancedMessage;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import org.apache.qpid.protonj2.types.Binary;
import org.apache.qpid.protonj2.types.Symbol;
import org.apache.qpid.protonj2.types.messaging.Data;
import org.apache.qpid.protonj2.types.messaging.Section;

/** Shows a message: its body as a line, or all that an application wrote as a JSON object. */
final class MessagePrinter {
    private final Output output;
    private final boolean json;

    MessagePrinter(Output output, boolean json) {
        this.output = output;
        this.json = json;
    }

    /** When it returns, the message is printed and flushed. */
    void print(String address, Message<?> message) throws ClientException {
        Object body = body(message.toAdvancedMessage());
        if (!json) {
            output.line(line(body));
            return;
        }
        Map<String, Object> fields = fields(message);
        output.object(generator -> {
            generator.writeStringField("address", address);
            for (Map.Entry<String, Object> field : fields.entrySet()) {
                generator.writeFieldName(field.getKey());
                write(generator, field.getValue());
            }
            writeBody(generator, body);
        });
    }

    private static Map<String, Object> fields(Message<?> message) throws ClientException {
        Map<String, Object> fields = new LinkedHashMap<>();
        putIfSet(fields, "messageId", message.messageId());
        putIfSet(fields, "correlationId", message.correlationId());
        putIfSet(fields, "to", message.to());
        putIfSet(fields, "subject", message.subject());
        putIfSet(fields, "replyTo", message.replyTo());
        putIfSet(fields, "groupId", message.groupId());
        putIfSet(fields, "contentType", message.contentType());
        fields.put("durable", message.durable());
        fields.put("priority", message.priority());
        fields.put("deliveryCount", message.deliveryCount());
        AdvancedMessage<?> all = message.toAdvancedMessage();
        if (all.header() != null && all.header().hasTimeToLive()) {
            fields.put("ttlMillis", message.timeToLive());
        }
        if (message.hasAnnotations()) {
            fields.put("annotations", all.annotations().getValue());
        }
        if (message.hasProperties()) {
            fields.put("properties", all.applicationProperties().getValue());
        }
        return fields;
    }

    private static void putIfSet(Map<String, Object> fields, String name, Object value) {
        if (value != null) {
            fields.put(name, value);
        }
    }

    /** Bytes for data sections, a value or list for the others, empty text for none. */
    private static Object body(AdvancedMessage<?> message) throws ClientException {
        List<Object> values = new ArrayList<>();
        for (Section<?> section : message.bodySections()) {
            values.add(section instanceof Data data ? data.getValue() : section.getValue());
        }
        return values.size() == 1 ? values.get(0) : values.isEmpty() ? "" : values;
    }

    /** A body for a person. */
    static String line(Object body) {
        return bytes(body)
                .map(bytes -> text(bytes).orElse("(" + bytes.length + " bytes that are not text)"))
                .orElseGet(() -> String.valueOf(body));
    }

    private static void writeBody(JsonGenerator generator, Object body) throws IOException {
        Optional<byte[]> bytes = bytes(body);
        if (bytes.isPresent() && text(bytes.get()).isEmpty()) {
            generator.writeStringField("bodyBase64", Base64.getEncoder().encodeToString(bytes.get()));
        } else {
            generator.writeFieldName("body");
            write(generator, body);
        }
    }

    static void write(JsonGenerator generator, Object value) throws IOException {
        Optional<byte[]> bytes = bytes(value);
        if (bytes.isPresent()) {
            generator.writeString(
                    text(bytes.get()).orElseGet(() -> Base64.getEncoder().encodeToString(bytes.get())));
        } else if (value instanceof Map<?, ?> map) {
            generator.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                generator.writeFieldName(String.valueOf(entry.getKey()));
                write(generator, entry.getValue());
            }
            generator.writeEndObject();
        } else if (value instanceof Iterable<?> list) {
            generator.writeStartArray();
            for (Object entry : list) {
                write(generator, entry);
            }
            generator.writeEndArray();
        } else if (value instanceof Boolean flag) {
            generator.writeBoolean(flag);
        } else if (value instanceof Number number) {
            generator.writeNumber(number.toString());
        } else if (value == null) {
            generator.writeNull();
        } else {
            generator.writeString(value instanceof Symbol symbol ? symbol.toString() : String.valueOf(value));
        }
    }

    private static Optional<byte[]> bytes(Object value) {
        if (value instanceof byte[] array) {
            return Optional.of(array);
        }
        return value instanceof Binary binary ? Optional.of(binary.asByteArray()) : Optional.empty();
    }

    private static Optional<String> text(byte[] bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }
}
