package io.sluice.broker.shard;

import io.sluice.broker.NodeKind;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import io.sluice.broker.TemporaryName;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.queue.Producer;
import io.sluice.broker.queue.Producers;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.queue.Turn;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Attaches and detaches the links of front ends, and passes on what they say of credit and deliveries. */
final class Links {
    private static final Logger LOG = LoggerFactory.getLogger(Links.class);

    private final ShardQueues queues;
    private final TemporaryQueues temporaries;
    private final TemporaryTopics temporaryTopics;
    private final TopicProducers topics;
    private final ExchangeProducers exchanges;
    private final Replays replays;
    private final UnusedQueues unusedQueues;
    private final Resuming resuming;
    private final Producers anonymous = new Producers();
    /**
     * Why the node as a whole gives no credit, "" when it does. Looked at once per round: what comes and goes in between must not
     * shut a link that nobody would open again.
     */
    private String nodeReason = "";

    Links(ShardQueues queues, TopicProducers topics, ExchangeProducers exchanges, Replays replays) {
        this.exchanges = exchanges;
        this.replays = replays;
        this.queues = queues;
        this.topics = topics;
        this.temporaries = new TemporaryQueues(queues);
        this.unusedQueues = new UnusedQueues(queues, this::end);
        this.temporaryTopics = new TemporaryTopics(topics);
        this.resuming = new Resuming(queues);
    }

    /** Links that come back to what they left unsettled. */
    Resuming resuming() {
        return resuming;
    }

    TemporaryQueues temporaries() {
        return temporaries;
    }

    UnusedQueues unusedQueues() {
        return unusedQueues;
    }

    private void end(Queue queue, Refusal why, Turn turn) {
        LOG.info("{}; it held {} messages", why.text(), queue.messages());
        temporaries.forget(queue);
        QueueRemoval.remove(queues, queue, why, turn, Turn.Effect.NOTHING);
        routesChanged(turn);
    }

    TemporaryTopics temporaryTopics() {
        return temporaryTopics;
    }

    void attach(Producer producer, TemporaryLink link, Turn turn) {
        Optional<Refusal> refusal =
                producer.kind() == NodeKind.TOPIC ? temporaryTopics.create(link) : temporaries.attach(link, turn);
        if (refusal.isEmpty()) {
            attach(producer, turn);
        } else {
            turn.calling(producer.client());
            producer.listener().closed(refusal.get());
        }
    }

    void attach(Producer producer, Turn turn) {
        if (producer.address().isEmpty()) {
            anonymous.add(producer);
            attached(producer, nodeReason, turn);
            return;
        }
        String address = producer.address().get();
        if (producer.kind() == NodeKind.TOPIC) {
            attachToTopic(producer, address, turn);
            return;
        }
        if (producer.kind() == NodeKind.EXCHANGE) {
            exchanges.attach(producer, turn).ifPresent(refusal -> {
                turn.calling(producer.client());
                producer.listener().closed(refusal);
            });
            return;
        }
        Optional<Refusal> refusal = queues.refusalOf(address, producer.client());
        if (refusal.isPresent()) {
            turn.calling(producer.client());
            producer.listener().closed(refusal.get());
            return;
        }
        Queue queue = queues.findOrCreate(address, turn).orElseThrow();
        queue.producers().add(producer);
        unusedQueues.touched(queue, turn);
        whenDeclared(queue, turn, applied -> {
            attached(producer, closedReason(queue), applied);
            updateCredit(queue, applied);
            applied.dispatchable(queue);
        });
    }

    /** A topic needs no declaration: it is there as soon as somebody names it, unless it is a temporary one. */
    private void attachToTopic(Producer producer, String topic, Turn turn) {
        if (!QueueDefinition.isName(topic)) {
            turn.calling(producer.client());
            producer.listener().closed(noSuchTopic(topic));
            return;
        }
        Optional<Refusal> gone = temporaryTopics.refusalOf(topic);
        if (gone.isPresent()) {
            turn.calling(producer.client());
            producer.listener().closed(gone.get());
            return;
        }
        replays.prepare(topic);
        topics.add(producer);
        attached(producer, topics.closedReason(topic, nodeReason), turn);
        topics.update(nodeReason, turn);
    }

