package io.sluice.amqp.filter;

import io.sluice.amqp.filter.Expression.Condition;
import java.nio.charset.StandardCharsets;

/**
 * LIKE: {@code _} stands for one character, {@code %} for any number of them. Matched on UTF-8, with one place to go back to, so
 * that the work is bounded by the product of both lengths.
 *
 * @param pattern bytes to be equal to, with the wildcards' codes where those stand
 */
record Like(Expression subject, short[] pattern) implements Condition {
    static final int MAX_PATTERN_CHARS = 1024;
    /** A longer text is not looked at: the result is unknown. */
    static final int MAX_SUBJECT_BYTES = 65_536;

    private static final short ANY_ONE = 0x100;
    private static final short ANY_NUMBER = 0x101;

    /**
     * @param escape the code point that takes the next one literally, or -1
     * @return null when the escape character stands before nothing
     */
    static short[] compile(String pattern, int escape) {
        int[] codePoints = pattern.codePoints().toArray();
        short[] compiled = new short[pattern.getBytes(StandardCharsets.UTF_8).length];
        int size = 0;
        for (int i = 0; i < codePoints.length; i++) {
            int codePoint = codePoints[i];
            if (codePoint == escape) {
                if (++i == codePoints.length) {
                    return null;
                }
                size = append(compiled, size, codePoints[i]);
            } else if (codePoint == '_') {
                compiled[size++] = ANY_ONE;
            } else if (codePoint == '%') {
                compiled[size++] = ANY_NUMBER;
            } else {
                size = append(compiled, size, codePoint);
            }
        }
        return java.util.Arrays.copyOf(compiled, size);
    }

    private static int append(short[] compiled, int size, int codePoint) {
        int end = size;
        for (byte b : Character.toString(codePoint).getBytes(StandardCharsets.UTF_8)) {
            compiled[end++] = (short) (b & 0xff);
        }
        return end;
    }

    @Override
    public Value evaluate(MessageView message) {
        Value value = subject.evaluate(message);
        if (value == Value.ABSENT || value.to() - value.from() > MAX_SUBJECT_BYTES) {
            return Value.ABSENT;
        }
        return Value.of(value.isText() && matches(value.bytes(), value.from(), value.to()));
    }

    private boolean matches(byte[] text, int from, int to) {
        int at = from;
        int next = 0;
        int retryAt = -1;
        int retryNext = -1;
        while (at < to) {
            short expected = next < pattern.length ? pattern[next] : -1;
            if (expected == ANY_NUMBER) {
                retryNext = ++next;
                retryAt = at;
            } else if (expected == ANY_ONE) {
                at = behindCharacter(text, at, to);
                next++;
            } else if (expected == (text[at] & 0xff)) {
                at++;
                next++;
            } else if (retryNext >= 0) {
                // The last wildcard takes one more character; earlier ones need not, they have what they must.
                retryAt = behindCharacter(text, retryAt, to);
                at = retryAt;
                next = retryNext;
            } else {
                return false;
            }
        }
        while (next < pattern.length && pattern[next] == ANY_NUMBER) {
            next++;
        }
        return next == pattern.length;
    }

    private static int behindCharacter(byte[] text, int at, int to) {
        int end = at + 1;
        while (end < to && (text[end] & 0xc0) == 0x80) {
            end++;
        }
        return end;
    }
}
