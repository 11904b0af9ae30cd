package io.sluice.amqp.filter;

/** A node of a compiled filter: asked for its value in one message. Immutable; chains are arrays, so that only parentheses nest. */
interface Expression {
    /** What is known of a value before there is a message. */
    enum Type {
        /** A condition or a literal truth. */
        BOOLEAN("a condition"),
        NUMBER("a number"),
        TEXT("a text"),
        BINARY("a binary"),
        /** A field of the message: anything. */
        ANY("a field");

        private final String description;

        Type(String description) {
            this.description = description;
        }

        boolean mayBe(Type other) {
            return this == ANY || this == other;
        }

        @Override
        public String toString() {
            return description;
        }
    }

    Value evaluate(MessageView message);

    default Type type() {
        return Type.ANY;
    }

    /** The same for every message. */
    record Literal(Value value, Type type) implements Expression {
        @Override
        public Value evaluate(MessageView message) {
            return value;
        }
    }

    /** A node that yields a truth. */
    interface Condition extends Expression {
        @Override
        default Type type() {
            return Type.BOOLEAN;
        }
    }

    /** A node that yields a number, or nothing. */
    interface Numeric extends Expression {
        @Override
        default Type type() {
            return Type.NUMBER;
        }
    }
}
