package io.sluice.amqp.message;

import io.sluice.broker.Annotations;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;

/** {@link Annotations} to and from their AMQP encoding (AMQP 1.0 §3.2.10). Any thread. */
public final class AnnotationCodec {
    private static final int MAX_NARROW = 255;

    private AnnotationCodec() {}

    /**
     * What a consumer put into {@code modified} (§3.4.5). Keys other than symbols are dropped: AMQP reserves them.
     *
     * @param annotations as proton-j decoded them; null is none
     */
    public static Annotations from(Map<?, ?> annotations) {
        if (annotations == null || annotations.isEmpty()) {
            return Annotations.EMPTY;
        }
        Map<String, Annotations.Value> values = new LinkedHashMap<>();
        annotations.forEach((key, value) -> {
            if (key instanceof Symbol) {
                values.put(key.toString(), value(value));
            }
        });
        return Annotations.of(values);
    }

    /** Any value that proton-j decoded. */
    public static Annotations.Value value(Object value) {
        if (value instanceof String) {
            return new Annotations.Text((String) value);
        }
        if (value instanceof Long) {
            return new Annotations.Number((Long) value);
        }
        if (value instanceof Date) {
            return new Annotations.Timestamp(((Date) value).getTime());
        }
        return new Annotations.Encoded(encode(value));
    }

    /** Any value that proton-j knows. */
    static byte[] encode(Object value) {
        DecoderImpl decoder = new DecoderImpl();
        EncoderImpl encoder = new EncoderImpl(decoder);
        AMQPDefinedTypes.registerAllTypes(decoder, encoder);
        // The encoder cannot tell a size beforehand: its measuring buffer miscounts nested compounds.
        for (int size = 256; ; size *= 2) {
            try {
                ByteBuffer buffer = ByteBuffer.allocate(size);
                encoder.setByteBuffer(buffer);
                encoder.writeObject(value);
                return Arrays.copyOf(buffer.array(), buffer.position());
            } catch (BufferOverflowException e) {
                continue;
            }
        }
    }

    /**
     * A message-annotations section with what is in the message and what was added, which wins.
     *
     * @param existing before the message-annotations section of a message, or before the section behind where it would be
     * @return the section; the cursor is then behind the old one
     */
    static byte[] mergedSection(EncodedCursor existing, Annotations added) throws MalformedMessageException {
        Encoded entries = new Encoded();
        int count = keepOthers(existing, added, entries);
        count += writeEntries(entries, added);
        Encoded section = new Encoded();
        section.writeByte(EncodedCursor.DESCRIBED).writeByte(0x53).writeByte(Section.MESSAGE_ANNOTATIONS);
        writeCompound(section, 0xd1, count, entries);
        return section.bytes();
    }

    /** @return how many keys and values */
    private static int writeEntries(Encoded target, Annotations annotations) {
        for (Map.Entry<String, Annotations.Value> entry : annotations.values().entrySet()) {
            writeSized(target, 0xa3, entry.getKey().getBytes(StandardCharsets.US_ASCII));
            write(target, entry.getValue());
        }
        return annotations.values().size() * 2;
    }

    static void writeCompound(Encoded target, int constructor, int count, Encoded elements) {
        target.writeByte(constructor).writeInt(elements.size() + Integer.BYTES).writeInt(count);
        elements.copyTo(target);
    }

    /** Copies the entries whose keys are not in {@code added}, as they are encoded. @return how many keys and values */
    private static int keepOthers(EncodedCursor cursor, Annotations added, Encoded target)
            throws MalformedMessageException {
        if (cursor.atEnd()) {
            return 0;
        }
        int start = cursor.at();
        if (cursor.enterSection() != Section.MESSAGE_ANNOTATIONS) {
            cursor.backTo(start);
            return 0;
        }
        cursor.enterMap();
        int kept = 0;
        for (int left = cursor.elements(); left > 0; left -= 2) {
            int entry = cursor.at();
            String key = cursor.symbol();
            cursor.skip();
            if (key == null || !added.values().containsKey(key)) {
                target.write(cursor.bytes(), entry, cursor.at() - entry);
                kept += 2;
            }
        }
        return kept;
    }

    private static void write(Encoded target, Annotations.Value value) {
        if (value instanceof Annotations.Text) {
            writeSized(target, 0xa1, ((Annotations.Text) value).value().getBytes(StandardCharsets.UTF_8));
        } else if (value instanceof Annotations.Number) {
            target.writeByte(0x81).writeLong(((Annotations.Number) value).value());
        } else if (value instanceof Annotations.Timestamp) {
            target.writeByte(0x83).writeLong(((Annotations.Timestamp) value).epochMillis());
        } else if (value instanceof Annotations.Maps) {
            writeMaps(target, ((Annotations.Maps) value).maps());
        } else {
            byte[] encoded = ((Annotations.Encoded) value).bytes();
            target.write(encoded, 0, encoded.length);
        }
    }

    private static void writeMaps(Encoded target, List<Annotations> maps) {
        Encoded elements = new Encoded();
        for (Annotations map : maps) {
            Encoded entries = new Encoded();
            int count = writeEntries(entries, map);
            writeCompound(elements, 0xd1, count, entries);
        }
        writeCompound(target, 0xd0, maps.size(), elements);
    }

    /** The wide constructor of a variable-width type is its narrow one plus 0x10 (§1.6). */
    static void writeSized(Encoded target, int narrow, byte[] content) {
        if (content.length <= MAX_NARROW) {
            target.writeByte(narrow).writeByte(content.length);
        } else {
            target.writeByte(narrow + 0x10).writeInt(content.length);
        }
        target.write(content, 0, content.length);
    }
}
