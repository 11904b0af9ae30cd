package io.sluice.broker.shard;

import io.sluice.broker.PeekedMessage;
import io.sluice.broker.Refusal;
import io.sluice.broker.explain.LinkExplanation;
import io.sluice.broker.explain.MessageExplanation;
import io.sluice.broker.explain.QueueExplanation;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.Reply;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Dispatcher;
import io.sluice.broker.queue.LockRenewal;
import io.sluice.broker.queue.Pages;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.queue.Turn;
import java.util.Optional;
import java.util.OptionalLong;

/** Looks into queues for an administrator; changes nothing. */
final class Inspection {
    private final ShardQueues queues;
    private final Pages pages;

    Inspection(ShardQueues queues, Pages pages) {
        this.queues = queues;
        this.pages = pages;
    }

    void peek(String name, PeekedMessage.Range range, Client client, Reply<PeekedMessage.Some> reply, Turn turn) {
        withQueue(
                name,
                client,
                reply,
                turn,
                queue -> queue.peek(range, pages, turn, (some, answering) -> done(client, reply, some, answering)));
    }

    void explain(String name, Client client, Reply<QueueExplanation> reply, Turn turn) {
        withQueue(
                name,
                client,
                reply,
                turn,
                queue -> done(client, reply, queue.dispatcher().explain(turn.nowMillis()), turn));
    }

    void explainMessage(String name, long sequence, Client client, Reply<MessageExplanation> reply, Turn turn) {
        withQueue(
                name,
                client,
                reply,
                turn,
                queue -> done(client, reply, queue.dispatcher().explainMessage(sequence, turn.nowMillis()), turn));
    }

    /** See {@link ShardMailbox#renewLocks}. */
    void renewLocks(Consumer consumer, OptionalLong sequence, Client client, Reply<LockRenewal> reply, Turn turn) {
        Optional<Refusal> refusal = consumer.home()
                .map(home -> home.refusalOfRenewal(consumer, sequence))
                .orElse(Optional.of(Administration.noQueue(consumer.address())));
        turn.calling(client);
        if (refusal.isPresent()) {
            reply.refused(refusal.get());
        } else {
            reply.done(consumer.home().orElseThrow().renew(consumer, sequence, turn.nowMillis()));
        }
    }

    void explain(Consumer consumer, Client client, Reply<LinkExplanation> reply, Turn turn) {
        Optional<Dispatcher> home = consumer.home();
        if (home.isPresent() && !home.get().isDeleted()) {
            done(client, reply, home.get().explain(consumer, turn.nowMillis()), turn);
        } else {
            turn.calling(client);
            reply.refused(Administration.noQueue(consumer.address()));
        }
    }

    private void withQueue(
            String name, Client client, Reply<?> reply, Turn turn, java.util.function.Consumer<Queue> then) {
        Optional<Queue> queue = queues.find(name);
        if (queue.isPresent()) {
            then.accept(queue.get());
        } else {
            Refusal none = Administration.noQueue(name);
            turn.calling(client);
            reply.refused(none);
        }
    }

    private static <T> void done(Client client, Reply<T> reply, T value, Turn turn) {
        turn.calling(client);
        reply.done(value);
    }
}
