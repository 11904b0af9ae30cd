package io.sluice.amqp.management;

import io.sluice.amqp.AuditedChange.Outcome;
import io.sluice.amqp.message.AnswerMessage;
import io.sluice.broker.Message;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Reply;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;

/** Where the answer to one request goes; given once, on any thread. */
final class Answer {
    private final String replyTo;
    private final Optional<Object> correlation;
    private final Consumer<Message> reply;
    private final Consumer<Outcome> audit;
    private final OptionalLong messages;

    Answer(String replyTo, Optional<Object> correlation, Consumer<Message> reply) {
        this(replyTo, correlation, reply, outcome -> {}, OptionalLong.empty());
    }

    private Answer(
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
    Answer audited(Consumer<Outcome> hears) {
        return new Answer(replyTo, correlation, reply, hears, messages);
    }

    /** The same, to a request by which so many messages were removed or moved. */
    Answer counting(long concerned) {
        return new Answer(replyTo, correlation, reply, audit, OptionalLong.of(concerned));
    }

    /** Done, beside what the asker is told. */
    void alsoDone(long concerned) {
        audit.accept(Outcome.of(Status.OK, "", OptionalLong.of(concerned)));
    }

    void give(int status, String description, Map<String, ?> body) {
        give(status, description, body, Map.of());
    }

    /** @param body a map or a list */
    void give(int status, String description, Object body, Map<String, ?> moreProperties) {
        audit.accept(Outcome.of(status, description, messages));
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("statusCode", status);
        properties.put("statusDescription", description);
        properties.putAll(moreProperties);
        org.apache.qpid.proton.message.Message message = org.apache.qpid.proton.message.Message.Factory.create();
        message.setApplicationProperties(new ApplicationProperties(properties));
        message.setBody(new AmqpValue(body));
        correlation.ifPresent(message::setCorrelationId);
        if (!replyTo.isEmpty()) {
            message.setAddress(replyTo);
        }
        reply.accept(AnswerMessage.of(message));
    }

    void refuse(ManagementException refusal) {
        give(refusal.status(), refusal.getMessage(), Map.of());
    }

    /** For a shard to answer to. */
    <T> Reply<T> then(Consumer<T> done) {
        return new Reply<>() {
            @Override
            public void done(T value) {
                done.accept(value);
            }

            @Override
            public void refused(Refusal refusal) {
                give(Status.of(refusal), refusal.text(), Map.of());
            }
        };
    }

    /** Of a question that no shard refuses. */
    static <T> Reply<T> whenDone(Consumer<T> done) {
        return new Reply<>() {
            @Override
            public void done(T value) {
                done.accept(value);
            }

            @Override
            public void refused(Refusal refusal) {
                throw new IllegalStateException(refusal.text());
            }
        };
    }
}
