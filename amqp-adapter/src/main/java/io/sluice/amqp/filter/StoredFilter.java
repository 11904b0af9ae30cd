package io.sluice.amqp.filter;

import io.sluice.broker.Message;
import io.sluice.broker.Subscription.Selection;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnknownDescribedType;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;
import org.apache.qpid.proton.codec.WritableBuffer;

/**
 * The filters of a subscription as the broker keeps them: as a text, by which two are compared, and as the AMQP map they came in.
 * Stateless, any thread.
 */
public final class StoredFilter {
    private StoredFilter() {}

    /** @throws IllegalArgumentException it is too large to be kept */
    public static Selection of(SourceFilter filter) {
        String text = text(filter.accepted());
        return text.isEmpty() ? Selection.ALL : new Selection(text, encoded(filter.accepted()));
    }

    /** Of a JMS selector. @throws InvalidFilterException the text says where and why */
    public static Selection ofSelector(String text) throws InvalidFilterException {
        return of("selector", "apache.org:selector-filter:string", text);
    }

    /** Of an SQL filter. Throws as {@link #ofSelector}. */
    public static Selection ofSql(String text) throws InvalidFilterException {
        return of("sql", "amqp:sql-filter", text);
    }

    private static Selection of(String name, String descriptor, String text) throws InvalidFilterException {
        DescribedType filter = new UnknownDescribedType(Symbol.valueOf(descriptor), text);
        return of(SourceFilter.of(Map.of(Symbol.valueOf(name), filter), () -> 0));
    }

    /**
     * Compiles what was kept.
     *
     * @param nowMillis epoch milliseconds, for UTC() in SQL filters
     * @param newIds for newid() in rules, each another; asked on the shard's thread
     * @throws IllegalArgumentException it is none of ours
     */
    public static Predicate<Message> compile(Selection selection, LongSupplier nowMillis, Supplier<UUID> newIds) {
        try {
            return !selection.isAll() && SubscriptionRules.areIn(selection)
                    ? SubscriptionRules.of(selection).condition(newIds)
                    : SourceFilter.of(filters(selection), nowMillis);
        } catch (InvalidFilterException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /**
     * The filters that were kept, as a source has them; none where there are rules.
     *
     * @throws IllegalArgumentException they are none of ours
     */
    public static Map<Symbol, Object> filters(Selection selection) {
        return SubscriptionRules.areIn(selection) ? Map.of() : decoded(selection);
    }

    /** What was kept. */
    static Map<Symbol, Object> decoded(Selection selection) {
        Map<Symbol, Object> filters = new LinkedHashMap<>();
        if (selection.isAll()) {
            return filters;
        }
        DecoderImpl decoder = codec();
        decoder.setByteBuffer(ByteBuffer.wrap(selection.encoded()).asReadOnlyBuffer());
        Object decoded;
        try {
            decoded = decoder.readObject();
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("a filter that cannot be decoded", e);
        }
        if (!(decoded instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException("a filter that is no map");
        }
        map.forEach((name, filter) -> filters.put((Symbol) name, filter));
        return filters;
    }

    private static DecoderImpl codec() {
        DecoderImpl decoder = new DecoderImpl();
        AMQPDefinedTypes.registerAllTypes(decoder, new EncoderImpl(decoder));
        return decoder;
    }

    static byte[] encoded(Map<Symbol, Object> filters) {
        DecoderImpl decoder = new DecoderImpl();
        EncoderImpl encoder = new EncoderImpl(decoder);
        AMQPDefinedTypes.registerAllTypes(decoder, encoder);
        // What it takes cannot be told beforehand, and is bounded by the frame it came in.
        for (int size = 1024; size <= Selection.MAX_BYTES; size *= 4) {
            ByteBuffer out = ByteBuffer.allocate(size);
            try {
                encoder.setByteBuffer(WritableBuffer.ByteBufferWrapper.wrap(out));
                encoder.writeObject(filters);
                byte[] bytes = new byte[out.position()];
                out.flip().get(bytes);
                return bytes;
            } catch (java.nio.BufferOverflowException | IndexOutOfBoundsException larger) {
                // The next size.
            }
        }
        throw new IllegalArgumentException("a filter takes up to " + Selection.MAX_BYTES + " bytes");
    }

    /** A selector is its own text. The same filters under other names are the same filters. */
    private static String text(Map<Symbol, Object> filters) {
        List<String> texts = new ArrayList<>();
        for (Object filter : filters.values()) {
            DescribedType described = (DescribedType) filter;
            String kind = SourceFilter.kind(described.getDescriptor());
            String value = text(described.getDescribed());
            texts.add(kind.isEmpty() ? value : kind + " " + value);
        }
        texts.sort(null);
        return String.join("; ", texts).strip();
    }

    static String text(Object value) {
        if (value instanceof String text) {
            return text;
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, String> sorted = new TreeMap<>();
            map.forEach((key, each) -> sorted.put(String.valueOf(key), quoted(each)));
            return sorted.toString();
        }
        return quoted(value);
    }

    private static String quoted(Object value) {
        return value instanceof Number || value == null ? String.valueOf(value) : "'" + value + "'";
    }
}
