package io.sluice.broker.shard;

import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Refusal;
import io.sluice.broker.ScheduledMessage;
import io.sluice.broker.TemporaryName;
import io.sluice.broker.explain.DeletedMessages;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.Reply;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.queue.Pages;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.queue.Selection;
import io.sluice.broker.queue.Turn;
import io.sluice.broker.shard.ShardMailbox.DeleteCondition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Declares, deletes, purges and describes queues. */
final class Administration {
    private final ShardQueues queues;
    private final QueueRemoval removal;
    private final QueueChanges changes;
    private final Inspection inspection;
    private final Moves moves;
    private final Links links;
    private final Pages pages;
    private final Loops loops;

    Administration(ShardQueues queues, Links links, QueueRemoval removal, Pages pages, Moves moves, Loops loops) {
        this.queues = queues;
        this.loops = loops;
        this.links = links;
        this.removal = removal;
        this.changes = new QueueChanges(queues, loops, links.unusedQueues());
        this.inspection = new Inspection(queues, pages);
        this.moves = moves;
        this.pages = pages;
    }

    ShardQueues queues() {
        return queues;
    }

    QueueChanges changes() {
        return changes;
    }

    Inspection inspection() {
        return inspection;
    }

    Moves moves() {
        return moves;
    }

    void declare(QueueDefinition definition, Client client, Reply<QueueStatus> reply, Turn turn) {
        Optional<Queue> existing = queues.find(definition.name());
        if (TemporaryName.is(definition.name())) {
            turn.calling(client);
            String text = "'" + definition.name() + "' is the name of a temporary queue, which only a link can create";
            reply.refused(Refusal.of(Refusal.Kind.NOT_ALLOWED, text));
            return;
        }
        if (existing.isPresent()) {
            Optional<String> difference = difference(existing.get().decidedDefinition(), definition);
            if (difference.isPresent()) {
                turn.calling(client);
                reply.refused(Refusal.of(
                        Refusal.Kind.PRECONDITION_FAILED,
                        "queue '" + definition.name() + "' exists with another " + difference.get()));
                return;
            }
        }
        Optional<Refusal> loop = existing.isPresent() ? Optional.empty() : loops.refusalOf(definition);
        if (loop.isPresent()) {
            turn.calling(client);
            reply.refused(loop.get());
            return;
        }
        Queue queue = existing.orElseGet(() -> queues.declare(definition, turn));
        links.unusedQueues().touched(queue, turn);
        turn.afterDecided(applied -> done(client, reply, queue.status(), applied));
    }

    /** @return the first field in which the two differ, with both values */
    private static Optional<String> difference(QueueDefinition is, QueueDefinition asked) {
        Map<String, Object[]> fields = new LinkedHashMap<>();
        fields.put("durable", new Object[] {is.durable(), asked.durable()});
        fields.put("service", new Object[] {is.service(), asked.service()});
        fields.put("limits", new Object[] {is.limits(), asked.limits()});
        fields.put("deadLetter", new Object[] {is.deadLetter(), asked.deadLetter()});
        fields.put("deduplication", new Object[] {is.deduplication(), asked.deduplication()});
        fields.put("dispatching", new Object[] {is.dispatching(), asked.dispatching()});
        fields.put("life", new Object[] {is.life(), asked.life()});
        fields.put("expiry", new Object[] {is.expiry(), asked.expiry()});
        for (Map.Entry<String, Object[]> field : fields.entrySet()) {
            Object[] values = field.getValue();
            if (!values[0].equals(values[1])) {
                return Optional.of(field.getKey() + ": it is " + values[0] + ", asked for was " + values[1]);
            }
        }
        return Optional.empty();
    }

    void delete(String name, DeleteCondition condition, Client client, Reply<QueueStatus> reply, Turn turn) {
        withQueue(name, client, reply, turn, queue -> {
            Optional<String> obstacle = obstacle(queue, condition);
            if (obstacle.isPresent()) {
                turn.calling(client);
                reply.refused(Refusal.of(
                        Refusal.Kind.PRECONDITION_FAILED, "queue '" + name + "' is not deleted: " + obstacle.get()));
                return;
            }
            QueueStatus last = queue.status();
            links.temporaries().forget(queue);
            removal.remove(queue, QueueRemoval.deleted(queue), turn, applied -> done(client, reply, last, applied));
        });
    }

