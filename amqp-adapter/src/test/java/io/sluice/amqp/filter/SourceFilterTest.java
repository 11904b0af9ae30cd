package io.sluice.amqp.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Decimal32;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** AMQP 1.0 §3.5.8: which filters of a source are applied, and AMQP Filter Expressions 1.0 §4.2. */
class SourceFilterTest {
    private static final Object SELECTOR = Symbol.valueOf("apache.org:selector-filter:string");
    private static final Object SELECTOR_CODE = UnsignedLong.valueOf(0x0000_468c_0000_0004L);
    private static final Object NO_LOCAL_CODE = UnsignedLong.valueOf(0x0000_468c_0000_0003L);
    private static final Object SQL = Symbol.valueOf("amqp:sql-filter");
    private static final Object PROPERTIES = Symbol.valueOf("amqp:properties-filter");
    private static final Object APPLICATION = Symbol.valueOf("amqp:application-properties-filter");
    private static final String MESSAGE = "@message-id:s=id-1  @user-id:bin=John  @to:s=orders  @subject:s=Order 66  "
            + "@reply-to:s=&co  @correlation-id:ul=18446744073709551615  @content-type:sym=text/plain  "
            + "@content-encoding:sym=gzip  @absolute-expiry-time:t=2000  @creation-time:t=1000  @group-id:s=g  "
            + "@group-sequence:ui=9  @reply-to-group-id:s=rg  region:s=emea  amount:i=7  rate:d=7.0  paid:b=true  "
            + "sym:sym=emea  id:u=01234567-89ab-cdef-0123-456789abcdef  raw:x=0102  empty:s=  nil:null=  list:list=x";

    private static DescribedType described(Object descriptor, Object value) {
        return new DescribedType() {
            @Override
            public Object getDescriptor() {
                return descriptor;
            }

            @Override
            public Object getDescribed() {
                return value;
            }
        };
    }

    private static Map<Symbol, Object> filters(Object... namesAndFilters) {
        Map<Symbol, Object> filters = new LinkedHashMap<>();
        for (int i = 0; i < namesAndFilters.length; i += 2) {
            filters.put(Symbol.valueOf((String) namesAndFilters[i]), namesAndFilters[i + 1]);
        }
        return filters;
    }

    private static SourceFilter compile(Map<?, ?> filters) throws InvalidFilterException {
        return SourceFilter.of(filters, () -> 10_000);
    }

    @Test
    void noFilterPassesEverything() throws InvalidFilterException {
        for (Map<?, ?> none : new Map<?, ?>[] {null, Map.of()}) {
            SourceFilter filter = compile(none);
            assertTrue(filter.isEmpty());
            assertEquals(Map.of(), filter.accepted());
            assertTrue(filter.matches(Messages.parse(""), 0));
        }
    }

    @Test
    void whatIsKnownIsAppliedAndEchoedAsItCame() throws InvalidFilterException {
        Message red = Messages.with(Map.of("color", "red"));
        Message blue = Messages.with(Map.of("color", "blue"));
        Object[] all = {
            described(SELECTOR, "color = 'red'"),
            described(SELECTOR_CODE, "color = 'red'"),
            described(SQL, "color = 'red'"),
            described(UnsignedLong.valueOf(0x120), "color = 'red'"),
            described(APPLICATION, Map.of("color", "red")),
            described(UnsignedLong.valueOf(0x174), Map.of("color", "&p:r"))
        };
        for (Object one : all) {
            SourceFilter filter = compile(filters("any name", one));
            assertFalse(filter.isEmpty());
            assertEquals(filters("any name", one), filter.accepted());
            assertTrue(filter.matches(red, 0));
            assertFalse(filter.matches(blue, 0));
        }
    }

    @Test
    void propertiesFilterByCodeAndByName() throws InvalidFilterException {
        for (Object descriptor : new Object[] {PROPERTIES, UnsignedLong.valueOf(0x173)}) {
            Object filter = described(descriptor, Map.of(Symbol.valueOf("subject"), "&p:Order"));
            assertTrue(compile(filters("p", filter)).matches(Messages.parse(MESSAGE), 0));
            assertFalse(compile(filters("p", filter)).matches(Messages.parse(""), 0));
        }
    }

