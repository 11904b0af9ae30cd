package io.sluice.broker.shard;

import io.sluice.broker.NodeKind;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Reply;
import io.sluice.broker.queue.LargeReferences;
import io.sluice.broker.queue.Producer;
import io.sluice.broker.queue.Producers;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.queue.Turn;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Decides on messages from producers. */
final class Publishing {
    private final ShardQueues queues;
    private final FanOut fanOut;
    private final Replays replays;
    private final Offering offering;
    private final LargeReferences large;
    private final Pressure pressure;
    private final Acceptance acceptance;
    private final int maxMessageBytes;

    /** @param maxMessageBytes of a message that the journal can take, now and as a dead letter */
    Publishing(
            ShardQueues queues,
            FanOut fanOut,
            Replays replays,
            Offering offering,
            LargeReferences large,
            Pressure pressure,
            Acceptance acceptance,
            int maxMessageBytes) {
        this.queues = queues;
        this.fanOut = fanOut;
        this.replays = replays;
        this.offering = offering;
        this.large = large;
        this.pressure = pressure;
        this.acceptance = acceptance;
        this.maxMessageBytes = maxMessageBytes;
    }

    /** Of a message that the journal can take. */
    int maxMessageBytes() {
        return maxMessageBytes;
    }

    void publish(Producer producer, Publish publish, Turn turn) {
        acceptance.deciding(true);
        decide(producer, publish, turn);
        acceptance.deciding(false);
    }

    /** Answers what could not be answered, if it can be now. */
    void answerHeld(Turn turn) {
        acceptance.sayHeld(turn);
    }

    private void decide(Producer producer, Publish publish, Turn turn) {
        if (!Producers.isAttached(producer)) {
            refused(producer, publish, Refusal.of(Refusal.Kind.ILLEGAL_STATE, "the producer is not attached"), turn);
            return;
        }
        if (pressure.memoryExhausted(queues.bytes())) {
            refused(producer, publish, memoryExhausted(queues.bytes()), turn);
            return;
        }
        if (publish.message().residentBytes() > maxMessageBytes) {
            refused(producer, publish, tooLarge(), turn);
            return;
        }
        if (publish.kind() == NodeKind.TOPIC) {
            if (!QueueDefinition.isName(publish.address())) {
                refused(producer, publish, Links.noSuchTopic(publish.address()), turn);
                return;
            }
            prepare(producer, publish, turn);
            fanOut(producer, publish, turn);
            return;
        }
        if (publish.kind() == NodeKind.EXCHANGE) {
            prepare(producer, publish, turn);
            fanOut(producer, publish, turn);
            return;
        }
        Optional<Queue> queue = queues.find(publish.address());
        if (queue.isEmpty()) {
            Optional<Refusal> nowhere = queues.refusalOf(publish.address(), producer.client());
            if (nowhere.isPresent()) {
                refused(producer, publish, nowhere.get(), turn);
                return;
            }
            queue = queues.findOrCreate(publish.address(), turn);
        }
        if (fanOut.routing().fansOut(publish)) {
            prepare(producer, publish, turn);
            fanOut(producer, publish, turn);
            return;
        }
        if (producer.address().isEmpty() && queue.get().isIntakePaused()) {
            // There is no credit of this queue to hold an anonymous producer back with.
            refused(producer, publish, paused(queue.get()), turn);
            return;
        }
        String key = Offering.lastValueKey(publish, queue.get());
        Optional<Refusal> noKey = queue.get().refusalOfKey(key);
        if (noKey.isPresent()) {
            refused(producer, publish, noKey.get(), turn);
            return;
        }
        offering.offer(publish, key, queue.get(), turn, acceptance.of(producer, publish))
                .ifPresent(why -> refused(producer, publish, why, turn));
    }

    /** See {@link ShardMailbox#publishAll}. */
    void publishAll(Producer producer, List<? extends Publish> together, AtomicCommits commits, Turn turn) {
        for (int i = 0; i < together.size(); i++) {
            Optional<Refusal> refusal = refusalOf(producer, together.get(i), turn);
            if (refusal.isPresent()) {
                Refusal why = refusal.get();
                String text = "message " + i + " of " + together.size() + " that go together: " + why.text();
                Refusal ofAll = new Refusal(why.kind(), text, why.info());
                together.forEach(each -> refused(producer, each, ofAll, turn));
                return;
            }
        }
        commits.commit(new AtomicBatch(List.copyOf(together), List.of()), producer.client(), new Reply<>() {
            @Override
            public void done(AtomicBatch batch) {
                batch.sends().forEach(each -> producer.listener().accepted(each));
            }

            @Override
            public void refused(Refusal refusal) {
                together.forEach(each -> producer.listener().refused(each, refusal));
            }
        });
    }

