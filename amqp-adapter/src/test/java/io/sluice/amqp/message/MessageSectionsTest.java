package io.sluice.amqp.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;
import org.junit.jupiter.api.Test;

/** Values are found where proton-j put them, as far as a message can be read, and nowhere else. */
class MessageSectionsTest {
    private static final int ABSENT = MessageSections.ABSENT;

    @Provide
    Arbitrary<org.apache.qpid.proton.message.Message> messages() {
        return ProtonMessages.any();
    }

    @Property(tries = 400)
    void findsWhatProtonWrote(@ForAll("messages") org.apache.qpid.proton.message.Message sent) throws Exception {
        Message message = IncomingMessage.parse(ProtonMessages.encode(sent), 0);
        MessageSections sections = new MessageSections(message);

        // Backwards: sections before the one asked for first are found too.
        Map<String, Object> application = sent.getApplicationProperties() == null
                ? Map.of()
                : sent.getApplicationProperties().getValue();
        application.forEach((name, value) -> assertEquals(
                value, decode(message, sections.applicationProperty(name.getBytes(StandardCharsets.UTF_8)))));
        Map<Symbol, Object> annotations = sent.getMessageAnnotations() == null
                ? Map.of()
                : sent.getMessageAnnotations().getValue();
        annotations.forEach((key, value) -> assertEquals(
                value, decode(message, sections.annotation(key.toString().getBytes(StandardCharsets.US_ASCII)))));
        Properties properties = sent.getProperties() == null ? new Properties() : sent.getProperties();
        assertEquals(properties.getMessageId(), decode(message, sections.property(0)));
        assertEquals(properties.getTo(), decode(message, sections.property(2)));
        assertEquals(properties.getCorrelationId(), decode(message, sections.property(5)));
        assertEquals(properties.getAbsoluteExpiryTime(), decode(message, sections.property(8)));
        assertEquals(properties.getGroupId(), decode(message, sections.property(10)));
        assertEquals(ABSENT, sections.property(12));
        assertEquals(ABSENT, sections.property(13));
        assertEquals(ABSENT, sections.applicationProperty("no such name".getBytes(StandardCharsets.UTF_8)));
        assertEquals(ABSENT, sections.annotation("none".getBytes(StandardCharsets.US_ASCII)));
    }

    private static Object decode(Message message, int offset) {
        if (offset == ABSENT) {
            return null;
        }
        DecoderImpl decoder = new DecoderImpl();
        AMQPDefinedTypes.registerAllTypes(decoder, new EncoderImpl(decoder));
        byte[] encoded = message.encoded();
        decoder.setByteBuffer(ByteBuffer.wrap(encoded, offset, encoded.length - offset));
        return decoder.readObject();
    }

    /** What lies behind the section asked for may be anything. */
    @Test
    void whatIsBehindIsNotLookedAt() {
        String annotations = "005372c10602a3017854ff" + "ff".repeat(20);
        MessageSections sections = new MessageSections(raw(annotations));
        assertEquals(9, sections.annotation(new byte[] {'x'}));
        assertEquals(ABSENT, sections.property(0));
        assertEquals(ABSENT, sections.applicationProperty(new byte[] {'x'}));
        assertEquals(9, sections.annotation(new byte[] {'x'}));
        String application = "005374c10602a1017854ff" + "005377" + "ff".repeat(20);
        assertEquals(9, new MessageSections(raw(application)).applicationProperty(new byte[] {'x'}));
    }

    /** A body that says it is a section of properties inside is a body. */
    @Test
    void bodiesAreNotSearched() {
        MessageSections sections = new MessageSections(raw("005375a003005373" + "005373c00401a10178"));
        assertEquals(ABSENT, sections.property(0));
    }

    @Test
    void anotherFormatHasNoSections() {
        Message.Header header = new Message.Header(1, false, 4, Message.NONE, Message.NONE);
        byte[] bytes = HexFormat.of().parseHex("005374c10602a1017854ff");
        Message message = new Message(bytes, 0, header, Annotations.EMPTY);
        assertEquals(ABSENT, new MessageSections(message).applicationProperty(new byte[] {'x'}));
    }

    /** The map ends where it says, whatever its values claim. */
    @Test
    void valuesThatLeaveTheirMapAreAbsent() {
        MessageSections sections = new MessageSections(raw("005374c10602a1017881ff" + "00".repeat(20)));
        assertEquals(ABSENT, sections.applicationProperty(new byte[] {'x'}));
        assertEquals(
                ABSENT, new MessageSections(raw("005374c10402a10178" + "41")).applicationProperty(new byte[] {'x'}));
    }

    @Test
    void whatAMapMayCostHasALimit() throws MalformedMessageException {
        ByteArrayOutputStream entries = new ByteArrayOutputStream();
        for (int i = 0; i < MessageSections.MAX_ENTRIES; i++) {
            entries.writeBytes(new byte[] {(byte) 0xa1, 0, 0x41});
        }
        entries.writeBytes(new byte[] {(byte) 0xa1, 1, 'x', 0x41});
        int count = 2 * (MessageSections.MAX_ENTRIES + 1);
        ByteBuffer bytes = ByteBuffer.allocate(entries.size() + 12);
        bytes.put(new byte[] {0, 0x53, 0x74, (byte) 0xd1});
        bytes.putInt(entries.size() + 4).putInt(count).put(entries.toByteArray());
        MessageSections sections = new MessageSections(IncomingMessage.parse(bytes.array(), 0));
        assertEquals(ABSENT, sections.applicationProperty(new byte[] {'x'}));
        assertEquals(ABSENT, sections.applicationProperty(new byte[0]));
        MessageSections fresh = new MessageSections(IncomingMessage.parse(bytes.array(), 0));
        assertEquals(14, fresh.applicationProperty(new byte[0]));
    }

    @Property(tries = 1_000)
    void mutatedBytesAreReadOrAbsent(
            @ForAll("messages") org.apache.qpid.proton.message.Message sent, @ForAll("edits") int[] edits) {
        byte[] encoded = ProtonMessages.encode(sent);
        for (int i = 0; i + 1 < edits.length && encoded.length > 0; i += 2) {
            encoded[Math.floorMod(edits[i], Math.min(encoded.length, 300))] = (byte) edits[i + 1];
        }
        Message message = new Message(encoded, 0, Message.Header.DEFAULT, Annotations.EMPTY);
        byte[] before = encoded.clone();
        MessageSections sections = new MessageSections(message);
        for (int field = 0; field < 14; field++) {
            readable(encoded, sections.property(field));
        }
        readable(encoded, sections.applicationProperty(new byte[] {'a'}));
        readable(encoded, sections.applicationProperty(new byte[0]));
        readable(encoded, sections.annotation(new byte[] {'a'}));
        assertArrayEquals(before, encoded);
    }

    @Provide
    Arbitrary<int[]> edits() {
        return Arbitraries.integers().array(int[].class).ofMinSize(2).ofMaxSize(12);
    }

    private static void readable(byte[] encoded, int offset) {
        assertTrue(offset == ABSENT || offset >= 0 && offset < encoded.length, () -> Arrays.toString(encoded));
    }

    private static Message raw(String hex) {
        return new Message(HexFormat.of().parseHex(hex), 0, Message.Header.DEFAULT, Annotations.EMPTY);
    }
}
