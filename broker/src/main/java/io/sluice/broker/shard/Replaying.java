package io.sluice.broker.shard;

import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.Refusal;
import io.sluice.broker.SubscriptionExpiry;
import io.sluice.broker.port.ConsumerListener;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.queue.Turn;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.routing.Binding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gives one new subscription what its topic has kept, or its topics, one behind the other. It reads the queue that keeps it as a browser does that follows, a bounded number at a
 * time, and puts what it sees into the subscription's. When it has seen all that is applied, it puts what is decided and not applied behind
 * that, and what has come to the other topics meanwhile, and in the same turn the subscription gets what is published. Until then its links are not answered, and a durable subscription is
 * recorded as one that ends with them: what a crash cuts short was promised to nobody. Shard's thread.
 */
final class Replaying {
    private static final int FIRST_BATCH = 256;
    /** It doubles up to here: it is to be quicker than who publishes. */
    private static final int MAX_BATCH = 4_096;
    /** Of decided messages that are remembered, before those that are applied by now are forgotten. */
    private static final int MANY_COMING = 1_024;
    /** Of several topics: how often all are read again for what has come meanwhile, before the rest is taken from memory. */
    private static final int MAX_ROUNDS = 8;

    /** A link that is answered when it is done. */
    record Waiting(Consumer link, String user, SubscriptionExpiry expiry) {}

    /** What becomes of a link that has waited: the subscription is what it asked for. */
    interface Join {
        void join(Waiting waiting, Binding binding, Turn turn);
    }

    /** What it has of its shard. */
    record ItsShard(ShardMailbox mailbox, Turn turn, Join join, java.util.function.Consumer<Replaying> ended) {}

    /** A queue that keeps a topic's messages, and from where on they are wanted. */
    record From(Queue kept, ReplayFrom from) {}

    /** A message that is on its way: which queue keeps it, and its number there. */
    private record Key(long queueId, long sequence) {}

    private final List<Reader> readers = new ArrayList<>();
    private final Binding binding;
    private final Runnable begins;
    private final ItsShard shard;
    private final List<Waiting> waiting = new ArrayList<>();
    /** Decided since this began, and not seen; of all its topics, in that order. */
    private final Map<Key, Enqueued> coming = new LinkedHashMap<>();

    private int manyComing = MANY_COMING;
    /** Which of the readers it is the turn of. */
    private int current;

    private int rounds;
    private boolean over;

    /**
     * @param topics one or more, in the order in which they are given
     * @param begins told when the subscription holds
     */
    Replaying(List<From> topics, Binding binding, Runnable begins, ItsShard shard) {
        this.binding = binding;
        this.begins = begins;
        this.shard = shard;
        topics.forEach(topic -> readers.add(new Reader(topic)));
        binding.replaying(topics.stream().map(topic -> topic.kept.id()).collect(java.util.stream.Collectors.toSet()));
    }

    List<Queue> kept() {
        return readers.stream().map(reader -> reader.kept).toList();
    }

    Binding binding() {
        return binding;
    }

    void add(Waiting link) {
        waiting.add(link);
    }

    List<Waiting> waiting() {
        return List.copyOf(waiting);
    }

    boolean isWaitedForBy(Consumer link) {
        return waiting.stream().anyMatch(each -> each.link == link);
    }

    /** A link goes before it was answered. @return whether nobody is left who waits */
    boolean left(Consumer link) {
        waiting.removeIf(each -> each.link == link);
        return waiting.isEmpty();
    }

    /** A message for the kept ones is decided, and not for the subscription. */
    void decided(Enqueued enqueued) {
        if (coming.size() >= manyComing) {
            // What is applied the browser will see, where it is not through.
            readers.stream()
                    .filter(reader -> !reader.isThrough)
                    .forEach(reader -> coming.keySet()
                            .removeIf(key -> key.queueId == reader.kept.id() && reader.kept.holds(key.sequence)));
            manyComing = Math.max(MANY_COMING, 2 * coming.size());
        }
        coming.put(new Key(enqueued.queueId(), enqueued.sequence()), enqueued);
    }

    /** All that was decided before it began is applied. */
    void begin() {
        if (over) {
            return;
        }
        readers.forEach(Reader::attach);
        readOn(shard.turn);
    }

    /** The next that is not through reads. Not in the middle of a dispatch of its queue. */
    private void readOn(Turn turn) {
        while (current < readers.size() && readers.get(current).isThrough) {
            current++;
        }
        if (current < readers.size()) {
            readers.get(current).grant(turn);
        } else {
            done();
        }
    }

    /** One has seen all that is applied. In the middle of a dispatch of its queue, or when that is gone. */
    private void through(Reader reader) {
        reader.isThrough = true;
        boolean last = readers.stream().allMatch(each -> each.isThrough);
        boolean enough = readers.size() == 1 || coming.size() <= MANY_COMING || rounds >= MAX_ROUNDS;
        if (binding.queue().isDeleted() || (last && enough)) {
            done();
            return;
        }
        shard.mailbox.post((itself, turn) -> {
            if (!over) {
                if (last) {
                    rounds++;
                    current = 0;
                    readers.forEach(each -> each.isThrough = each.kept.isDeleted());
                }
                readOn(turn);
            }
        });
    }

