package io.sluice.amqp.filter;

import io.sluice.amqp.filter.grammar.SelectorParser;
import io.sluice.amqp.message.ApplicationProperties;
import io.sluice.amqp.message.MessageProperties;
import io.sluice.broker.Message;
import io.sluice.broker.MessageGroup;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.antlr.v4.runtime.CharStreams;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;

/**
 * What a rule of Service Bus does to its copy of a message: {@code SET property = expression} and {@code REMOVE property}, one after the other,
 * each of the message as the one before has left it. Immutable, any thread.
 */
final class RuleAction {
    /** As Service Bus has them. */
    static final int MAX_STATEMENTS = 32;

    private final List<Statement> statements;

    /**
     * @param field of the properties section, -1 for an application property
     * @param value null where it is taken away
     */
    private record Statement(int field, String name, Expression value) {}

    private RuleAction(List<Statement> statements) {
        this.statements = statements;
    }

    /**
     * @param newIds for newid(); what it gives is in the copy, so it is asked once for each
     * @throws InvalidFilterException the text says where and why
     */
    static RuleAction of(String text, Supplier<UUID> newIds) throws InvalidFilterException {
        return Selector.parse(
                text,
                ServiceBusLexer.ofAction(CharStreams.fromString(text)),
                parser -> compile(parser, new ExpressionCompiler(new ServiceBusDialect(newIds))));
    }

    private static RuleAction compile(SelectorParser parser, ExpressionCompiler expressions) {
        List<Statement> statements = new ArrayList<>();
        for (SelectorParser.StatementContext each : parser.action().statement()) {
            if (statements.size() == MAX_STATEMENTS) {
                throw new Rejection(
                        each.getStart().getStartIndex() + 1, "an action has " + MAX_STATEMENTS + " statements at most");
            }
            boolean sets = each instanceof SelectorParser.SetContext;
            SelectorParser.PropertyContext property = sets
                    ? ((SelectorParser.SetContext) each).property()
                    : ((SelectorParser.RemoveContext) each).property();
            Expression value = sets ? expressions.visit(((SelectorParser.SetContext) each).disjunction()) : null;
            statements.add(statement(property, value));
        }
        return new RuleAction(List.copyOf(statements));
    }

    private static Statement statement(SelectorParser.PropertyContext property, Expression value) {
        int position = property.getStart().getStartIndex() + 1;
        ServiceBusDialect.Property of = ServiceBusDialect.property(property.getText(), position);
        if (of.field() < 0 && of.name().isEmpty()) {
            throw new Rejection(position, "a property has a name");
        }
        return new Statement(of.field(), of.name(), value);
    }

    Message apply(Message message) {
        Message changed = message;
        for (Statement each : statements) {
            changed = apply(each, changed);
        }
        return changed;
    }

    private static Message apply(Statement statement, Message message) {
        Value value = statement.value == null ? Value.ABSENT : statement.value.evaluate(new MessageView(message, 0));
        if (value.kind() == Value.Kind.OPAQUE) {
            // A list or a map: nothing that a property may be.
            return message;
        }
        Object object = object(value);
        if (statement.field < 0) {
            return ApplicationProperties.with(message, statement.name, object);
        }
        String text = object == null ? null : object.toString();
        Message changed = MessageProperties.with(
                message,
                statement.field,
                statement.field == Fields.CONTENT_TYPE && text != null ? Symbol.valueOf(text) : text);
        return statement.field == Fields.GROUP_ID && changed != message ? inGroup(changed, text) : changed;
    }

    private static Message inGroup(Message message, String id) {
        MessageGroup group = id == null || id.isEmpty() || id.length() > MessageGroup.MAX_ID_LENGTH
                ? MessageGroup.NONE
                : new MessageGroup(id, message.group().sequence());
        return message.with(message.header().withGroup(group));
    }

    private static Object object(Value value) {
        return switch (value.kind()) {
            case BOOLEAN -> value == Value.TRUE;
            case LONG -> value.asLong();
            case UNSIGNED -> new UnsignedLong(value.asLong());
            case DOUBLE -> value.asDouble();
            case TEXT -> value.asString();
            case BINARY -> new Binary(Arrays.copyOfRange(value.bytes(), value.from(), value.to()));
            case UUID -> {
                ByteBuffer bytes = ByteBuffer.wrap(value.bytes(), value.from(), 2 * Long.BYTES);
                yield new UUID(bytes.getLong(), bytes.getLong());
            }
            case ABSENT, OPAQUE -> null;
        };
    }
}
