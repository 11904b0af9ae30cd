package io.sluice.amqp.rabbitmq;

import io.sluice.amqp.Access;
import io.sluice.amqp.AuditedChange.Outcome;
import io.sluice.amqp.AuditedChange.What;
import io.sluice.amqp.message.AnswerMessage;
import io.sluice.broker.Message;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Reply;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;

/**
 * Where the answer to one request goes (HTTP over AMQP 1.0 wd06 §5.2): its subject is the status, its correlation-id the request's
 * message-id. Given once, on any thread.
 */
final class HttpAnswer {
    private static final Map<String, Object> VERSION = Map.of("http:response", "1.1");

    private final String replyTo;
    private final Optional<Object> messageId;
    private final Access access;
    private final Consumer<Message> reply;
    private final Optional<What> change;
    private final OptionalLong messages;

    /** @param messageId of the request @param access of who asks */
    HttpAnswer(String replyTo, Optional<Object> messageId, Access access, Consumer<Message> reply) {
        this(replyTo, messageId, access, reply, Optional.empty(), OptionalLong.empty());
    }

    private HttpAnswer(
            String replyTo,
            Optional<Object> messageId,
            Access access,
            Consumer<Message> reply,
            Optional<What> change,
            OptionalLong messages) {
        this.replyTo = replyTo;
        this.messageId = messageId;
        this.access = access;
        this.reply = reply;
        this.change = change;
        this.messages = messages;
    }

    /** The same, to a request for this. @param asked empty: it changes nothing */
    HttpAnswer to(Optional<What> asked) {
        return new HttpAnswer(replyTo, messageId, access, reply, asked, messages);
    }

    /** The same, to a request by which so many messages were removed. */
    HttpAnswer counting(long removed) {
        return new HttpAnswer(replyTo, messageId, access, reply, change, OptionalLong.of(removed));
    }

    private void audit(int status, String text) {
        change.ifPresent(what -> access.audit(what, Outcome.of(status, text, messages)));
    }

    /** @param body may be null */
    void give(int status, Object body) {
        audit(status, "");
        send(status, body);
    }

    private void send(int status, Object body) {
        org.apache.qpid.proton.message.Message message = org.apache.qpid.proton.message.Message.Factory.create();
        message.setSubject(Integer.toString(status));
        if (!replyTo.isEmpty()) {
            message.setAddress(replyTo);
        }
        messageId.ifPresent(message::setCorrelationId);
        message.setApplicationProperties(new ApplicationProperties(VERSION));
        message.setBody(new AmqpValue(body));
        reply.accept(AnswerMessage.of(message));
    }

    void noContent() {
        give(HttpStatus.NO_CONTENT, null);
    }

    void refuse(HttpException refusal) {
        audit(refusal.status(), refusal.getMessage());
        boolean ended = refusal.notAllowed().map(access::endsSession).orElse(false);
        if (!ended) {
            send(refusal.status(), refusal.getMessage());
        }
    }

    /** What is done with what a shard says; may throw what the request is refused with. */
    interface Then<T> {
        void accept(T value) throws HttpException;
    }

    /** For a shard to answer to. */
    <T> Reply<T> then(Then<T> done) {
        return then(done, refusal -> refuse(HttpException.of(refusal)));
    }

    <T> Reply<T> then(Then<T> done, Then<Refusal> otherwise) {
        return new Reply<>() {
            @Override
            public void done(T value) {
                run(done, value);
            }

            @Override
            public void refused(Refusal refusal) {
                run(otherwise, refusal);
            }
        };
    }

    private <T> void run(Then<T> then, T value) {
        try {
            then.accept(value);
        } catch (HttpException e) {
            refuse(e);
        }
    }
}
