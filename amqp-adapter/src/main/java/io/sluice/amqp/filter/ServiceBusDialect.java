package io.sluice.amqp.filter;

import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.antlr.v4.runtime.CharStream;
import org.antlr.v4.runtime.Lexer;

/**
 * Service Bus's SQL as far as selectors have it, and its functions: the fields of a message are {@code sys.Label} and so on, the rest properties.
 * (Microsoft: "Subscription Rule SQL Filter Syntax", "Subscription Rule SQL Action Syntax".)
 */
final class ServiceBusDialect implements Dialect {
    private static final String SYSTEM = "sys.";
    private static final String USER = "user.";
    /** By their places in the properties section. */
    private static final Map<String, Integer> FIELDS = Map.of(
            "messageid", Fields.MESSAGE_ID,
            "correlationid", Fields.CORRELATION_ID,
            "label", Fields.SUBJECT,
            "subject", Fields.SUBJECT,
            "to", Fields.TO,
            "replyto", Fields.REPLY_TO,
            "contenttype", Fields.CONTENT_TYPE,
            "sessionid", Fields.GROUP_ID,
            "replytosessionid", Fields.REPLY_TO_GROUP_ID);

    private final Supplier<UUID> newIds;

    /** @param newIds asked for each newid() of each message, on the shard's thread */
    ServiceBusDialect(Supplier<UUID> newIds) {
        this.newIds = newIds;
    }

    /**
     * What a name stands for.
     *
     * @param field its place in the properties section, -1 where it is an application property
     * @param name the application property's own
     */
    record Property(int field, String name) {
        private static Property user(String name) {
            return new Property(-1, name);
        }

        Expression expression() {
            return field >= 0 ? Fields.property(field) : Fields.applicationProperty(name);
        }
    }

    /** @param token as it is written, in quotes or brackets where it is no identifier. @throws Rejection it stands for nothing */
    static Property property(String token, int position) {
        if (token.startsWith("\"")) {
            return Property.user(token.substring(1, token.length() - 1).replace("\"\"", "\""));
        }
        int bracket = token.indexOf('[');
        if (bracket < 0) {
            return named(token, position);
        }
        String name = token.substring(bracket + 1, token.length() - 1).replace("]]", "]");
        return bracket == SYSTEM.length() && token.regionMatches(true, 0, SYSTEM, 0, bracket)
                ? named(SYSTEM + name, position)
                : Property.user(name);
    }

    /** @param name with its scope in front, or none */
    private static Property named(String name, int position) {
        return find(name)
                .orElseThrow(
                        () -> new Rejection(position, "'" + name + "' is no field of a message that is known here"));
    }

    private static Optional<Property> find(String name) {
        if (name.regionMatches(true, 0, SYSTEM, 0, SYSTEM.length())) {
            return Optional.ofNullable(
                            FIELDS.get(name.substring(SYSTEM.length()).toLowerCase(Locale.ROOT)))
                    .map(field -> new Property(field, ""));
        }
        boolean user = name.regionMatches(true, 0, USER, 0, USER.length());
        return Optional.of(Property.user(user ? name.substring(USER.length()) : name));
    }

    @Override
    public Lexer lexer(CharStream text) {
        return ServiceBusLexer.ofCondition(text);
    }

    @Override
    public Expression field(String token, int position) {
        return property(token, position).expression();
    }

    @Override
    public Expression function(String name, Optional<Expression> argument, int position) {
        boolean newId = name.equalsIgnoreCase("newid");
        if (newId == argument.isPresent()) {
            throw new Rejection(position, newId ? "newid() takes nothing" : name + "() takes the name of a property");
        }
        return newId ? view -> newId() : property(argument.get(), position);
    }

    private Value newId() {
        UUID id = newIds.get();
        ByteBuffer bytes = ByteBuffer.allocate(2 * Long.BYTES);
        bytes.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
        return Value.uuid(bytes.array(), 0);
    }

    /** The property whose name an expression gives: which one is known from the beginning, nearly always. */
    private static Expression property(Expression name, int position) {
        if (!name.type().mayBe(Expression.Type.TEXT)) {
            throw new Rejection(position, name.type() + " where the name of a property is expected");
        }
        if (name instanceof Expression.Literal literal) {
            return named(literal.value().asString(), position).expression();
        }
        return view -> {
            Value text = name.evaluate(view);
            return text.isText()
                    ? find(text.asString())
                            .map(found -> found.expression().evaluate(view))
                            .orElse(Value.ABSENT)
                    : Value.ABSENT;
        };
    }

    @Override
    public Value integer(String digits, boolean negative) {
        return JmsDialect.INSTANCE.integer(digits, negative);
    }

    @Override
    public Comparison.Rules rules() {
        return Comparison.Rules.JMS;
    }

    @Override
    public boolean dividesExactly() {
        return false;
    }

    @Override
    public Expression now() {
        throw new IllegalStateException("a selector has no word for the time");
    }
}
