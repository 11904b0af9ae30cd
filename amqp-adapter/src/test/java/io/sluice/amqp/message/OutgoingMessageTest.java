package io.sluice.amqp.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import java.util.Arrays;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.junit.jupiter.api.Test;

/** AMQP 1.0 §3.2: what a consumer gets is a fresh header and the producer's own bytes. */
class OutgoingMessageTest {
    @Provide
    Arbitrary<org.apache.qpid.proton.message.Message> messages() {
        return ProtonMessages.any();
    }

    @Provide
    Arbitrary<Map<Symbol, Object>> annotations() {
        return ProtonMessages.annotations();
    }

    @Provide
    Arbitrary<Integer> counts() {
        return Arbitraries.of(0, 1, 2, 255, 256, Integer.MAX_VALUE);
    }

    @Property(tries = 400)
    void bareMessageIsByteForByteTheProducers(
            @ForAll("messages") org.apache.qpid.proton.message.Message sent,
            @ForAll boolean firstAcquirer,
            @ForAll("counts") int deliveryCount)
            throws MalformedMessageException {
        Message message = IncomingMessage.parse(ProtonMessages.encode(sent), 0);

        byte[] received = bytes(OutgoingMessage.encode(message, message.ttlMillis(), firstAcquirer, deliveryCount));

        byte[] bare = ProtonMessages.encodeWithoutHops(sent);
        assertArrayEquals(bare, Arrays.copyOfRange(received, received.length - bare.length, received.length));
        org.apache.qpid.proton.message.Message decoded = ProtonMessages.decode(received);
        assertNull(decoded.getDeliveryAnnotations());
        Header header = decoded.getHeader() == null ? new Header() : decoded.getHeader();
        assertEquals(message.durable(), Boolean.TRUE.equals(header.getDurable()));
        assertEquals(
                message.priority(),
                header.getPriority() == null ? 4 : header.getPriority().intValue());
        assertEquals(
                message.ttlMillis(),
                header.getTtl() == null ? Message.NONE : header.getTtl().longValue());
        assertEquals(firstAcquirer, Boolean.TRUE.equals(header.getFirstAcquirer()));
        assertEquals(
                deliveryCount,
                header.getDeliveryCount() == null
                        ? 0
                        : header.getDeliveryCount().intValue());
    }

    @Property(tries = 400)
    void addedAnnotationsWinOverTheProducers(
            @ForAll("messages") org.apache.qpid.proton.message.Message sent,
            @ForAll("annotations") Map<Symbol, Object> added)
            throws MalformedMessageException {
        Message message = IncomingMessage.parse(ProtonMessages.encode(sent), 0).annotated(AnnotationCodec.from(added));

        org.apache.qpid.proton.message.Message received =
                ProtonMessages.decode(bytes(OutgoingMessage.encode(message, Message.NONE, true, 0)));

        MessageAnnotations own = sent.getMessageAnnotations();
        Map<Symbol, Object> expected = new LinkedHashMap<>(own == null ? Map.of() : own.getValue());
        expected.putAll(added);
        MessageAnnotations got = received.getMessageAnnotations();
        assertEquals(expected, got == null ? Map.of() : got.getValue());
        sent.setMessageAnnotations(null);
        received.setMessageAnnotations(null);
        assertArrayEquals(ProtonMessages.encodeWithoutHops(sent), ProtonMessages.encodeWithoutHops(received));
    }

    @Test
    void aMessageThatNeedsNothingIsItsOwnArray() throws MalformedMessageException {
        byte[] encoded = HexFormat.of().parseHex("005377a10161");
        ReadableBuffer buffer = OutgoingMessage.encode(IncomingMessage.parse(encoded, 0), Message.NONE, false, 0);
        assertTrue(buffer.hasArray());
        assertSame(encoded, buffer.array());
        assertEquals(encoded.length, buffer.remaining());
    }

    @Test
    void aHeaderThatIsRightStays() throws MalformedMessageException {
        byte[] encoded = HexFormat.of().parseHex("005370c0020141" + "005377a10161");
        ReadableBuffer buffer = OutgoingMessage.encode(IncomingMessage.parse(encoded, 0), Message.NONE, false, 0);
        assertTrue(buffer.hasArray());
        assertEquals(encoded.length, buffer.remaining());
    }

