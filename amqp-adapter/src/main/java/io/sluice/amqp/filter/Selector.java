package io.sluice.amqp.filter;

import io.sluice.amqp.filter.grammar.SelectorParser;
import io.sluice.broker.Message;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.Lexer;
import org.antlr.v4.runtime.Token;

/**
 * A condition on messages in one of two languages: JMS selectors and AMQP SQL filters. Compiled once, immutable, any thread. It
 * reads a message's encoded sections as far as it needs them and never its body.
 */
public final class Selector {
    public static final int MAX_CHARS = 32_768;
    /** Parentheses in parentheses. */
    public static final int MAX_DEPTH = 64;

    private final Expression condition;

    private Selector(Expression condition) {
        this.condition = condition;
    }

    /** A message selector of JMS (Jakarta Messaging 3.1 §3.8). */
    public static Selector jms(String text) throws InvalidFilterException {
        return compile(text, JmsDialect.INSTANCE);
    }

    /**
     * An SQL filter (AMQP Filter Expressions 1.0 §6).
     *
     * @param nowMillis epoch milliseconds, asked whenever a message is and the filter says UTC()
     */
    public static Selector sql(String text, LongSupplier nowMillis) throws InvalidFilterException {
        return compile(text, new SqlDialect(nowMillis));
    }

    /** An SQL filter of Service Bus, as far as it is no more than a selector with functions. @param newIds for newid() */
    static Selector serviceBus(String text, Supplier<UUID> newIds) throws InvalidFilterException {
        return compile(text, new ServiceBusDialect(newIds));
    }

    private static Selector compile(String text, Dialect dialect) throws InvalidFilterException {
        return parse(
                text,
                dialect.lexer(CharStreams.fromString(text)),
                parser -> new Selector(new ExpressionCompiler(dialect).visit(parser.selector())));
    }

    /** @param compile may throw a {@link Rejection}. @throws InvalidFilterException the text says where and why */
    static <T> T parse(String text, Lexer lexer, Function<SelectorParser, T> compile) throws InvalidFilterException {
        if (text.length() > MAX_CHARS) {
            throw new InvalidFilterException(
                    MAX_CHARS + 1, "a filter has " + MAX_CHARS + " characters at most, this one " + text.length());
        }
        CommonTokenStream tokens = new CommonTokenStream(lexer);
        SelectorParser parser = new SelectorParser(tokens);
        parser.removeErrorListeners();
        parser.setErrorHandler(new SyntaxErrors());
        try {
            checkDepth(tokens);
            return compile.apply(parser);
        } catch (Rejection e) {
            throw e.toInvalidFilter();
        }
    }

    /** Parser, compiler and evaluation all go as deep as parentheses do. */
    private static void checkDepth(CommonTokenStream tokens) {
        tokens.fill();
        int depth = 0;
        for (Token token : tokens.getTokens()) {
            if (token.getType() == SelectorParser.OPEN && ++depth > MAX_DEPTH) {
                throw new Rejection(token.getStartIndex() + 1, "more than " + MAX_DEPTH + " parentheses in each other");
            } else if (token.getType() == SelectorParser.CLOSE) {
                depth--;
            }
        }
    }

    Expression condition() {
        return condition;
    }

    /**
     * Whether the condition is true; unknown is not.
     *
     * @param deliveryCount deliveries that failed (AMQP 1.0 §3.2.1 delivery-count), for who asks for redelivered messages
     */
    public boolean matches(Message message, int deliveryCount) {
        return evaluate(message, deliveryCount) == Value.TRUE;
    }

    Value evaluate(Message message, int deliveryCount) {
        Value truth = condition.evaluate(new MessageView(message, deliveryCount));
        return truth == Value.TRUE || truth == Value.FALSE ? truth : Value.ABSENT;
    }
}