    static Refusal noSuchTopic(String topic) {
        return Refusal.of(
                Refusal.Kind.INVALID_FIELD,
                "a topic has 1 to " + QueueDefinition.MAX_NAME_LENGTH + " characters, this has " + topic.length());
    }

    private static void attached(Producer producer, String closedReason, Turn turn) {
        if (Producers.isAttached(producer)) {
            turn.calling(producer.client());
            producer.listener().attached();
            Producers.creditOpen(producer, closedReason, turn);
        }
    }

    void detach(Producer producer, Turn turn) {
        anonymous.remove(producer);
        if (producer.kind() == NodeKind.TOPIC && producer.address().isPresent()) {
            topics.remove(producer);
            temporaryTopics.changed(producer.address().get(), turn);
            return;
        }
        if (producer.kind() == NodeKind.EXCHANGE && producer.address().isPresent()) {
            exchanges.remove(producer);
            return;
        }
        producer.address().flatMap(queues::find).ifPresent(queue -> {
            queue.producers().remove(producer);
            turn.dispatchable(queue);
        });
    }

    void attach(Consumer consumer, TemporaryLink link, Turn turn) {
        Optional<Refusal> refusal = temporaries.attach(link, turn);
        if (refusal.isEmpty()) {
            attach(consumer, turn);
        } else {
            refuse(consumer, refusal.get(), turn);
        }
    }

    private static void refuse(Consumer consumer, Refusal refusal, Turn turn) {
        turn.calling(consumer.client());
        consumer.listener().closed(refusal);
    }

    void attach(Consumer consumer, Turn turn) {
        // An administrator empties a queue there is, whosever it is.
        boolean administers = consumer.mode() == Consumer.Mode.TAKE_AWAY;
        Optional<Refusal> nothing = administers
                ? Optional.of(noSuchQueue(consumer.address()))
                        .filter(refusal -> queues.find(consumer.address()).isEmpty())
                : queues.refusalOf(consumer.address(), consumer.client());
        if (nothing.isPresent()) {
            refuse(consumer, nothing.get(), turn);
            return;
        }
        Optional<Queue> found = queues.findOrCreate(consumer.address(), turn);
        Optional<Refusal> locked = temporaries
                .refusalOf(found.get(), consumer.client())
                .filter(refusal -> !administers)
                .or(() -> found.get().dispatcher().refusalOf(consumer));
        if (locked.isPresent()) {
            refuse(consumer, locked.get(), turn);
            return;
        }
        attach(consumer, found.get(), turn);
    }

    /** See {@link ShardMailbox#attachFetching}. A queue is not made for it: there is nothing in one that is not there. */
    void attachFetching(Consumer consumer, List<Long> numbers, Turn turn) {
        Optional<Queue> found = queues.find(consumer.address()).filter(Queue::isDeclared);
        if (found.isEmpty()) {
            refuse(consumer, Administration.noQueue(consumer.address()), turn);
            return;
        }
        Queue queue = found.get();
        if (queue.definition().dispatching().nonDestructive()) {
            String text = "queue '" + queue.name() + "' is non-destructive: nobody takes its messages";
            refuse(consumer, Refusal.of(Refusal.Kind.PRECONDITION_FAILED, text), turn);
            return;
        }
        Optional<Refusal> locked = temporaries
                .refusalOf(queue, consumer.client())
                .or(() -> queue.dispatcher().refusalOf(consumer));
        if (locked.isPresent()) {
            refuse(consumer, locked.get(), turn);
            return;
        }
        queue.dispatcher().attach(consumer, turn);
        unusedQueues.attached(consumer, queue, turn);
        queue.dispatcher().fetch(consumer, numbers, turn, (refusal, answering) -> {
            if (refusal.isPresent()) {
                refuse(consumer, refusal.get(), answering);
            } else {
                answering.calling(consumer.client());
                consumer.listener().attached();
            }
        });
    }