    private static Optional<String> obstacle(Queue queue, DeleteCondition condition) {
        if (condition == DeleteCondition.UNUSED && queue.dispatcher().consumerCount() > 0) {
            return Optional.of("it has " + queue.dispatcher().consumerCount() + " consumers");
        }
        if (condition == DeleteCondition.EMPTY && queue.expectedMessages() > 0) {
            return Optional.of("it holds " + queue.expectedMessages() + " messages");
        }
        return Optional.empty();
    }

    /** See {@link ShardMailbox#purge(String, Selection, Client, Reply)}. */
    void purge(String name, Selection selection, Client client, Reply<Long> reply, Turn turn) {
        withQueue(
                name,
                client,
                reply,
                turn,
                queue -> queue.purge(selection, pages, turn, (count, deciding) -> {
                    deciding.dispatchable(queue);
                    deciding.afterDecided(applied -> done(client, reply, count, applied));
                }));
    }

    /** See {@link ShardMailbox#deleteMessages}. */
    void deleteMessages(
            String name, Collection<Long> sequences, Client client, Reply<DeletedMessages> reply, Turn turn) {
        withQueue(
                name,
                client,
                reply,
                turn,
                queue -> queue.delete(
                        sequences,
                        pages,
                        turn,
                        (deleted, deciding) ->
                                deciding.afterDecided(applied -> done(client, reply, deleted, applied))));
    }

    void scheduled(
            String name, long fromSequence, int limit, Client client, Reply<ScheduledMessage.Some> reply, Turn turn) {
        withQueue(
                name,
                client,
                reply,
                turn,
                queue -> queue.scheduled(
                        fromSequence, limit, turn, (some, answering) -> done(client, reply, some, answering)));
    }

    void cancelScheduled(String name, long sequence, Client client, Reply<Boolean> reply, Turn turn) {
        withQueue(
                name,
                client,
                reply,
                turn,
                queue -> queue.cancel(sequence, turn, (cancelled, deciding) -> {
                    deciding.dispatchable(queue);
                    deciding.afterDecided(applied -> done(client, reply, cancelled, applied));
                }));
    }

    /** See {@link ShardMailbox#fetch}. */
    void fetch(
            io.sluice.broker.queue.Consumer consumer, long sequence, Client client, Reply<Delivery> reply, Turn turn) {
        Queue.Answer<Optional<Delivery>> answer = (found, answering) -> {
            answering.calling(client);
            if (found.isPresent()) {
                reply.done(found.get());
            } else {
                reply.refused(Refusal.of(
                        Refusal.Kind.NOT_FOUND,
                        "queue '" + consumer.address() + "' has no message " + sequence + " that nobody has"));
            }
        };
        if (consumer.home().isPresent()) {
            consumer.home().get().fetch(consumer, sequence, turn, answer);
        } else {
            answer.answer(Optional.empty(), turn);
        }
    }

    /** See {@link ShardMailbox#release}. */
    void release(String name, long sequence, Client client, Reply<Boolean> reply, Turn turn) {
        withQueue(
                name,
                client,
                reply,
                turn,
                queue -> queue.release(sequence, turn, (released, deciding) -> {
                    deciding.dispatchable(queue);
                    deciding.afterDecided(applied -> done(client, reply, released, applied));
                }));
    }

    void describe(String name, Client client, Reply<QueueStatus> reply, Turn turn) {
        withQueue(name, client, reply, turn, queue -> done(client, reply, queue.status(), turn));
    }

    void list(Client client, Reply<List<QueueStatus>> reply, Turn turn) {
        List<QueueStatus> all = new ArrayList<>();
        for (Queue queue : queues.all()) {
            all.add(queue.status());
        }
        all.sort(Comparator.comparing(status -> status.definition().name()));
        done(client, reply, all, turn);
    }

    private void withQueue(String name, Client client, Reply<?> reply, Turn turn, Consumer<Queue> then) {
        Optional<Queue> queue = queues.find(name);
        if (queue.isPresent()) {
            then.accept(queue.get());
        } else {
            turn.calling(client);
            reply.refused(noQueue(name));
        }
    }

    static Refusal noQueue(String name) {
        return Refusal.of(Refusal.Kind.NOT_FOUND, "there is no queue '" + name + "'");
    }

    private static <T> void done(Client client, Reply<T> reply, T value, Turn turn) {
        turn.calling(client);
        reply.done(value);
    }
}
