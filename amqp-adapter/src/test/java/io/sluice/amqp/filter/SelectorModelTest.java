package io.sluice.amqp.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Random selectors on random messages say what {@link NaiveSelector} says. */
class SelectorModelTest {
    private static final int DEPTH = 4;
    private static final List<String> NAMES = List.of("a", "b", "c", "d", "e");

    @Property(tries = 4_000)
    void saysWhatTheNaiveOneSays(
            @ForAll("conditions") NaiveSelector selector, @ForAll("messages") Map<String, Object> message)
            throws InvalidFilterException {
        Object expected = selector.in(message);
        Value truth = Selector.jms(selector.text()).evaluate(Messages.with(message), 0);
        Object said = truth == Value.TRUE ? (Object) true : truth == Value.FALSE ? (Object) false : null;
        assertEquals(expected instanceof Boolean ? expected : null, said, selector.text());
    }

    @Provide
    Arbitrary<Map<String, Object>> messages() {
        return Arbitraries.maps(Arbitraries.of(NAMES), values()).ofMaxSize(5).map(LinkedHashMap::new);
    }

    private static Arbitrary<Object> values() {
        return Arbitraries.oneOf(
                texts().map(s -> (Object) s),
                Arbitraries.integers().between(-5, 5).map(i -> (Object) i),
                Arbitraries.longs().map(l -> (Object) l),
                Arbitraries.bytes().map(b -> (Object) b),
                Arbitraries.shorts().map(s -> (Object) s),
                Arbitraries.of(0.0, 0.5, 2.0, -3.0, 1e300).map(d -> (Object) d),
                Arbitraries.of(0.5f, 1.1f).map(f -> (Object) f),
                Arbitraries.of(true, false).map(b -> (Object) b));
    }

    private static Arbitrary<String> texts() {
        return Arbitraries.of("a", "b", "%", "_", "'", "é", "😀")
                .list()
                .ofMaxSize(5)
                .map(parts -> String.join("", parts));
    }

    @Provide
    Arbitrary<NaiveSelector> conditions() {
        return condition(DEPTH);
    }

    private static Arbitrary<NaiveSelector> condition(int depth) {
        Arbitrary<Boolean> flag = Arbitraries.of(true, false);
        Arbitrary<NaiveSelector> operand = operand(depth - 1);
        List<Arbitrary<NaiveSelector>> simple = List.of(
                Combinators.combine(Arbitraries.of("=", "<>"), operand, operand).as(NaiveSelector::compare),
                Combinators.combine(Arbitraries.of("<", "<=", ">", ">="), number(depth - 1), number(depth - 1))
                        .as(NaiveSelector::compare),
                Combinators.combine(flag, number(depth - 1), number(depth - 1), number(depth - 1))
                        .as(NaiveSelector::between),
                Combinators.combine(flag, operand, operand.list().ofMinSize(1).ofMaxSize(3))
                        .as(NaiveSelector::in),
                likes(flag),
                Combinators.combine(flag, fields()).as(NaiveSelector::isNull),
                fields(),
                Arbitraries.of(true, false).map(NaiveSelector::literal));
        if (depth == 0) {
            return Arbitraries.oneOf(simple);
        }
        Arbitrary<NaiveSelector> below = Arbitraries.lazy(() -> condition(depth - 1));
        return Arbitraries.oneOf(
                Arbitraries.oneOf(simple),
                below.map(NaiveSelector::not),
                below.map(NaiveSelector::nested),
                Combinators.combine(flag, below, below).as(NaiveSelector::logic),
                Combinators.combine(
                                Arbitraries.of("=", "<>"),
                                below.map(NaiveSelector::nested),
                                below.map(NaiveSelector::nested))
                        .as(NaiveSelector::compare));
    }

    private static Arbitrary<NaiveSelector> likes(Arbitrary<Boolean> flag) {
        Arbitrary<NaiveSelector> plain = Combinators.combine(flag, fields(), texts())
                .as((not, field, pattern) -> NaiveSelector.like(not, field, pattern, -1));
        Arbitrary<NaiveSelector> escaped = Combinators.combine(
                        flag, fields(), texts(), Arbitraries.of('!', 'a', 'é', '\''))
                // An escape character must stand before something.
                .as((not, field, pattern, escape) ->
                        NaiveSelector.like(not, field, pattern.replace(escape, 'b') + escape + "%", escape));
        return Arbitraries.oneOf(plain, escaped);
    }

    private static Arbitrary<NaiveSelector> fields() {
        return Arbitraries.of(NAMES).map(NaiveSelector::field);
    }

    private static Arbitrary<NaiveSelector> operand(int depth) {
        return Arbitraries.oneOf(
                fields(),
                texts().map(NaiveSelector::literal),
                Arbitraries.of(true, false).map(NaiveSelector::literal),
                number(depth));
    }

    private static Arbitrary<NaiveSelector> number(int depth) {
        Arbitrary<NaiveSelector> simple = Arbitraries.oneOf(
                fields(),
                Arbitraries.integers().between(0, 5).map(NaiveSelector::literal),
                Arbitraries.of(0.0, 0.5, 2.0).map(NaiveSelector::literal));
        if (depth <= 0) {
            return simple;
        }
        Arbitrary<NaiveSelector> below = Arbitraries.lazy(() -> number(depth - 1));
        return Arbitraries.oneOf(
                simple,
                simple.map(NaiveSelector::minus),
                Combinators.combine(Arbitraries.of('+', '-', '*', '/', '%'), below, below)
                        .as(NaiveSelector::arithmetic));
    }
}