    @Test
    void aHeaderThatMayNotStayGoes() throws MalformedMessageException {
        byte[] encoded = HexFormat.of().parseHex("005370c00503404052ff" + "005377a10161");
        Message expiring = IncomingMessage.parse(encoded, 0);
        Message deadLetter = expiring.with(Message.Header.DEFAULT);
        ReadableBuffer buffer = OutgoingMessage.encode(deadLetter, Message.NONE, false, 0);
        assertEquals("005377a10161", HexFormat.of().formatHex(bytes(buffer)));
    }

    @Test
    void anotherFormatIsReturnedUnchanged() throws MalformedMessageException {
        byte[] encoded = {1, 2, 3};
        Message message = IncomingMessage.parse(encoded, 7);
        assertArrayEquals(encoded, bytes(OutgoingMessage.encode(message, Message.NONE, true, 3)));
        assertFalse(message.durable());
    }

    @Test
    void whatIsLeftOfTheTimeToLive() throws MalformedMessageException {
        Message message = IncomingMessage.parse(HexFormat.of().parseHex("005370c00503404052ff"), 0);
        assertEquals(255, OutgoingMessage.remainingTtl(message, 1_255, 1_000));
        assertEquals(55, OutgoingMessage.remainingTtl(message, 1_255, 1_200));
        assertEquals(1, OutgoingMessage.remainingTtl(message, 1_255, 1_255));
        assertEquals(1, OutgoingMessage.remainingTtl(message, 1_255, 9_000));
        assertEquals(255, OutgoingMessage.remainingTtl(message, 1_255, 500));
        assertEquals(Message.NONE, OutgoingMessage.remainingTtl(message, Message.NONE, 1_000));
        Message lasting = IncomingMessage.parse(new byte[0], 0);
        assertEquals(Message.NONE, OutgoingMessage.remainingTtl(lasting, 1_255, 1_000));
    }

    @Test
    void theBrokersOwnKindsOfAnnotation() throws MalformedMessageException {
        Map<String, Annotations.Value> values = new LinkedHashMap<>();
        values.put("x-text", new Annotations.Text("ä".repeat(200)));
        values.put("x-number", new Annotations.Number(-5));
        values.put("x-time", new Annotations.Timestamp(1_000));
        Message message = IncomingMessage.parse(HexFormat.of().parseHex("005377a10161"), 0)
                .annotated(Annotations.of(values));
        Map<Symbol, Object> received = ProtonMessages.decode(
                        bytes(OutgoingMessage.encode(message, Message.NONE, true, 0)))
                .getMessageAnnotations()
                .getValue();
        assertEquals("ä".repeat(200), received.get(Symbol.valueOf("x-text")));
        assertEquals(-5L, received.get(Symbol.valueOf("x-number")));
        assertEquals(new Date(1_000), received.get(Symbol.valueOf("x-time")));
    }

    @Test
    void reservedKeysOfModifiedAreDropped() {
        assertTrue(AnnotationCodec.from(null).isEmpty());
        assertTrue(AnnotationCodec.from(Map.of(5L, "x")).isEmpty());
    }

    /** proton-j writes a message in frames: any cut between two reads, inside head or tail or across, gives the same bytes. */
    @Property(tries = 300)
    void anyReadsGiveTheSameBytes(
            @ForAll byte[] head,
            @ForAll byte[] tail,
            @ForAll @IntRange(max = 20) int offset,
            @ForAll @IntRange(min = 1, max = 7) int step) {
        int from = Math.min(offset, tail.length);
        byte[] expected = Arrays.copyOf(head, head.length + tail.length - from);
        System.arraycopy(tail, from, expected, head.length, tail.length - from);
        TwoPartBuffer buffer = new TwoPartBuffer(head, tail, from);
        assertEquals(expected.length, buffer.capacity());
        byte[] got = new byte[expected.length];
        while (buffer.hasRemaining()) {
            int limit = buffer.limit();
            int length = Math.min(step, buffer.remaining());
            buffer.limit(buffer.position() + length);
            buffer.get(got, buffer.position(), length);
            buffer.limit(limit);
        }
        assertArrayEquals(expected, got);
        buffer.rewind();
        assertArrayEquals(expected, bytes(buffer.duplicate()));
        assertArrayEquals(expected, bytes(buffer.slice()));
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], buffer.get(i));
            assertEquals(expected[i], buffer.get());
        }
    }

    private static byte[] bytes(ReadableBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
