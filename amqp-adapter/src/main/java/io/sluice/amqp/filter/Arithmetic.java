package io.sluice.amqp.filter;

import io.sluice.amqp.filter.Expression.Numeric;

/**
 * Chains of operators of one precedence, from left to right. Whole numbers are longs, others doubles, mixed ones promoted as in
 * Java. Without a number on both sides, or divided by a whole zero, the result is unknown.
 */
final class Arithmetic {
    /** What a term is added by. */
    enum Operator {
        PLUS,
        MINUS,
        TIMES,
        DIVIDE,
        MODULO
    }

    /** An operator and its right side. */
    record Term(Operator operator, Expression operand) {}

    private Arithmetic() {}

    /**
     * first operator operand operator operand …
     *
     * @param exactDivision 7 / 2 is 3.5; otherwise 3, as in Java
     */
    record Chain(Expression first, Term[] rest, boolean exactDivision) implements Numeric {
        @Override
        public Value evaluate(MessageView message) {
            Value result = first.evaluate(message);
            for (Term term : rest) {
                if (!result.isNumber()) {
                    return Value.ABSENT;
                }
                Value operand = term.operand.evaluate(message);
                if (!operand.isNumber()) {
                    return Value.ABSENT;
                }
                result = apply(term.operator, result, operand, exactDivision);
            }
            return result;
        }
    }

    /** A sign before something that is no literal. */
    record Signed(Expression operand, boolean negative) implements Numeric {
        @Override
        public Value evaluate(MessageView message) {
            Value value = operand.evaluate(message);
            return value.isNumber() ? negative ? negate(value) : value : Value.ABSENT;
        }
    }

    static Value negate(Value value) {
        return value.kind() == Value.Kind.LONG ? Value.of(-value.asLong()) : Value.of(-value.asDouble());
    }

    private static Value apply(Operator operator, Value left, Value right, boolean exactDivision) {
        if (left.kind() == Value.Kind.LONG && right.kind() == Value.Kind.LONG) {
            return apply(operator, left.asLong(), right.asLong(), exactDivision);
        }
        return Value.of(apply(operator, left.asDouble(), right.asDouble()));
    }

    private static Value apply(Operator operator, long left, long right, boolean exactDivision) {
        switch (operator) {
            case PLUS:
                return Value.of(left + right);
            case MINUS:
                return Value.of(left - right);
            case TIMES:
                return Value.of(left * right);
            case DIVIDE:
                if (right == 0) {
                    return Value.ABSENT;
                }
                return exactDivision && left % right != 0
                        ? Value.of((double) left / (double) right)
                        : Value.of(left / right);
            default:
                return right == 0 ? Value.ABSENT : Value.of(left % right);
        }
    }

    private static double apply(Operator operator, double left, double right) {
        switch (operator) {
            case PLUS:
                return left + right;
            case MINUS:
                return left - right;
            case TIMES:
                return left * right;
            case DIVIDE:
                return left / right;
            default:
                return left % right;
        }
    }
}
