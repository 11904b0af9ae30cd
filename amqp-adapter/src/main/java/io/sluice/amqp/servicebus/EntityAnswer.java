package io.sluice.amqp.servicebus;

import io.sluice.amqp.AuditedChange.Outcome;
import io.sluice.amqp.message.AnswerMessage;
import io.sluice.broker.Message;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;

/** Where the answer to one request goes; given once. */
final class EntityAnswer {
    static final int OK = 200;
    static final int NO_CONTENT = 204;

    private final String replyTo;
    private final Optional<Object> correlation;
    private final Consumer<Message> reply;
    private final Consumer<Outcome> audit;
    private final OptionalLong messages;

    EntityAnswer(String replyTo, Optional<Object> correlation, Consumer<Message> reply) {
        this(replyTo, correlation, reply, outcome -> {}, OptionalLong.empty());
    }

    private EntityAnswer(
            String replyTo,
            Optional<Object> correlation,
            Consumer<Message> reply,
            Consumer<Outcome> audit,
            OptionalLong messages) {
        this.replyTo = replyTo;
        this.correlation = correlation;
        this.reply = reply;
        this.audit = audit;
        this.messages = messages;
    }

    /** The same, of which somebody else hears, too. */
    EntityAnswer audited(Consumer<Outcome> hears) {
        return new EntityAnswer(replyTo, correlation, reply, hears, messages);
    }

    /** The same, to a request by which so many messages were removed. */
    EntityAnswer counting(long removed) {
        return new EntityAnswer(replyTo, correlation, reply, audit, OptionalLong.of(removed));
    }

    void ok(Map<String, ?> body) {
        give(OK, "OK", Optional.empty(), body);
    }

    /** What was asked for there is none of. */
    void nothing() {
        give(NO_CONTENT, "No Content", Optional.empty(), Map.of());
    }

    void refuse(EntityException why) {
        give(why.status(), why.getMessage(), Optional.of(why.condition()), Map.of());
    }

    private void give(int status, String description, Optional<String> condition, Map<String, ?> body) {
        audit.accept(Outcome.of(status, description, messages));
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("statusCode", status);
        properties.put("statusDescription", description);
        condition.ifPresent(symbol -> properties.put("errorCondition", Symbol.valueOf(symbol)));
        org.apache.qpid.proton.message.Message message = org.apache.qpid.proton.message.Message.Factory.create();
        message.setApplicationProperties(new ApplicationProperties(properties));
        message.setBody(new AmqpValue(body));
        correlation.ifPresent(message::setCorrelationId);
        if (!replyTo.isEmpty()) {
            message.setAddress(replyTo);
        }
        reply.accept(AnswerMessage.of(message));
    }
}
