package io.sluice.amqp.filter;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Message;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is refused: with its place and what was expected there. And nothing else ever comes out of the compiler. */
class SelectorErrorsTest {
    private static final Message MESSAGE = Messages.with(Map.of("a", 1, "b", "text", "c", true));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a =              | 4  | the end where a value is expected",
                "a = 1 b          | 7  | 'b' where an arithmetic operator, AND, OR or the end is expected",
                "a == 1           | 4  | '=' where a value is expected",
                "= 1              | 1  | '=' where a value is expected",
                "a = 'red         | 5  | a text that is not closed where a value is expected",
                "(a = 1           | 7  | the end where an arithmetic operator, AND, OR or ')' is expected",
                "a = 1)           | 6  | ')' where an arithmetic operator, AND, OR or the end is expected",
                "()               | 2  | ')' where a value is expected",
                "a IS 1           | 6  | '1' where NOT or NULL is expected",
                "a IS NOT 1       | 10 | '1' where NULL is expected",
                "a IS NULL b      | 11 | 'b' where AND, OR or the end is expected",
                "a NOT 1          | 7  | '1' where BETWEEN, IN or LIKE is expected",
                "a LIKE 1         | 8  | '1' where a text is expected",
                "a LIKE b         | 8  | 'b' where a text is expected",
                "a LIKE 'x' ESCAPE 1 | 19 | '1' where a text is expected",
                "a LIKE 'x' ESCAPE 'ab' | 19 | ESCAPE takes a text of one character",
                "a LIKE 'x' ESCAPE '' | 19 | ESCAPE takes a text of one character",
                "a LIKE 'x!' ESCAPE '!' | 8 | the pattern ends in its escape character",
                "a BETWEEN 1      | 12 | the end where an arithmetic operator or AND is expected",
                "a BETWEEN 1 OR 2 | 13 | 'OR' where an arithmetic operator or AND is expected",
                "a BETWEEN 'x' AND 'y' | 11 | a text has no order: a number is expected",
                "a BETWEEN 1 AND 'y' | 17 | a text has no order: a number is expected",
                "a IN 1           | 6  | '1' where '(' is expected",
                "a IN ()          | 7  | ')' where a value is expected",
                "a IN ('x' 'y')   | 11 | ''y'' where ')' or ',' is expected",
                "a IN ('x',)      | 11 | ')' where a value is expected",
                "a > 'x'          | 5  | a text has no order: a number is expected",
                "'x' < a          | 1  | a text has no order: a number is expected",
                "a > TRUE         | 5  | a condition has no order: a number is expected",
                "1                | 1  | a number where a condition is expected",
                "'x'              | 1  | a text where a condition is expected",
                "a + 1            | 1  | a number where a condition is expected",
                "a = 1 AND 5      | 11 | a number where a condition is expected",
                "'x' OR a = 1     | 1  | a text where a condition is expected",
                "NOT 5            | 5  | a number where a condition is expected",
                "NOT              | 4  | the end where a value is expected",
                "a = 1 + 'x'      | 9  | a text where a number is expected",
                "'x' * 2 = 1      | 1  | a text where a number is expected",
                "-'x' = 1         | 2  | a text where a number is expected",
                "-TRUE = 1        | 2  | a condition where a number is expected",
                "5 LIKE 'x'       | 1  | a number where a text is expected",
                "5 IS NULL        | 1  | a literal is never NULL; a field is expected",
                "a = 1 = 1        | 7  | '=' where an arithmetic operator, AND, OR or the end is expected",
                "a = 9223372036854775808 | 5 | a whole number beyond 64 bits",
                "a = -9223372036854775809 | 6 | a whole number beyond 64 bits",
                "a = 0x8000000000000000 | 5 | a whole number beyond 64 bits",
                "a = 1e999        | 5  | a number beyond the range of its type",
                "a = 1e99f        | 5  | a number beyond the range of its type",
                "a = 08           | 6  | '8' where an arithmetic operator, AND, OR or the end is expected",
                "a = 5x           | 6  | 'x' where an arithmetic operator, AND, OR or the end is expected",
                "a = #            | 5  | '#' where a value is expected",
                "a ; b            | 3  | ';' where an operator or the end is expected",
                "a = 😀           | 5  | '😀' where a value is expected",
                "b = '😀' x       | 9  | 'x' where an arithmetic operator, AND, OR or the end is expected",
                "a = [b]          | 5  | '[' where a value is expected",
                "a = UTC()        | 8  | '(' where an arithmetic operator, AND, OR or the end is expected",
                "amqp.colour = 1  | 1  | 'amqp.colour' is no field of header or properties",
                "a AND amqp.x = 1 | 7  | 'amqp.x' is no field of header or properties",
                "NULL = a         | 1  | 'NULL' where a value is expected",
                "a = NULL         | 5  | 'NULL' where a value is expected",
                "a = 'it's'       | 9  | 's' where an arithmetic operator, AND, OR or the end is expected",
                "a AND            | 6  | the end where a value is expected",
                "AND a            | 1  | 'AND' where a value is expected",
                "a AND OR b       | 7  | 'OR' where a value is expected",
                "a = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb | 45 | 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb…' where an arithmetic operator, AND, OR or the end is expected"
            })
    void selectorsSayWhere(String selector, int position, String text) {
        InvalidFilterException e = assertThrows(InvalidFilterException.class, () -> Selector.jms(selector));
        assertEquals("at character " + position + ": " + text, e.getMessage());
        assertEquals(position, e.position());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a and b          | 3  | 'and' where an operator or the end is expected",
                "p.colour = 1     | 1  | 'colour' is no field of properties",
                "h.first_acquirer | 1  | 'first_acquirer' is no field of header",
                "x.y = 1          | 1  | 'x' is no section of a message",
                "a = 1 AND f.x = 1 | 11 | 'f' cannot be filtered by",
                "d.x = 1          | 1  | 'd' cannot be filtered by",
                "[] = 1           | 1  | '[' where a value is expected",
                "a = UTC          | 8  | the end where '(' is expected",
                "a = UTC(1)       | 9  | '1' where ')' is expected",
                "a = LOWER(b)     | 10 | '(' where an arithmetic operator, AND, OR or the end is expected",
                "a = 0x123        | 9  | '3' where an arithmetic operator, AND, OR or the end is expected",
                "a = 18446744073709551616 | 5 | a whole number beyond 64 bits",
                "a > TRUE         | 5  | a condition has no order: a number is expected",
                "a = \"x          | 5  | a text that is not closed where a value is expected",
                "a = 1 b          | 7  | 'b' where an arithmetic operator, AND, OR or the end is expected"
            })
    void sqlFiltersSayWhere(String filter, int position, String text) {
        InvalidFilterException e = assertThrows(InvalidFilterException.class, () -> Selector.sql(filter, () -> 0));
        assertEquals("at character " + position + ": " + text, e.getMessage());
    }

    @Test
    void lengthHasALimit() throws InvalidFilterException {
        String longest = "a = 1" + " ".repeat(Selector.MAX_CHARS - 5);
        assertTrue(Selector.jms(longest).matches(MESSAGE, 0));
        InvalidFilterException e = assertThrows(InvalidFilterException.class, () -> Selector.jms(longest + " "));
        assertEquals(Selector.MAX_CHARS + 1, e.position());
    }

    @Test
    void patternsHaveALimit() throws InvalidFilterException {
        String pattern = "%".repeat(Like.MAX_PATTERN_CHARS);
        assertTrue(Selector.jms("b LIKE '" + pattern + "'").matches(MESSAGE, 0));
        InvalidFilterException e =
                assertThrows(InvalidFilterException.class, () -> Selector.jms("b LIKE '" + pattern + "%'"));
        assertEquals("at character 8: a pattern has 1024 characters at most", e.getMessage());
    }

    @Test
    void parenthesesHaveALimit() throws InvalidFilterException {
        String deepest = "(".repeat(Selector.MAX_DEPTH) + "a = 1" + ")".repeat(Selector.MAX_DEPTH);
        assertTrue(Selector.jms(deepest).matches(MESSAGE, 0));
        InvalidFilterException e = assertThrows(InvalidFilterException.class, () -> Selector.jms("(" + deepest + ")"));
        assertEquals("at character 65: more than 64 parentheses in each other", e.getMessage());
    }

    /** Whatever is as long as it may be fits half of the stack a thread has by default. */
    @Test
    void nothingHostileNeedsMuchStack() throws InterruptedException {
        String[] hostile = {
            "(".repeat(30_000),
            "NOT ".repeat(8_000) + "c",
            "-".repeat(30_000) + "a = 1",
            "c" + " OR c".repeat(6_000),
            "c" + " AND c".repeat(5_000),
            "1" + "+1".repeat(15_000) + " = a",
            "1" + "*1".repeat(15_000) + " = a",
            "a IN (1" + ",1".repeat(15_000) + ")",
            "b LIKE '" + "%_".repeat(500) + "'",
            "(" + "(NOT (".repeat(31) + "c" + "))".repeat(31) + ")",
            "'".repeat(30_000),
            "a = '" + "x".repeat(30_000),
            "((a) = 1 AND ".repeat(2_000)
        };
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Runnable all = () -> {
            for (String selector : hostile) {
                compileAndAsk(selector);
            }
        };
        Thread small = new Thread(null, all, "small stack", 512 * 1024);
        small.setUncaughtExceptionHandler((thread, e) -> failure.set(e));
        small.start();
        small.join();
        assertEquals(null, failure.get());
    }

    @Test
    void wordsInAnyOrderAreReadOrRefused() {
        String[] words = {
            "a", "b", "c", "missing", "AND", "OR", "NOT", "NOT", "BETWEEN", "AND", "IN", "(", "(", ")", ")", ",",
                    "LIKE",
            "'x%'", "ESCAPE", "'!'", "IS", "NULL", "TRUE", "FALSE", "=", "<>", "<", ">=", "+", "-", "*", "/", "%", "1",
            "0", "2.5", "1e3", "0x1F", "'", "\"", "[x]", "p.to", "JMSType", "UTC()", "INF", ";", "0x12", "amqp.to"
        };
        for (int seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder();
            for (int i = 1 + random.nextInt(12); i > 0; i--) {
                text.append(words[random.nextInt(words.length)]).append(random.nextInt(4) == 0 ? "" : " ");
            }
            int current = seed;
            assertDoesNotThrow(() -> compileAndAsk(text.toString()), () -> "seed " + current + ": " + text);
        }
    }

    @Property(tries = 5_000)
    void anyTextIsReadOrRefused(@ForAll("texts") String text) {
        compileAndAsk(text);
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(60),
                Arbitraries.strings().ascii().ofMaxLength(60),
                Arbitraries.strings()
                        .withChars("ab'\"()[]=<>+-*/%., \\_01eExXfLl\n😀")
                        .ofMaxLength(40));
    }

    private static void compileAndAsk(String text) {
        try {
            Selector.jms(text).matches(MESSAGE, 0);
        } catch (InvalidFilterException e) {
            assertTrue(e.position() >= 1 && e.position() <= text.length() + 1, e.getMessage());
        }
        try {
            Selector.sql(text, () -> 1).matches(MESSAGE, 0);
        } catch (InvalidFilterException e) {
            assertTrue(e.position() >= 1 && e.position() <= text.length() + 1, e.getMessage());
        }
    }
}
