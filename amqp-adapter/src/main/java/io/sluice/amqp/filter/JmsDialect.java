package io.sluice.amqp.filter;

import io.sluice.amqp.filter.grammar.SelectorLexer;
import java.util.HashMap;
import java.util.Map;
import org.antlr.v4.runtime.CharStream;
import org.antlr.v4.runtime.Lexer;

/** Message selectors of JMS (Jakarta Messaging 3.1 §3.8), their names mapped to AMQP as Qpid JMS maps them. */
final class JmsDialect implements Dialect {
    static final JmsDialect INSTANCE = new JmsDialect();

    private static final String ANNOTATION = "amqp.annotation.";
    /** The same as Artemis has it. */
    private static final String SHORT_ANNOTATION = "m.";

    private static final String AMQP = "amqp.";
    private static final Value PERSISTENT = Value.of("PERSISTENT");
    private static final Value NON_PERSISTENT = Value.of("NON_PERSISTENT");
    private static final Value NEVER = Value.of(0L);
    private static final Map<String, Expression> HEADERS = headers();
    private static final Map<String, Expression> AMQP_FIELDS = Fields.headerAndProperties();

    private JmsDialect() {}

    private static Map<String, Expression> headers() {
        Map<String, Expression> headers = new HashMap<>();
        headers.put("JMSMessageID", view -> MessageIds.messageId(view.property(Fields.MESSAGE_ID)));
        headers.put("JMSCorrelationID", view -> MessageIds.correlationId(view.property(Fields.CORRELATION_ID)));
        headers.put("JMSType", Fields.property(Fields.SUBJECT));
        headers.put("JMSTimestamp", view -> orNever(view.property(Fields.CREATION_TIME)));
        headers.put("JMSExpiration", view -> orNever(view.property(Fields.ABSOLUTE_EXPIRY_TIME)));
        headers.put("JMSDeliveryTime", Fields.annotation("x-opt-delivery-time"));
        headers.put("JMSPriority", Fields.HEADER.get("priority"));
        headers.put("JMSDeliveryMode", view -> view.message().durable() ? PERSISTENT : NON_PERSISTENT);
        headers.put("JMSDestination", Fields.property(Fields.TO));
        headers.put("JMSReplyTo", Fields.property(Fields.REPLY_TO));
        headers.put("JMSRedelivered", view -> Value.of(view.deliveryCount() > 0));
        headers.put("JMSXDeliveryCount", view -> Value.of(view.deliveryCount() + 1L));
        headers.put("JMSXUserID", view -> bytesAsText(view.property(Fields.USER_ID)));
        headers.put("JMSXGroupID", Fields.property(Fields.GROUP_ID));
        headers.put("JMSXGroupSeq", view -> asInt(view.property(Fields.GROUP_SEQUENCE)));
        headers.put("JMS_AMQP_TTL", Fields::ttl);
        headers.put("JMS_AMQP_REPLY_TO_GROUP_ID", Fields.property(Fields.REPLY_TO_GROUP_ID));
        return headers;
    }

    private static Value orNever(Value timestamp) {
        return timestamp == Value.ABSENT ? NEVER : timestamp;
    }

    private static Value bytesAsText(Value binary) {
        return binary.kind() == Value.Kind.BINARY ? binary.asText() : binary;
    }

    /** JMS has it as an int, AMQP as a uint. */
    private static Value asInt(Value sequence) {
        return sequence.kind() == Value.Kind.LONG ? Value.of((long) (int) sequence.asLong()) : sequence;
    }

    @Override
    public Lexer lexer(CharStream text) {
        return new SelectorLexer(text);
    }

    @Override
    public Expression field(String token, int position) {
        String name = token.startsWith("\"") ? text(token) : token;
        Expression header = HEADERS.get(name);
        if (header != null) {
            return header;
        }
        if (name.startsWith(ANNOTATION)) {
            return Fields.annotation(name.substring(ANNOTATION.length()));
        }
        if (name.startsWith(SHORT_ANNOTATION)) {
            return Fields.annotation(name.substring(SHORT_ANNOTATION.length()));
        }
        if (name.startsWith(AMQP)) {
            Expression field = AMQP_FIELDS.get(name.substring(AMQP.length()));
            if (field == null) {
                throw new Rejection(position, "'" + name + "' is no field of header or properties");
            }
            return field;
        }
        return Fields.applicationProperty(name);
    }

    @Override
    public Value integer(String token, boolean negative) {
        String digits = token.endsWith("l") || token.endsWith("L") ? token.substring(0, token.length() - 1) : token;
        String sign = negative ? "-" : "";
        if (digits.startsWith("0x") || digits.startsWith("0X")) {
            return Value.of(Long.parseLong(sign + digits.substring(2), 16));
        }
        return Value.of(Long.parseLong(sign + digits, digits.startsWith("0") ? 8 : 10));
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
