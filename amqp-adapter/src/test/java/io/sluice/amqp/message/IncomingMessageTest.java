package io.sluice.amqp.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.MessageGroup;
import io.sluice.broker.Schedule;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** AMQP 1.0 §3.2: reading a message without decoding it. */
class IncomingMessageTest {
    private static final String BODY = "005377a10161";

    @Provide
    Arbitrary<org.apache.qpid.proton.message.Message> messages() {
        return ProtonMessages.any();
    }

    @Property(tries = 400)
    void readsWhatProtonWrote(@ForAll("messages") org.apache.qpid.proton.message.Message sent)
            throws MalformedMessageException {
        byte[] encoded = ProtonMessages.encode(sent);

        Message message = IncomingMessage.parse(encoded, 0);

        assertSame(encoded, message.encoded());
        assertHeader(sent.getHeader(), message);
        Properties properties = sent.getProperties();
        boolean expires = properties != null && properties.getAbsoluteExpiryTime() != null;
        long expiry = expires ? Math.max(0, properties.getAbsoluteExpiryTime().getTime()) : Message.NONE;
        assertEquals(expiry, message.absoluteExpiryMillis());
        if (properties == null
                || properties.getGroupId() == null
                || properties.getGroupId().length() <= 255) {
            assertEquals(group(properties), message.group());
        }
        byte[] rest = Arrays.copyOfRange(encoded, message.annotatedOffset(), encoded.length);
        assertArrayEquals(ProtonMessages.encodeWithoutHops(sent), rest);
        assertTrue(message.added().isEmpty());
    }

    private static MessageGroup group(Properties properties) {
        String id = properties == null ? null : properties.getGroupId();
        if (id == null || id.isEmpty()) {
            return MessageGroup.NONE;
        }
        UnsignedInteger sequence = properties.getGroupSequence();
        return new MessageGroup(id, sequence == null ? 0 : sequence.intValue());
    }

    @Test
    void aLongGroupIdIsReplacedByItsDigestAndOneOfAnotherTypeIsNone() throws MalformedMessageException {
        Properties properties = new Properties();
        properties.setGroupId("é".repeat(256));
        properties.setGroupSequence(UnsignedInteger.valueOf(0xffff_ffffL));
        org.apache.qpid.proton.message.Message sent = org.apache.qpid.proton.message.Message.Factory.create();
        sent.setProperties(properties);
        MessageGroup group =
                IncomingMessage.parse(ProtonMessages.encode(sent), 0).group();
        assertEquals("sha-256:".length() + 64, group.id().length());
        assertEquals(-1, group.sequence());
        assertTrue(group.closes());

        // A list of twelve: ten nulls, a symbol in place of the group-id, a group-sequence.
        byte[] symbol = HexFormat.of().parseHex("005373c0100c40404040404040404040a30161" + "5205" + BODY);
        assertSame(MessageGroup.NONE, IncomingMessage.parse(symbol, 0).group());
    }

    private static void assertHeader(Header header, Message message) {
        Header sent = header == null ? new Header() : header;
        assertEquals(Boolean.TRUE.equals(sent.getDurable()), message.durable());
        assertEquals(sent.getPriority() == null ? 4 : sent.getPriority().intValue(), message.priority());
        assertEquals(sent.getTtl() == null ? Message.NONE : sent.getTtl().longValue(), message.ttlMillis());
    }

    @Property(tries = 400)
    void readsFieldsOfProperties(@ForAll("messages") org.apache.qpid.proton.message.Message sent)
            throws MalformedMessageException {
        Message message = IncomingMessage.parse(ProtonMessages.encode(sent), 0);

        assertEquals(sent.getMessageId(), MessageFields.messageId(message).orElse(null));
        assertEquals(
                sent.getCorrelationId(), MessageFields.correlationId(message).orElse(null));
        assertEquals(sent.getAddress(), MessageFields.to(message).orElse(null));
        assertEquals(sent.getReplyTo(), MessageFields.replyTo(message).orElse(null));
    }

    /** A message cut off anywhere is refused, except where what is left is one itself: between two sections. */
    @Property(tries = 60)
    void refusesEveryTruncationInsideASection(@ForAll("messages") org.apache.qpid.proton.message.Message sent) {
        byte[] encoded = ProtonMessages.encode(sent);
        Set<Integer> boundaries = ProtonMessages.boundaries(encoded);
        for (int length = 1; length < Math.min(encoded.length, 2_000); length++) {
            byte[] cut = Arrays.copyOf(encoded, length);
            if (boundaries.contains(length)) {
                assertDoesNotThrow(() -> IncomingMessage.parse(cut, 0));
            } else {
                assertThrows(MalformedMessageException.class, () -> IncomingMessage.parse(cut, 0));
            }
        }
    }

    @Property(tries = 2_000)
    void mutatedBytesAreReadOrRefused(
            @ForAll("messages") org.apache.qpid.proton.message.Message sent, @ForAll("edits") int[] edits) {
        byte[] encoded = ProtonMessages.encode(sent);
        for (int i = 0; i + 1 < edits.length && encoded.length > 0; i += 2) {
            encoded[Math.floorMod(edits[i], Math.min(encoded.length, 200))] = (byte) edits[i + 1];
        }
        readOrRefuse(encoded);
    }

