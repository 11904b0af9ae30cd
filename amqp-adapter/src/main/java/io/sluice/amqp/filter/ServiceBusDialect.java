package io.sluice.amqp.filter;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.antlr.v4.runtime.CharStream;
import org.antlr.v4.runtime.Lexer;

/** Conditions of Service Bus's SQL filters as far as selectors have them: the fields of a message are {@code sys.Label} and so on, the rest properties. */
final class ServiceBusDialect implements Dialect {
    static final ServiceBusDialect INSTANCE = new ServiceBusDialect();

    private static final String SYSTEM = "sys.";
    private static final String USER = "user.";
    private static final Map<String, Expression> FIELDS = fields();

    private ServiceBusDialect() {}

    private static Map<String, Expression> fields() {
        Map<String, Expression> fields = new HashMap<>();
        fields.put("messageid", Fields.property(Fields.MESSAGE_ID));
        fields.put("correlationid", Fields.property(Fields.CORRELATION_ID));
        fields.put("label", Fields.property(Fields.SUBJECT));
        fields.put("subject", Fields.property(Fields.SUBJECT));
        fields.put("to", Fields.property(Fields.TO));
        fields.put("replyto", Fields.property(Fields.REPLY_TO));
        fields.put("contenttype", Fields.property(Fields.PROPERTIES.indexOf("content_type")));
        fields.put("sessionid", Fields.property(Fields.GROUP_ID));
        fields.put("replytosessionid", Fields.property(Fields.REPLY_TO_GROUP_ID));
        return fields;
    }

    @Override
    public Lexer lexer(CharStream text) {
        return JmsDialect.INSTANCE.lexer(text);
    }

    @Override
    public Expression field(String token, int position) {
        String name = token.startsWith("\"") ? text(token) : token;
        if (name.regionMatches(true, 0, SYSTEM, 0, SYSTEM.length())) {
            Expression field = FIELDS.get(name.substring(SYSTEM.length()).toLowerCase(Locale.ROOT));
            if (field == null) {
                throw new Rejection(position, "'" + name + "' is no field of a message that is known here");
            }
            return field;
        }
        boolean user = name.regionMatches(true, 0, USER, 0, USER.length());
        return Fields.applicationProperty(user ? name.substring(USER.length()) : name);
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
