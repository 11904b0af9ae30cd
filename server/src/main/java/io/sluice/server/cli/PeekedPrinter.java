package io.sluice.server.cli;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.qpid.protonj2.buffer.ProtonBuffer;
import org.apache.qpid.protonj2.buffer.ProtonBufferAllocator;
import org.apache.qpid.protonj2.codec.CodecFactory;
import org.apache.qpid.protonj2.codec.DecodeException;
import org.apache.qpid.protonj2.codec.Decoder;
import org.apache.qpid.protonj2.codec.DecoderState;
import org.apache.qpid.protonj2.types.Binary;
import org.apache.qpid.protonj2.types.messaging.AmqpSequence;
import org.apache.qpid.protonj2.types.messaging.AmqpValue;
import org.apache.qpid.protonj2.types.messaging.ApplicationProperties;
import org.apache.qpid.protonj2.types.messaging.Data;
import org.apache.qpid.protonj2.types.messaging.MessageAnnotations;
import org.apache.qpid.protonj2.types.messaging.Properties;

/** A message as PEEK gives it: what the broker knows of it, and the sections that were sent. */
final class PeekedPrinter {
    private static final int MAX_BODY_CHARACTERS = 200;

    private final Map<String, Object> answer;
    private final Map<String, Object> sections = new LinkedHashMap<>();

    PeekedPrinter(Map<String, Object> answer) {
        this.answer = answer;
        if (answer.get("message") instanceof Binary encoded) {
            try {
                decode(encoded.asByteArray());
            } catch (DecodeException e) {
                sections.put("undecodable", String.valueOf(e.getMessage()));
            }
        }
    }

    private void decode(byte[] encoded) {
        ProtonBuffer buffer = ProtonBufferAllocator.defaultAllocator().copy(encoded);
        Decoder decoder = CodecFactory.getDefaultDecoder();
        DecoderState state = decoder.newDecoderState();
        while (buffer.isReadable()) {
            Object section = decoder.readObject(buffer, state);
            if (section instanceof MessageAnnotations annotations) {
                sections.put("messageAnnotations", annotations.getValue());
            } else if (section instanceof Properties properties) {
                putProperties(properties);
            } else if (section instanceof ApplicationProperties properties) {
                sections.put("properties", properties.getValue());
            } else if (section instanceof AmqpValue<?> value) {
                sections.put("body", value.getValue());
            } else if (section instanceof AmqpSequence<?> sequence) {
                sections.put("body", sequence.getValue());
            } else if (section instanceof Data data) {
                sections.put("body", data.getBinary());
            }
        }
    }

    private void putProperties(Properties properties) {
        put("messageId", properties.getMessageId());
        put("correlationId", properties.getCorrelationId());
        put("to", properties.getTo());
        put("subject", properties.getSubject());
        put("replyTo", properties.getReplyTo());
        put("groupId", properties.getGroupId());
        put("contentType", properties.getContentType());
    }

    private void put(String name, Object value) {
        if (value != null) {
            sections.put(name, value);
        }
    }

    /** All of it, for JSON. */
    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>(answer);
        fields.remove("message");
        fields.putAll(sections);
        return fields;
    }

    /** Number, state and body, for a person. */
    String line() {
        StringBuilder line = new StringBuilder();
        line.append(answer.get("sequence")).append("  ").append(answer.get("state"));
        if (answer.get("deliverAtMillis") instanceof Number at) {
            line.append(" for ").append(Instant.ofEpochMilli(at.longValue()));
        }
        if (answer.get("deliveryCount") instanceof Number failed && failed.longValue() > 0) {
            line.append(" failed ").append(failed).append(" times");
        }
        line.append("  ");
        if (Boolean.TRUE.equals(answer.get("large"))) {
            return line.append('(')
                    .append(answer.get("bytes"))
                    .append(" bytes)")
                    .toString();
        }
        String body = MessagePrinter.line(sections.getOrDefault("body", ""));
        return line.append(body.length() > MAX_BODY_CHARACTERS ? body.substring(0, MAX_BODY_CHARACTERS) + "…" : body)
                .toString();
    }
}
