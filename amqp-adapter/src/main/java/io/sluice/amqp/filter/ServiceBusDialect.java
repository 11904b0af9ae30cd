package io.sluice.amqp.filter;

import java.util.Locale;
import java.util.Map;
import org.antlr.v4.runtime.CharStream;
import org.antlr.v4.runtime.Lexer;

/** Conditions of Service Bus's SQL filters as far as selectors have them: the fields of a message are {@code sys.Label} and so on, the rest properties. */
final class ServiceBusDialect implements Dialect {
    static final ServiceBusDialect INSTANCE = new ServiceBusDialect();

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

    private ServiceBusDialect() {}

    /** A name as it is written, without the quotes around it. */
    static String name(String token) {
        return token.startsWith("\"") ? INSTANCE.text(token) : token;
    }

    /** @return its place in the properties section, -1 where it is an application property's name */
    static int systemField(String name, int position) {
        if (!name.regionMatches(true, 0, SYSTEM, 0, SYSTEM.length())) {
            return -1;
        }
        Integer field = FIELDS.get(name.substring(SYSTEM.length()).toLowerCase(Locale.ROOT));
        if (field == null) {
            throw new Rejection(position, "'" + name + "' is no field of a message that is known here");
        }
        return field;
    }

    /** The application property's own name. */
    static String userName(String name) {
        return name.regionMatches(true, 0, USER, 0, USER.length()) ? name.substring(USER.length()) : name;
    }

    @Override
    public Lexer lexer(CharStream text) {
        return JmsDialect.INSTANCE.lexer(text);
    }

    @Override
    public Expression field(String token, int position) {
        String name = name(token);
        int field = systemField(name, position);
        return field >= 0 ? Fields.property(field) : Fields.applicationProperty(userName(name));
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