    private void put(From topic, long firstSequence, Message message, long sequence, long arrivedAtMillis) {
        ReplayFrom from = topic.from;
        boolean early =
                from.kind() == ReplayFrom.Kind.INSTANT ? arrivedAtMillis < from.value() : sequence < firstSequence;
        if (over || early || binding.queue().isDeleted() || !binding.selectsKept(message)) {
            return;
        }
        binding.queue().put(asPublished(message, arrivedAtMillis), 0, shard.turn, Turn.Effect.NOTHING);
        shard.turn.cut();
    }

    /** It expires when it would have. */
    private static Message asPublished(Message message, long arrivedAtMillis) {
        Message.Header header = message.header();
        if (header.ttlMillis() == Message.NONE) {
            return message;
        }
        long end = arrivedAtMillis > Long.MAX_VALUE - header.ttlMillis()
                ? Long.MAX_VALUE
                : arrivedAtMillis + header.ttlMillis();
        long absolute = header.absoluteExpiryMillis();
        return message.with(new Message.Header(
                header.messageFormat(),
                header.durable(),
                header.priority(),
                header.ttlMillis(),
                absolute == Message.NONE ? end : Math.min(end, absolute),
                header.schedule(),
                header.group()));
    }

    /** All that is applied was seen, but for what has come to those that were through first. */
    private void done() {
        for (Map.Entry<Key, Enqueued> entry : List.copyOf(coming.entrySet())) {
            Enqueued each = entry.getValue();
            for (Reader reader : readers) {
                boolean seen = readers.size() == 1 && reader.kept.holds(each.sequence());
                if (reader.kept.id() == each.queueId() && !seen) {
                    put(reader.topic, reader.firstSequence, each.message(), each.sequence(), each.arrivedAtMillis());
                }
            }
        }
        // They may be in the middle of a dispatch.
        shard.mailbox.post((itself, turn) -> readers.forEach(reader -> reader.detach(turn)));
        end();
        if (binding.queue().isDeleted()) {
            Refusal gone = Refusal.of(
                    Refusal.Kind.RESOURCE_DELETED,
                    "subscription " + binding.subscription().identity() + " was deleted");
            for (Waiting each : waiting) {
                shard.turn.calling(each.link.client());
                each.link.listener().closed(gone);
            }
            return;
        }
        binding.replaying(Set.of());
        begins.run();
        waiting().forEach(each -> shard.join.join(each, binding, shard.turn));
    }

    /** Nobody wants it any more. */
    void cancel(Turn turn) {
        readers.forEach(reader -> reader.detach(turn));
        end();
    }

    private void end() {
        over = true;
        coming.clear();
        shard.ended.accept(this);
    }

    /** Reads what one topic has kept. */
    private final class Reader implements ConsumerListener {
        private final From topic;
        private final Queue kept;
        private final Consumer browser;
        private final long firstSequence;
        private int batch = FIRST_BATCH;
        private int inBatch;
        private long delivered;
        /** It has seen all there was when its turn was over. */
        private boolean isThrough;

        private boolean isAttached;

        private Reader(From topic) {
            this.topic = topic;
            this.kept = topic.kept;
            long next = kept.asRecord().nextSequence();
            ReplayFrom from = topic.from;
            this.firstSequence = switch (from.kind()) {
                case LAST -> Math.max(1, next - from.value());
                case SEQUENCE -> from.value();
                case INSTANT -> 1;
            };
            this.browser = new Consumer(
                    new Consumer.Request(() -> {}, this, kept.name(), Consumer.Mode.MOVE, Outcome.RELEASED));
        }

        private void attach() {
            isThrough = kept.isDeleted();
            if (!isThrough) {
                isAttached = true;
                kept.dispatcher().attachFrom(browser, firstSequence, shard.turn);
            }
        }

        private void grant(Turn turn) {
            inBatch = 0;
            kept.dispatcher().grant(browser, delivered + batch, true, turn);
        }

        private void detach(Turn turn) {
            if (isAttached) {
                isAttached = false;
                kept.dispatcher().detach(browser, turn);
            }
        }

        @Override
        public void deliver(Delivery delivery) {
            delivered++;
            inBatch++;
            coming.remove(new Key(kept.id(), delivery.sequence()));
            put(topic, firstSequence, delivery.message(), delivery.sequence(), delivery.arrivedAtMillis());
        }

        @Override
        public void drained() {
            if (over || isThrough) {
                return;
            }
            if (binding.queue().isDeleted() || inBatch < batch) {
                through(this);
                return;
            }
            batch = Math.min(MAX_BATCH, 2 * batch);
            shard.mailbox.post((itself, turn) -> {
                if (!over && !isThrough) {
                    grant(turn);
                }
            });
        }

        @Override
        public void closed(Refusal refusal) {
            isAttached = false;
            if (over || isThrough) {
                return;
            }
            if (readers.get(current) == this) {
                through(this);
            } else {
                isThrough = true;
            }
        }

        @Override
        public void attached() {
            // It is attached by a call.
        }

        @Override
        public void settled(Delivery delivery) {
            // A browser settles nothing.
        }

        @Override
        public void detached() {
            // Nothing is waited for.
        }
    }
}
