package io.sluice.amqp.servicebus;

import io.sluice.amqp.Access;
import io.sluice.amqp.AuditedChange.What;
import io.sluice.amqp.LocalNode;
import io.sluice.amqp.servicebus.EntityOperation.Entity;
import io.sluice.broker.Message;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Refusal;
import io.sluice.broker.security.Permissions;
import io.sluice.broker.shard.ShardMailbox;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * {@code <entity>/$management}: a queue's or a subscription's own node, as Service Bus's clients ask it. Requests and answers are those of Azure's
 * AMQP protocol guide. The connection's event loop.
 */
public final class EntityNode implements LocalNode {
    private static final String PREFIX = "com.microsoft:";

    private final EntityPath entity;
    private final Asker asker;
    private final Map<String, EntityOperation> operations = new LinkedHashMap<>();

    public EntityNode(EntityPath entity, Asker asker) {
        this.entity = entity;
        this.asker = asker;
        List.of(
                        new RenewLock(asker),
                        new PeekMessage(asker),
                        new ScheduleMessage(asker),
                        new CancelScheduledMessage(asker),
                        new ReceiveBySequenceNumber(asker),
                        new UpdateDisposition(asker),
                        new BatchDeleteMessages(asker),
                        SessionOperation.renew(asker),
                        SessionOperation.setState(asker),
                        SessionOperation.getState(asker),
                        new GetMessageSessions(asker),
                        ChangeRules.add(asker),
                        ChangeRules.remove(asker),
                        new EnumerateRules(asker))
                .forEach(operation -> operations.put(PREFIX + operation.name(), operation));
    }

    @Override
    public void request(Message request, String replyTo, Consumer<Message> reply) {
        request(request, replyTo, Access.ALL, reply);
    }

    @Override
    public void request(Message request, String replyTo, Access access, Consumer<Message> reply) {
        EntityAnswer answer = new EntityAnswer(replyTo, EntityRequest.correlation(request), reply);
        try {
            EntityRequest parsed = EntityRequest.parse(request);
            EntityOperation operation = operations.get(parsed.operation());
            if (operation == null) {
                throw EntityException.notImplemented("there is no operation '" + parsed.operation() + "' here, but "
                        + String.join(", ", operations.keySet()));
            }
            Optional<What> change = operation.audited(parsed).map(more -> change(operation, more));
            run(
                    operation,
                    parsed,
                    access,
                    change.map(what -> answer.audited(outcome -> access.audit(what, outcome)))
                            .orElse(answer));
        } catch (EntityException e) {
            answer.refuse(e);
        }
    }

    private What change(EntityOperation operation, Map<String, String> more) {
        return new What(
                operation.name(), entity.subscription().isPresent() ? "subscription" : "queue", entity.queue(), more);
    }

    private void run(EntityOperation operation, EntityRequest parsed, Access access, EntityAnswer answer) {
        try {
            Optional<Refusal> refusal = access.refusal(operation.action(), entity.permission());
            if (refusal.isPresent()) {
                throw EntityException.of(refusal.get());
            }
            find(entity.queue(), answer, status -> {
                if (entity.deadLetters()) {
                    runOnDeadLetters(operation, parsed, status, answer);
                } else {
                    operation.run(parsed, new Entity(entity.queue(), message -> true, false), answer);
                }
            });
        } catch (EntityException e) {
            answer.refuse(e);
        }
    }

    private void runOnDeadLetters(EntityOperation operation, EntityRequest request, QueueStatus of, EntityAnswer answer)
            throws EntityException {
        if (operation.action() == Permissions.Action.SEND) {
            throw EntityException.of(
                    Refusal.of(Refusal.Kind.NOT_ALLOWED, "nobody sends to dead letters: " + operation.name()));
        }
        String queue = of.definition()
                .deadLetter()
                .queue()
                .orElseThrow(() -> EntityException.of(
                        Refusal.of(Refusal.Kind.NOT_FOUND, "queue '" + entity.queue() + "' has no dead-letter queue")));
        find(queue, answer, found -> operation.run(request, new Entity(queue, entity::isDeadLetter, true), answer));
    }

    /** What there is to do with a queue that was found. */
    private interface WithQueue {
        void run(QueueStatus status) throws EntityException;
    }

    private void find(String queue, EntityAnswer answer, WithQueue then) throws EntityException {
        Optional<Refusal> elsewhere = asker.shards().elsewhere(queue);
        if (elsewhere.isPresent()) {
            throw EntityException.of(elsewhere.get());
        }
        ShardMailbox shard = asker.shards().of(queue);
        shard.describe(queue, asker.thread(), asker.reply(answer, then::run));
    }
}
