package io.sluice.amqp.filter;

import io.sluice.amqp.filter.Expression.Condition;

/** AND, OR and NOT over true, false and unknown (Jakarta Messaging 3.1 §3.8.1.2). What is no truth is unknown. */
final class Logic {
    private Logic() {}

    /** False as soon as one part is. */
    record All(Expression[] parts) implements Condition {
        @Override
        public Value evaluate(MessageView message) {
            Value result = Value.TRUE;
            for (Expression part : parts) {
                Value truth = part.evaluate(message);
                if (truth == Value.FALSE) {
                    return Value.FALSE;
                }
                if (truth != Value.TRUE) {
                    result = Value.ABSENT;
                }
            }
            return result;
        }
    }

    /** True as soon as one part is. */
    record Any(Expression[] parts) implements Condition {
        @Override
        public Value evaluate(MessageView message) {
            Value result = Value.FALSE;
            for (Expression part : parts) {
                Value truth = part.evaluate(message);
                if (truth == Value.TRUE) {
                    return Value.TRUE;
                }
                if (truth != Value.FALSE) {
                    result = Value.ABSENT;
                }
            }
            return result;
        }
    }

    /** Unknown stays unknown. */
    record Not(Expression part) implements Condition {
        @Override
        public Value evaluate(MessageView message) {
            Value truth = part.evaluate(message);
            return truth == Value.TRUE ? Value.FALSE : truth == Value.FALSE ? Value.TRUE : Value.ABSENT;
        }
    }

    /** Whether a field is missing or null: never unknown. */
    record IsNull(Expression subject) implements Condition {
        @Override
        public Value evaluate(MessageView message) {
            return Value.of(subject.evaluate(message) == Value.ABSENT);
        }
    }
}
