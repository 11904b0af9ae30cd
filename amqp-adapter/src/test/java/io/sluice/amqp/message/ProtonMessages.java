package io.sluice.amqp.message;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.DeliveryAnnotations;
import org.apache.qpid.proton.amqp.messaging.Footer;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.apache.qpid.proton.amqp.messaging.Section;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;
import org.apache.qpid.proton.message.Message;

/** Messages as proton-j would send them, of any sections; and the other way round. */
final class ProtonMessages {
    private ProtonMessages() {}

    static byte[] encode(Message message) {
        byte[] buffer = new byte[1 << 18];
        return Arrays.copyOf(buffer, message.encode(buffer, 0, buffer.length));
    }

    static Message decode(byte[] encoded) {
        Message message = Message.Factory.create();
        message.decode(encoded, 0, encoded.length);
        return message;
    }

    /** Everything behind header and delivery-annotations, as proton-j encodes it. */
    static byte[] encodeWithoutHops(Message message) {
        Message copy = decode(encode(message));
        copy.setHeader(null);
        copy.setDeliveryAnnotations(null);
        return encode(copy);
    }

    /** Where one section ends and the next begins, as proton-j reads it. */
    static Set<Integer> boundaries(byte[] encoded) {
        DecoderImpl decoder = new DecoderImpl();
        AMQPDefinedTypes.registerAllTypes(decoder, new EncoderImpl(decoder));
        ByteBuffer buffer = ByteBuffer.wrap(encoded);
        decoder.setByteBuffer(buffer);
        Set<Integer> offsets = new HashSet<>();
        while (buffer.hasRemaining()) {
            decoder.readObject();
            offsets.add(buffer.position());
        }
        return offsets;
    }

    static Arbitrary<Message> any() {
        return Combinators.combine(
                        headers().injectNull(0.3),
                        annotations().map(DeliveryAnnotations::new).injectNull(0.5),
                        annotations().map(MessageAnnotations::new).injectNull(0.5),
                        properties().injectNull(0.3),
                        applicationProperties().injectNull(0.5),
                        bodies().injectNull(0.1),
                        annotations().map(a -> new Footer(a)).injectNull(0.8))
                .as(Message.Factory::create);
    }

    private static Arbitrary<Header> headers() {
        return Combinators.combine(
                        Arbitraries.of(true, false).injectNull(0.3),
                        Arbitraries.bytes().between((byte) 0, (byte) 9).injectNull(0.3),
                        uints().injectNull(0.4),
                        Arbitraries.of(true, false).injectNull(0.5),
                        uints().injectNull(0.5))
                .as((durable, priority, ttl, firstAcquirer, deliveryCount) -> {
                    Header header = new Header();
                    header.setDurable(durable);
                    header.setPriority(priority == null ? null : UnsignedByte.valueOf(priority));
                    header.setTtl(ttl);
                    header.setFirstAcquirer(firstAcquirer);
                    header.setDeliveryCount(deliveryCount);
                    return header;
                });
    }

    private static Arbitrary<UnsignedInteger> uints() {
        return Arbitraries.oneOf(
                Arbitraries.of(0L, 1L, 255L, 256L, 0x7fff_ffffL, 0xffff_ffffL).map(UnsignedInteger::valueOf),
                Arbitraries.longs().between(0, 0xffff_ffffL).map(UnsignedInteger::valueOf));
    }

    static Arbitrary<Object> ids() {
        return Arbitraries.oneOf(
                text().map(s -> (Object) s),
                Arbitraries.longs().map(UnsignedLong::valueOf),
                Arbitraries.of(0L, 1L, 255L).map(UnsignedLong::valueOf),
                Combinators.combine(Arbitraries.longs(), Arbitraries.longs()).as(UUID::new),
                Arbitraries.bytes().array(byte[].class).ofMaxSize(300).map(Binary::new));
    }

    private static Arbitrary<Properties> properties() {
        return Combinators.combine(
                        ids().injectNull(0.3),
                        text().injectNull(0.3),
                        text().injectNull(0.3),
                        ids().injectNull(0.3),
                        Arbitraries.longs()
                                .between(-10, 1L << 45)
                                .map(Date::new)
                                .injectNull(0.4),
                        text().injectNull(0.5))
                .as((messageId, to, replyTo, correlationId, expiry, group) -> {
                    Properties properties = new Properties();
                    properties.setMessageId(messageId);
                    properties.setTo(to);
                    properties.setReplyTo(replyTo);
                    properties.setCorrelationId(correlationId);
                    properties.setAbsoluteExpiryTime(expiry);
                    properties.setGroupId(group);
                    return properties;
                });
    }

    private static Arbitrary<ApplicationProperties> applicationProperties() {
        return Arbitraries.maps(text(), values()).ofMaxSize(8).map(ApplicationProperties::new);
    }

    static Arbitrary<Map<Symbol, Object>> annotations() {
        return Arbitraries.maps(
                        Arbitraries.strings()
                                .withCharRange('a', 'f')
                                .ofMinLength(1)
                                .ofMaxLength(20)
                                .map(Symbol::valueOf),
                        Arbitraries.oneOf(values(), values().list().ofMaxSize(3).map(l -> (Object) l)))
                .ofMaxSize(6);
    }

    static Arbitrary<Object> values() {
        return Arbitraries.oneOf(
                text().map(s -> (Object) s),
                Arbitraries.longs().map(l -> (Object) l),
                Arbitraries.integers().map(i -> (Object) i),
                Arbitraries.of(true, false).map(b -> (Object) b),
                Arbitraries.doubles().map(d -> (Object) d),
                Arbitraries.longs().map(l -> (Object) new Date(l)),
                Arbitraries.longs().map(l -> (Object) UnsignedLong.valueOf(l)),
                Arbitraries.strings().ascii().ofMaxLength(300).map(s -> (Object) Symbol.valueOf(s)));
    }

    private static Arbitrary<String> text() {
        return Arbitraries.strings().ofMaxLength(300);
    }

    private static Arbitrary<Section> bodies() {
        return Arbitraries.oneOf(
                Arbitraries.bytes().array(byte[].class).ofMaxSize(70_000).map(b -> (Section) new Data(new Binary(b))),
                values().map(v -> (Section) new AmqpValue(v)),
                Arbitraries.just((Section) new AmqpValue(null)),
                Arbitraries.maps(text(), values()).ofMaxSize(5).map(m -> (Section) new AmqpValue(m)),
                values().list().ofMaxSize(5).map(l -> (Section) new AmqpSequence(List.copyOf(l))));
    }
}