    @Test
    void whatIsNotKnownIsLeftOut() throws InvalidFilterException {
        Object known = described(SELECTOR, "color = 'red'");
        Map<Symbol, Object> asked = filters(
                "unknown",
                described(Symbol.valueOf("com.example:filter"), "x"),
                "no-local",
                described(NO_LOCAL_CODE, List.of()),
                "selector",
                known,
                "not described",
                "color = 'blue'",
                "null",
                null);
        SourceFilter filter = compile(asked);
        assertEquals(filters("selector", known), filter.accepted());
        assertTrue(filter.matches(Messages.with(Map.of("color", "red")), 0));
    }

    @Test
    void aMessagePassesAllOrNothing() throws InvalidFilterException {
        SourceFilter filter = compile(filters(
                "selector", described(SELECTOR, "amount > 5"),
                "properties", described(PROPERTIES, Map.of(Symbol.valueOf("to"), "orders")),
                "application", described(APPLICATION, Map.of("region", "emea"))));
        assertEquals(3, filter.accepted().size());
        assertTrue(filter.matches(Messages.parse("@to:s=orders  region:s=emea  amount:i=6"), 0));
        assertFalse(filter.matches(Messages.parse("@to:s=orders  region:s=emea  amount:i=5"), 0));
        assertFalse(filter.matches(Messages.parse("@to:s=orders  region:s=apac  amount:i=6"), 0));
        assertFalse(filter.matches(Messages.parse("@to:s=other  region:s=emea  amount:i=6"), 0));
        assertFalse(filter.matches(Messages.parse("@to:s=orders  region:s=emea"), 0));
    }

    @Test
    void aBlankSelectorIsNone() throws InvalidFilterException {
        SourceFilter filter = compile(filters("jms-selector", described(SELECTOR, "  ")));
        assertEquals(1, filter.accepted().size());
        assertTrue(filter.matches(Messages.parse(""), 0));
    }

    @Test
    void theTimeIsTheOneOfTheQuestion() throws InvalidFilterException {
        long[] now = {1_000};
        Object expired = described(SQL, "p.absolute_expiry_time < UTC()");
        SourceFilter filter = SourceFilter.of(filters("sql-filter", expired), () -> now[0]);
        assertFalse(filter.matches(Messages.parse(MESSAGE), 0));
        now[0] = 3_000;
        assertTrue(filter.matches(Messages.parse(MESSAGE), 0));
    }

    @Test
    void annotationsAddedSinceCount() throws InvalidFilterException {
        SourceFilter filter = compile(filters(
                "s",
                described(
                        SELECTOR,
                        "amqp.annotation.x-t = 'new' AND amqp.annotation.x-n = 5 AND "
                                + "amqp.annotation.x-d = 6 AND amqp.annotation.x-e = TRUE")));
        Message message = Messages.parse("#x-t:s=old  #x-n:l=5");
        assertFalse(filter.matches(message, 0));
        assertTrue(filter.matches(
                message.annotated(Annotations.of(Map.of(
                        "x-t", new Annotations.Text("new"),
                        "x-n", new Annotations.Number(5),
                        "x-d", new Annotations.Timestamp(6),
                        "x-e", new Annotations.Encoded(new byte[] {0x41})))),
                0));
    }

    /** A message of another format has nothing to ask for but what its transfer says. */
    @Test
    void opaqueMessagesHaveNoFields() throws InvalidFilterException {
        Message.Header header = new Message.Header(1, false, 4, Message.NONE, Message.NONE);
        Message opaque = new Message(new byte[] {0, 0x53, 0x74}, 0, header, Annotations.EMPTY);
        assertFalse(compile(filters("s", described(SELECTOR, "color = 'red'"))).matches(opaque, 0));
        assertTrue(compile(filters("s", described(SELECTOR, "color IS NULL AND JMSPriority = 4")))
                .matches(opaque, 0));
    }