    @Provide
    Arbitrary<int[]> edits() {
        return Arbitraries.integers().array(int[].class).ofMinSize(2).ofMaxSize(12);
    }

    @Property(tries = 2_000)
    void randomBytesAreReadOrRefused(@ForAll byte[] bytes, @ForAll @IntRange(min = 0x70, max = 0x78) int section) {
        readOrRefuse(bytes);
        byte[] behindDescriptor = new byte[bytes.length + 3];
        System.arraycopy(bytes, 0, behindDescriptor, 3, bytes.length);
        behindDescriptor[1] = 0x53;
        behindDescriptor[2] = (byte) section;
        readOrRefuse(behindDescriptor);
    }

    /** What is read can also be sent and asked for its fields. */
    private static void readOrRefuse(byte[] encoded) {
        Message message;
        try {
            message = IncomingMessage.parse(encoded, 0);
        } catch (MalformedMessageException e) {
            assertTrue(e.getMessage().contains(" at offset "), e.getMessage());
            return;
        }
        MessageFields.messageId(message);
        MessageFields.correlationId(message);
        MessageFields.to(message);
        Annotations more = Annotations.of(Map.of("x", new Annotations.Number(1)));
        OutgoingMessage.encode(message.annotated(more), Message.NONE, true, 0);
    }

    @ParameterizedTest
    @CsvSource({
        "header list0,            00537045,                           false, 4, -1",
        "durable only,            005370c0020141,                     true,  4, -1",
        "durable as byte,         005370c003015601,                   true,  4, -1",
        "header list32,           005370d0000000050000000141,         true,  4, -1",
        "ulong descriptor,        00800000000000000070c0020141,       true,  4, -1",
        "symbolic descriptor,     00a310616d71703a6865616465723a6c697374c0020141, true, 4, -1",
        "long symbol,             00b300000010616d71703a6865616465723a6c697374c0020141, true, 4, -1",
        "ttl uint0,               005370c00403404043,                 false, 4, 0",
        "ttl smalluint,           005370c00503404052ff,               false, 4, 255",
        "ttl largest,             005370c00803404070ffffffff,         false, 4, 4294967295",
        "priority above 9,        005370c004024050c8,                 false, 9, -1",
        "priority null,           005370c003024140,                   true,  4, -1",
        "every field,             005370c00c05415009700001000041 5203,  true,  9, 65536"
    })
    void everyEncodingOfAHeader(String what, String hex, boolean durable, int priority, long ttl)
            throws MalformedMessageException {
        Message message = IncomingMessage.parse(bytes(hex + BODY), 0);
        assertEquals(durable, message.durable(), what);
        assertEquals(priority, message.priority(), what);
        assertEquals(ttl, message.ttlMillis(), what);
        assertEquals(bytes(hex).length, message.annotatedOffset(), what);
    }

    @ParameterizedTest
    @CsvSource({
        "time as long,               time,    810000018bcfe56800,    1700000000000, -1",
        "time as timestamp,          time,    830000018bcfe56800,    1700000000000, -1",
        "time as ulong,              time,    800000018bcfe56800,    1700000000000, -1",
        "time beyond a long,         time,    80ffffffffffffffff,    9223372036854775807, -1",
        "time before 1970,           time,    81ffffffffffffffff,    0,             -1",
        "time null,                  time,    40,                    -1,            -1",
        "enqueue time,               enqueue, 830000018bcfe56800,    1700000000000, -1",
        "delay as long,              delay,   8100000000000003e8,    -1,            1000",
        "delay as smalllong,         delay,   550a,                  -1,            10",
        "delay below zero,           delay,   55ff,                  -1,            0",
        "delay as ulong0,            delay,   44,                    -1,            0",
        "delay as smallulong,        delay,   53ff,                  -1,            255",
        "delay as uint,              delay,   70ffffffff,            -1,            4294967295",
        "delay as int,               delay,   7100000005,            -1,            5",
        "delay as int below zero,    delay,   71ffffffff,            -1,            0",
        "delay as smallint,          delay,   5405,                  -1,            5",
        "delay as ushort,            delay,   60ffff,                -1,            65535",
        "delay as short,             delay,   61ffff,                -1,            0",
        "delay as ubyte,             delay,   50ff,                  -1,            255",
        "delay as byte,              delay,   5107,                  -1,            7",
        "another annotation,         timex,   a10161,                -1,            -1"
    })
    void everyEncodingOfATimeOfDelivery(String what, String name, String value, long at, long delay)
            throws MalformedMessageException {
        Message message = IncomingMessage.parse(annotated(2, symbol(name) + value), 0);

        assertEquals(new Schedule(at, delay), message.schedule(), what);
    }

