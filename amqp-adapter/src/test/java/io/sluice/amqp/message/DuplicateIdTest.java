package io.sluice.amqp.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Message;
import java.util.Date;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The text by which a message is known when it is sent again. */
class DuplicateIdTest {
    private static String ofMessageId(Object id) throws MalformedMessageException {
        org.apache.qpid.proton.message.Message sent = org.apache.qpid.proton.message.Message.Factory.create();
        sent.setMessageId(id);
        return DuplicateId.of(parsed(sent), "");
    }

    private static Message parsed(org.apache.qpid.proton.message.Message sent) throws MalformedMessageException {
        return IncomingMessage.parse(ProtonMessages.encode(sent), 0);
    }

    private static Message withProperties(Map<String, Object> properties) throws MalformedMessageException {
        org.apache.qpid.proton.message.Message sent = org.apache.qpid.proton.message.Message.Factory.create();
        sent.setMessageId("not this");
        sent.setApplicationProperties(new ApplicationProperties(properties));
        return parsed(sent);
    }

    @Test
    void theFourTypesOfMessageIdsAreFourIds() throws MalformedMessageException {
        UUID uuid = new UUID(1, 2);
        assertEquals("string:1", ofMessageId("1"));
        assertEquals("ulong:1", ofMessageId(UnsignedLong.valueOf(1)));
        assertEquals("ulong:18446744073709551615", ofMessageId(UnsignedLong.valueOf(-1)));
        assertEquals("uuid:00000000-0000-0001-0000-000000000002", ofMessageId(uuid));
        assertEquals("string:00000000-0000-0001-0000-000000000002", ofMessageId(uuid.toString()));
        assertEquals("binary:31ff", ofMessageId(new Binary(new byte[] {0x31, -1})));
    }

    @ParameterizedTest
    @CsvSource({
        "44, ulong:0",
        "5300, ulong:0",
        "800000000000000000, ulong:0",
        "5307, ulong:7",
        "800000000000000007, ulong:7",
        "a10161, string:a",
        "b10000000161, string:a",
        "a00161, binary:61",
        "b00000000161, binary:61"
    })
    void everyEncodingOfAnIdIsTheSameId(String hex, String id) throws MalformedMessageException {
        String size = HexFormat.of().toHexDigits((byte) (hex.length() / 2 + 1));
        byte[] encoded = HexFormat.of().parseHex("005373c0" + size + "01" + hex + "005377a10161");

        assertEquals(id, DuplicateId.of(IncomingMessage.parse(encoded, 0), ""));
    }

    @Test
    void aMessageWithoutAnIdHasNone() throws MalformedMessageException {
        assertEquals("", ofMessageId(null));
        assertEquals("", DuplicateId.of(IncomingMessage.parse(HexFormat.of().parseHex("005377a10161"), 0), ""));
        assertEquals("", DuplicateId.of(IncomingMessage.parse(HexFormat.of().parseHex("005377a10161"), 0), "p"));
        assertEquals("", DuplicateId.of(IncomingMessage.parse(new byte[] {1, 2}, 7), ""), "of another format");
        assertEquals("", DuplicateId.of(IncomingMessage.parse(new byte[] {1, 2}, 7), "p"), "of another format");
    }

    @Test
    void anApplicationPropertyOfAnyScalarTypeIsAnId() throws MalformedMessageException {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("string", "1");
        properties.put("symbol", Symbol.valueOf("1"));
        properties.put("int", 1);
        properties.put("long", 1L);
        properties.put("short", (short) 1);
        properties.put("byte", (byte) 1);
        properties.put("ubyte", UnsignedByte.valueOf((byte) -1));
        properties.put("ushort", UnsignedShort.valueOf((short) -1));
        properties.put("uint", UnsignedInteger.valueOf(-1));
        properties.put("ulong", UnsignedLong.valueOf(1));
        properties.put("boolean", true);
        properties.put("float", 1f);
        properties.put("double", 1d);
        properties.put("char", 'x');
        properties.put("timestamp", new Date(1));
        properties.put("uuid", new UUID(0, 1));
        properties.put("binary", new Binary(new byte[] {1}));
        Message message = withProperties(properties);
        Set<String> ids = new HashSet<>();
        for (String name : properties.keySet()) {
            String id = DuplicateId.of(message, name);
            assertTrue(ids.add(id) && !id.isEmpty(), name + " is " + id);
        }
        assertTrue(
                ids.containsAll(
                        List.of("int:1", "long:1", "ubyte:255", "ushort:65535", "uint:4294967295", "boolean:true")),
                ids::toString);
        assertEquals("", DuplicateId.of(message, "strin"));
        assertEquals("", DuplicateId.of(message, "strings"));
    }

    @Test
    void nullsAndCompoundsAreNoIds() throws MalformedMessageException {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("null", null);
        properties.put("list", List.of(1));
        properties.put("map", Map.of("a", 1));
        Message message = withProperties(properties);

        properties.keySet().forEach(name -> assertEquals("", DuplicateId.of(message, name)));
    }

    @Test
    void aLongIdIsShortenedAndStaysItself() throws MalformedMessageException {
        String id = "x".repeat(10_000);
        String text = ofMessageId(id);

        assertEquals(text, ofMessageId("x".repeat(10_000)));
        assertTrue(text.length() < 100, text);
        assertNotEquals(text, ofMessageId(id + "x"));
        assertNotEquals(text, ofMessageId(text));
        assertNotEquals(text, ofMessageId(text.substring("string".length())));
    }

    @Provide
    Arbitrary<org.apache.qpid.proton.message.Message> messages() {
        return ProtonMessages.any();
    }

    @Property(tries = 300)
    void anyMessageHasTheIdOfItsMessageId(@ForAll("messages") org.apache.qpid.proton.message.Message sent)
            throws MalformedMessageException {
        Message message = parsed(sent);

        assertEquals(sent.getMessageId() == null, DuplicateId.of(message, "").isEmpty());
    }

    @Property(tries = 2_000)
    void whateverIsInAMessageItIsReadOrHasNoId(
            @ForAll("messages") org.apache.qpid.proton.message.Message sent, @ForAll("edits") int[] edits) {
        byte[] encoded = ProtonMessages.encode(sent);
        for (int i = 0; i + 1 < edits.length && encoded.length > 0; i += 2) {
            encoded[Math.floorMod(edits[i], Math.min(encoded.length, 200))] = (byte) edits[i + 1];
        }
        Message message;
        try {
            message = IncomingMessage.parse(encoded, 0);
        } catch (MalformedMessageException e) {
            return;
        }
        assertTrue(DuplicateId.of(message, "").length() < 110);
        assertTrue(DuplicateId.of(message, "a").length() < 110);
    }

    @Provide
    Arbitrary<int[]> edits() {
        return Arbitraries.integers().array(int[].class).ofMinSize(2).ofMaxSize(12);
    }
}