    @Test
    void propertyFiltersTakeEveryType() throws InvalidFilterException {
        Map<Symbol, Object> every = new LinkedHashMap<>();
        every.put(Symbol.valueOf("message-id"), "id-1");
        every.put(Symbol.valueOf("user-id"), Messages.value("bin", "John"));
        every.put(Symbol.valueOf("to"), "&s:ders");
        every.put(Symbol.valueOf("subject"), "&p:Order");
        every.put(Symbol.valueOf("reply-to"), "&&co");
        every.put(Symbol.valueOf("correlation-id"), UnsignedLong.valueOf("18446744073709551615"));
        every.put(Symbol.valueOf("content-type"), Symbol.valueOf("text/plain"));
        every.put(Symbol.valueOf("content-encoding"), Symbol.valueOf("gzip"));
        every.put(Symbol.valueOf("absolute-expiry-time"), Messages.value("t", "2000"));
        every.put(Symbol.valueOf("creation-time"), Messages.value("t", "1000"));
        every.put(Symbol.valueOf("group-id"), null);
        every.put(Symbol.valueOf("group-sequence"), Messages.value("ui", "9"));
        every.put(Symbol.valueOf("reply-to-group-id"), "rg");
        assertTrue(compile(filters("p", described(PROPERTIES, every))).matches(Messages.parse(MESSAGE), 0));
        for (Symbol name : every.keySet()) {
            if (every.get(name) != null) {
                Object other = described(PROPERTIES, Map.of(name, "another"));
                assertFalse(compile(filters("p", other)).matches(Messages.parse(MESSAGE), 0), name.toString());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "region, s, emea, true",
        "region, s, Emea, false",
        "region, sym, emea, true",
        "region, s, &p:em, true",
        "region, s, &p:, true",
        "region, s, &p:emea, true",
        "region, s, &p:emeas, false",
        "region, s, &s:ea, true",
        "region, s, &s:em, false",
        "region, s, &&emea, false",
        "region, i, 7, false",
        "region, null, '', true",
        "missing, s, x, false",
        "missing, s, &p:, false",
        "empty, s, '', true",
        "empty, s, &s:, true",
        "amount, i, 7, true",
        "amount, l, 7, true",
        "amount, ub, 7, true",
        "amount, ul, 7, true",
        "amount, d, 7.0, true",
        "amount, f, 7.5, false",
        "amount, s, 7, false",
        "amount, s, &p:7, false",
        "rate, i, 7, true",
        "paid, b, true, true",
        "paid, b, false, false",
        "paid, i, 1, false",
        "sym, s, emea, true",
        "sym, s, &p:e, true",
        "id, u, 01234567-89ab-cdef-0123-456789abcdef, true",
        "id, s, 01234567-89ab-cdef-0123-456789abcdef, false",
        "raw, x, 0102, true",
        "raw, x, 0103, false",
        "list, s, x, false",
        "nil, s, x, false"
    })
    void applicationProperties(String name, String type, String value, boolean passes) throws InvalidFilterException {
        Map<String, Object> asked = new LinkedHashMap<>();
        asked.put(name, Messages.value(type, value));
        SourceFilter filter = compile(filters("a", described(APPLICATION, asked)));
        assertEquals(passes, filter.matches(Messages.parse(MESSAGE), 0));
    }

    @Test
    void brokenFiltersAreNamedAndPlaced() {
        assertBroken(described(SELECTOR, "a ="), 4, "filter 'f': at character 4: the end where a value is expected");
        assertBroken(described(SQL, "p.x = 1"), 1, "filter 'f': at character 1: 'x' is no field of properties");
        assertBroken(described(SELECTOR, 5), 0, "filter 'f': its value is not a string");
        assertBroken(described(SELECTOR, null), 0, "filter 'f': its value is not a string");
        assertBroken(described(PROPERTIES, "x"), 0, "filter 'f': its value is not a map");
        assertBroken(described(APPLICATION, List.of()), 0, "filter 'f': its value is not a map");
        assertBroken(
                described(PROPERTIES, Map.of(Symbol.valueOf("colour"), "x")), 0, "filter 'f': 'colour' is no field");
        assertBroken(
                described(PROPERTIES, Map.of(Symbol.valueOf("group_id"), "x")),
                0,
                "filter 'f': 'group_id' is no field");
        assertBroken(described(APPLICATION, Map.of(5, "x")), 0, "filter 'f': '5' is no field");
        assertBroken(
                described(APPLICATION, Map.of("k", "&x:y")),
                0,
                "filter 'f': the value of 'k' begins with '&': '&p:', '&s:' or '&&' is expected");
        assertBroken(
                described(APPLICATION, Map.of("k", List.of())),
                0,
                "filter 'f': 'k' is asked for by a value of the type "
                        + List.of().getClass().getSimpleName());
        assertBroken(
                described(APPLICATION, Map.of("k", new Decimal32(1))),
                0,
                "filter 'f': 'k' is asked for by a value of the type Decimal32");
    }

    private static void assertBroken(DescribedType filter, int position, String text) {
        InvalidFilterException e =
                assertThrows(InvalidFilterException.class, () -> compile(filters("f", filter)), text);
        assertEquals(text, e.getMessage());
        assertEquals(position, e.position());
    }
}
