package io.sluice.amqp.filter;

import io.sluice.amqp.filter.Expression.Condition;
import java.util.Arrays;

/**
 * Comparisons of two values. Unknown when one is missing. Only like values compare: numbers with numbers, by Java's numeric
 * promotion, texts with texts and so on; unlike ones are neither equal nor unequal nor in an order, the result is false.
 */
final class Comparison {
    /** Comparisons by name. */
    enum Operator {
        EQUAL,
        NOT_EQUAL,
        LESS,
        LESS_OR_EQUAL,
        GREATER,
        GREATER_OR_EQUAL;

        boolean orders() {
            return this != EQUAL && this != NOT_EQUAL;
        }
    }

    /**
     * Which rules a filter's language has.
     *
     * @param ordersTexts texts have an order, by their code points
     * @param unlikeIsUnequal values of unlike types are unequal rather than not comparable
     */
    record Rules(boolean ordersTexts, boolean unlikeIsUnequal) {
        static final Rules JMS = new Rules(false, false);
        static final Rules SQL = new Rules(true, true);
    }

    private Comparison() {}

    /** left operator right. */
    record Of(Operator operator, Expression left, Expression right, Rules rules) implements Condition {
        @Override
        public Value evaluate(MessageView message) {
            Value first = left.evaluate(message);
            return first == Value.ABSENT ? first : compare(operator, first, right.evaluate(message), rules);
        }
    }

    /** low <= subject AND subject <= high. */
    record Between(Expression subject, Expression low, Expression high, Rules rules) implements Condition {
        @Override
        public Value evaluate(MessageView message) {
            Value value = subject.evaluate(message);
            Value above = compare(Operator.GREATER_OR_EQUAL, value, low.evaluate(message), rules);
            if (above == Value.FALSE) {
                return above;
            }
            Value below = compare(Operator.LESS_OR_EQUAL, value, high.evaluate(message), rules);
            return below == Value.TRUE ? above : below;
        }
    }

    /** subject = one of the choices. */
    record In(Expression subject, Expression[] choices, Rules rules) implements Condition {
        @Override
        public Value evaluate(MessageView message) {
            Value value = subject.evaluate(message);
            if (value == Value.ABSENT) {
                return value;
            }
            Value result = Value.FALSE;
            for (Expression choice : choices) {
                Value equal = compare(Operator.EQUAL, value, choice.evaluate(message), rules);
                if (equal == Value.TRUE) {
                    return equal;
                }
                if (equal == Value.ABSENT) {
                    result = equal;
                }
            }
            return result;
        }
    }

    private static Value compare(Operator operator, Value left, Value right, Rules rules) {
        if (left == Value.ABSENT || right == Value.ABSENT) {
            return Value.ABSENT;
        }
        if (left.isNumber() && right.isNumber()) {
            return Value.of(compareNumbers(operator, left, right));
        }
        if (operator.orders()) {
            return Value.of(
                    rules.ordersTexts && left.isText() && right.isText() && holds(operator, order(left, right)));
        }
        boolean equal = equal(left, right);
        if (operator == Operator.EQUAL) {
            return Value.of(equal);
        }
        return Value.of(!equal && (rules.unlikeIsUnequal || alike(left, right)));
    }

    /** UTF-8 sorts by its bytes as its code points do. */
    private static int order(Value left, Value right) {
        return Arrays.compareUnsigned(left.bytes(), left.from(), left.to(), right.bytes(), right.from(), right.to());
    }

    private static boolean compareNumbers(Operator operator, Value left, Value right) {
        if (left.kind() == Value.Kind.LONG && right.kind() == Value.Kind.LONG) {
            return holds(operator, Long.compare(left.asLong(), right.asLong()));
        }
        if (left.kind() == Value.Kind.DOUBLE || right.kind() == Value.Kind.DOUBLE) {
            return holds(operator, left.asDouble(), right.asDouble());
        }
        return holds(operator, Long.compareUnsigned(unsignedOrZero(left), unsignedOrZero(right)));
    }

    /** Beside a number beyond a long's range a negative one is as small as zero. */
    private static long unsignedOrZero(Value value) {
        return value.kind() == Value.Kind.LONG ? Math.max(0, value.asLong()) : value.asLong();
    }

    private static boolean holds(Operator operator, int order) {
        switch (operator) {
            case EQUAL:
                return order == 0;
            case NOT_EQUAL:
                return order != 0;
            case LESS:
                return order < 0;
            case LESS_OR_EQUAL:
                return order <= 0;
            case GREATER:
                return order > 0;
            default:
                return order >= 0;
        }
    }

    /** As Java compares them: a NaN is unequal to everything and in no order. */
    private static boolean holds(Operator operator, double left, double right) {
        switch (operator) {
            case EQUAL:
                return left == right;
            case NOT_EQUAL:
                return left != right;
            case LESS:
                return left < right;
            case LESS_OR_EQUAL:
                return left <= right;
            case GREATER:
                return left > right;
            default:
                return left >= right;
        }
    }

    private static boolean alike(Value left, Value right) {
        return left.kind() == right.kind() ? left.kind() != Value.Kind.OPAQUE : areBytes(left) && areBytes(right);
    }

    /** A UUID is equal to its own text; a binary, such as a user-id, to the text of the same bytes. */
    private static boolean equal(Value left, Value right) {
        if (left.kind() == Value.Kind.UUID && right.isText()) {
            return MessageIds.uuid(left).equalsIgnoreCase(right.asString());
        }
        if (right.kind() == Value.Kind.UUID && left.isText()) {
            return equal(right, left);
        }
        return areBytes(left) && areBytes(right) ? left.sameBytes(right) : left == right && alike(left, right);
    }

    private static boolean areBytes(Value value) {
        return value.isText() || value.kind() == Value.Kind.BINARY || value.kind() == Value.Kind.UUID;
    }

    /** What a property filter asks for: the same value of the same kind, whatever the types of numbers. */
    static boolean same(Value left, Value right) {
        if (left.isNumber() && right.isNumber()) {
            return compareNumbers(Operator.EQUAL, left, right);
        }
        return left.kind() == right.kind() && (areBytes(left) ? left.sameBytes(right) : left == right);
    }
}
