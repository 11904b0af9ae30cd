package io.sluice.amqp.filter;

import io.sluice.amqp.filter.grammar.SqlLexer;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.antlr.v4.runtime.CharStream;
import org.antlr.v4.runtime.Lexer;

/**
 * SQL filters (AMQP Filter Expressions 1.0 §6), as far as RabbitMQ has them: a field is named by its section and name, a name
 * alone is an application property.
 */
final class SqlDialect implements Dialect {
    private static final Map<String, Expression> PROPERTIES = Fields.properties();
    private static final Set<String> OUT_OF_REACH = Set.of("delivery_annotations", "d", "footer", "f");

    private final LongSupplier nowMillis;

    /** @param nowMillis epoch milliseconds, for UTC() */
    SqlDialect(LongSupplier nowMillis) {
        this.nowMillis = nowMillis;
    }

    @Override
    public Lexer lexer(CharStream text) {
        return new SqlLexer(text);
    }

    @Override
    public Expression field(String token, int position) {
        int bracket = token.indexOf('[');
        int dot = bracket < 0 ? token.indexOf('.') : bracket - 1;
        String name = bracket < 0 ? token.substring(dot + 1) : token.substring(bracket + 1, token.length() - 1);
        if (dot < 0) {
            return Fields.applicationProperty(name);
        }
        return fieldOf(token.substring(0, dot), name, position);
    }

    private static Expression fieldOf(String section, String name, int position) {
        switch (section) {
            case "header":
            case "h":
                return known(Fields.HEADER, "header", name, position);
            case "properties":
            case "p":
                return known(PROPERTIES, "properties", name, position);
            case "application_properties":
            case "a":
                return Fields.applicationProperty(name);
            case "message_annotations":
            case "m":
                return Fields.annotation(name);
            default:
                String what = OUT_OF_REACH.contains(section) ? "cannot be filtered by" : "is no section of a message";
                throw new Rejection(position, "'" + section + "' " + what);
        }
    }

    private static Expression known(Map<String, Expression> fields, String section, String name, int position) {
        Expression field = fields.get(name.replace('-', '_'));
        if (field == null) {
            throw new Rejection(position, "'" + name + "' is no field of " + section);
        }
        return field;
    }

    @Override
    public Value integer(String digits, boolean negative) {
        return negative ? Value.of(Long.parseLong("-" + digits)) : Value.unsigned(Long.parseUnsignedLong(digits));
    }

    @Override
    public Comparison.Rules rules() {
        return Comparison.Rules.SQL;
    }

    @Override
    public boolean dividesExactly() {
        return true;
    }

    @Override
    public Expression now() {
        return view -> Value.of(nowMillis.getAsLong());
    }
}