    @Test
    void theTimeOfDeliveryCountsBeforeTheTimeOfEnqueuing() throws MalformedMessageException {
        byte[] encoded = annotated(
                8, symbol("enqueue") + "5505" + symbol("delay") + "5506" + symbol("time") + "5507" + "a3016155ff");

        assertEquals(new Schedule(7, 6), IncomingMessage.parse(encoded, 0).schedule());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a10161", "72000000ff", "82000000000000ffff", "41", "45", "0053005505"})
    void aTimeOfDeliveryThatIsNoIntegerIsRefused(String value) {
        for (String name : new String[] {"time", "enqueue", "delay"}) {
            byte[] encoded = annotated(2, symbol(name) + value);
            MalformedMessageException e =
                    assertThrows(MalformedMessageException.class, () -> IncomingMessage.parse(encoded, 0));
            assertTrue(e.getMessage().contains("x-opt-"), e.getMessage());
        }
    }

    private static String symbol(String name) {
        String full = switch (name) {
            case "enqueue" -> "x-opt-scheduled-enqueue-time";
            default -> "x-opt-delivery-" + name;
        };
        HexFormat hex = HexFormat.of();
        return "a3" + hex.toHexDigits((byte) full.length()) + hex.formatHex(full.getBytes(StandardCharsets.US_ASCII));
    }

    /** @param entries so many keys and values, as hex */
    private static byte[] annotated(int values, String entries) {
        HexFormat hex = HexFormat.of();
        String size = hex.toHexDigits((byte) (entries.length() / 2 + 1));
        return bytes("005372c1" + size + hex.toHexDigits((byte) values) + entries + BODY);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "00               | message at offset 0: the message ends here, at 1 bytes",
                "61               | message at offset 0: no section begins here",
                "005379a10161     | message at offset 0: no section begins here",
                "00536f45         | message at offset 0: no section begins here",
                "00537100         | delivery-annotations section at offset 0: 0x0 at offset 3 where a map is due",
                "005375a105ab     | data section at offset 0: 0xa1 at offset 3 where binary is due",
                "005375a005ab     | data section at offset 0: a value at offset 3 goes on for 4 bytes behind the end of the message",
                "005377b0ffffffff | amqp-value section at offset 0: a value at offset 3 goes on for 4294967295 bytes behind the end of the message",
                "0053774000537740 | amqp-value section at offset 4: cannot stand behind the amqp-value section",
                "0053774000537045 | header section at offset 4: cannot stand behind the amqp-value section",
                "0053704500537045 | header section at offset 4: cannot stand behind the header section",
                // As one client writes a message with a footer: its place is the tail (§3.2).
                "005378c1010000537740 | amqp-value section at offset 6: cannot stand behind the footer section",
                "00537345005372c10100 | message-annotations section at offset 4: cannot stand behind the properties section",
                "005375a00000537740 | amqp-value section at offset 5: cannot stand behind the data section",
                "005370c003014241 | header section at offset 0: its values end at offset 7, the size it announces at 8",
                "005370c00706404040404040 | header section at offset 0: has 6 fields, 5 are defined",
                "005370c00201a0   | header section at offset 0: 0xa0 at offset 6 where boolean is due",
                "005370c003015602 | header section at offset 0: 0x56 at offset 6 where boolean is due",
                "005372c1020140   | message-annotations section at offset 0: a map of 1 keys and values",
                "005372d100000004ffffffff | message-annotations section at offset 0: a map at offset 3 announces 4294967295 values in 0 bytes",
                "005372c100       | message-annotations section at offset 0: a map at offset 3 has no room for its count",
                "00537710         | amqp-value section at offset 0: byte 0x10 at offset 3 begins no value",
                "0053770000000000 | amqp-value section at offset 0: the message ends here, at 8 bytes",
                "005373c00b0940404040404040405501 | properties section at offset 0: 0x55 at offset 14 where timestamp is due"
            })
    void refusalsNameSectionAndOffset(String hex, String text) {
        MalformedMessageException e =
                assertThrows(MalformedMessageException.class, () -> IncomingMessage.parse(bytes(hex), 0));
        assertEquals(text, e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "005375a001aa005375b000000001bb", "00537645005376c0020141", "00537345"})
    void bodiesMayRepeatOrBeMissing(String hex) {
        assertDoesNotThrow(() -> IncomingMessage.parse(bytes(hex), 0));
    }

    @Test
    void anotherFormatIsNotLookedInto() throws MalformedMessageException {
        byte[] encoded = {1, 2, 3};
        Message message = IncomingMessage.parse(encoded, 0x80013700);
        assertSame(encoded, message.encoded());
        assertEquals(0, message.annotatedOffset());
        assertEquals(0x80013700, message.messageFormat());
        assertTrue(MessageFields.to(message).isEmpty());
    }

    /** A hundred thousand nested descriptors are walked, not recursed into. */
    @Test
    void nestedDescriptorsDoNotOverflowTheStack() {
        int depth = 100_000;
        byte[] encoded = new byte[3 + depth + depth + 1];
        encoded[1] = 0x53;
        encoded[2] = 0x77;
        assertThrows(MalformedMessageException.class, () -> IncomingMessage.parse(encoded.clone(), 0));
        Arrays.fill(encoded, 3 + depth, encoded.length, (byte) 0x40);
        assertDoesNotThrow(() -> IncomingMessage.parse(encoded, 0));
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }
}