    private void fanOut(Producer producer, Publish publish, Turn turn) {
        fanOut.offer(publish, isHeld(producer, publish), turn, acceptance.of(producer, publish))
                .ifPresent(why -> refused(producer, publish, why, turn));
    }

    /** Of a topic nobody asks: its subscriptions hold back those that have a link to it, and keep what others send. */
    private static boolean isHeld(Producer producer, Publish publish) {
        return publish.kind() == NodeKind.TOPIC || producer.address().isPresent();
    }

    /** Makes what is to be there for the message. An anonymous producer names a topic with its message only. */
    private void prepare(Producer producer, Publish publish, Turn turn) {
        fanOut.routing().prepare(publish, turn);
        if (publish.kind() == NodeKind.TOPIC && producer.address().isEmpty()) {
            replays.prepare(publish.address());
        }
    }

    /** A message that a transaction stores when it is committed: looked at now, so that its producer hears at once if it is refused. */
    void enlist(Producer producer, Publish publish, Turn turn) {
        Optional<Refusal> refusal = refusalOf(producer, publish, turn);
        if (refusal.isEmpty()
                && pressure.transactionsExhausted(publish.message().residentBytes())) {
            refusal = Optional.of(memoryExhausted(queues.bytes()));
        }
        if (refusal.isPresent()) {
            refused(producer, publish, refusal.get(), turn);
            return;
        }
        publish.enlisted = true;
        pressure.enlisted(publish.message().residentBytes());
        turn.calling(producer.client());
        producer.listener().accepted(publish);
    }

    private Optional<Refusal> refusalOf(Producer producer, Publish publish, Turn turn) {
        if (!Producers.isAttached(producer)) {
            return Optional.of(Refusal.of(Refusal.Kind.ILLEGAL_STATE, "the producer is not attached"));
        }
        long bytes = publish.message().residentBytes();
        if (pressure.memoryExhausted(queues.bytes())) {
            return Optional.of(memoryExhausted(queues.bytes()));
        }
        if (bytes > maxMessageBytes) {
            return Optional.of(tooLarge());
        }
        if (publish.kind() == NodeKind.TOPIC) {
            prepare(producer, publish, turn);
            return QueueDefinition.isName(publish.address())
                    ? fanOut.refusalOf(publish, true, turn.nowMillis())
                    : Optional.of(Links.noSuchTopic(publish.address()));
        }
        if (publish.kind() == NodeKind.EXCHANGE) {
            prepare(producer, publish, turn);
            return fanOut.refusalOf(publish, isHeld(producer, publish), turn.nowMillis());
        }
        Optional<Refusal> nowhere = queues.refusalOf(publish.address(), producer.client());
        if (nowhere.isPresent()) {
            return nowhere;
        }
        if (fanOut.routing().fansOut(publish)) {
            queues.findOrCreate(publish.address(), turn);
            prepare(producer, publish, turn);
            return fanOut.refusalOf(publish, isHeld(producer, publish), turn.nowMillis());
        }
        Queue queue = queues.findOrImagine(publish.address()).orElseThrow();
        if (producer.address().isEmpty() && queue.isIntakePaused()) {
            return Optional.of(paused(queue));
        }
        return queue.isDuplicate(Offering.duplicateId(publish, queue), turn.nowMillis())
                ? Optional.empty()
                : queue.refusalOf(1, publish.message().size());
    }

    private void refused(Producer producer, Publish publish, Refusal why, Turn turn) {
        large.discard(publish.message());
        turn.calling(producer.client());
        producer.listener().refused(publish, why);
    }

    static Refusal paused(Queue queue) {
        return new Refusal(
                Refusal.Kind.RESOURCE_LIMIT_EXCEEDED,
                "queue '" + queue.name() + "' is paused: it takes no messages",
                Map.of("queue", queue.name(), "reason", "paused"));
    }

    private Refusal tooLarge() {
        return new Refusal(
                Refusal.Kind.RESOURCE_LIMIT_EXCEEDED,
                "the message is larger than the journal can take, " + maxMessageBytes + " bytes",
                Map.of("reason", "maxBatchBytes", "limit", (long) maxMessageBytes));
    }

    static Refusal memoryExhausted(long bytes) {
        return new Refusal(
                Refusal.Kind.RESOURCE_LIMIT_EXCEEDED,
                "messages take all the memory they may take, " + bytes + " bytes",
                Map.of("reason", "memory", "current", bytes));
    }
}