    void attach(Consumer consumer, Queue queue, Turn turn) {
        enter(consumer, queue, turn);
        whenDeclared(queue, turn, applied -> answer(consumer, queue, applied));
    }

    /** As {@link #attach(Consumer, Queue, Turn)}, answered when all that was decided before is on the disk. */
    void attachWhenDecided(Consumer consumer, Queue queue, Turn turn) {
        enter(consumer, queue, turn);
        turn.afterDecided(applied -> {
            if (queue.dispatcher().has(consumer)) {
                answer(consumer, queue, applied);
            }
        });
    }

    private void enter(Consumer consumer, Queue queue, Turn turn) {
        queue.dispatcher().attach(consumer, turn);
        unusedQueues.attached(consumer, queue, turn);
        // It need not ask for anything: groups that others had may be free by it, for those who wait already.
        turn.dispatchable(queue);
    }

    private static void answer(Consumer consumer, Queue queue, Turn turn) {
        if (!queue.isDeleted() && consumer.mayBeAnswered()) {
            turn.calling(consumer.client());
            consumer.listener().attached();
        }
    }

    private static void whenDeclared(Queue queue, Turn turn, Turn.Effect effect) {
        if (queue.isDeclared()) {
            effect.run(turn);
        } else {
            turn.afterDecided(effect);
        }
    }

    void grant(Consumer consumer, long deliveryLimit, boolean drain, Turn turn) {
        consumer.home().ifPresent(home -> home.grant(consumer, deliveryLimit, drain, turn));
    }

    void settle(Delivery delivery, Outcome outcome, Turn turn) {
        delivery.consumer().home().ifPresent(home -> home.settle(delivery, outcome, turn));
    }

    void hold(Delivery delivery) {
        delivery.consumer().home().ifPresent(home -> home.hold(delivery));
    }

    void detach(Consumer consumer, Turn turn) {
        consumer.home().ifPresent(home -> home.detach(consumer, turn));
    }

    /** The credit of the queue's producers follows what room there is. */
    void updateCredit(Queue queue, Turn turn) {
        if (queue.isDeclared()) {
            queue.producers().creditOpen(closedReason(queue), turn);
            topics.roomChanged(queue, nodeReason, turn);
            exchanges.roomChanged(queue, turn);
        }
    }

    /** The queue was looked at: it, or a temporary topic, may have waited for what is no more. */
    void changed(Queue queue, Turn turn) {
        temporaries.changed(queue, turn);
        unusedQueues.changed(queue, turn);
        if (temporaryTopics.areLingering()) {
            topics.topicOf(queue).ifPresent(topic -> temporaryTopics.changed(topic, turn));
        }
    }

    /** A subscription is gone: what held back the producers of its topics may be gone with it. */
    void routesChanged(Turn turn) {
        topics.update(nodeReason, turn);
        temporaryTopics.changed(turn);
    }

    /** The pressure on the node changed: every producer hears of it. */
    void pressureChanged(String reason, Turn turn) {
        nodeReason = reason;
        anonymous.creditOpen(reason, turn);
        topics.update(reason, turn);
        exchanges.pressureChanged(reason, turn);
        for (Queue queue : queues.all()) {
            updateCredit(queue, turn);
        }
    }

    private String closedReason(Queue queue) {
        if (!nodeReason.isEmpty()) {
            return nodeReason;
        }
        if (queue.isIntakePaused()) {
            return "queue '" + queue.name() + "' is paused";
        }
        return queue.isBlocked() ? "queue '" + queue.name() + "' is full" : "";
    }

    static Refusal noSuchQueue(String address) {
        if (TemporaryName.is(address)) {
            return TemporaryQueues.gone(address);
        }
        return Refusal.of(
                Refusal.Kind.NOT_FOUND, "there is no queue '" + address + "', and it may not be created by itself");
    }
}
