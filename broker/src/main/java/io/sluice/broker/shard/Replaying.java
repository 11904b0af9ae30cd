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

/**
 * Gives one new subscription what its topic has kept. It reads the queue that keeps it as a browser does that follows, a bounded number at a
 * time, and puts what it sees into the subscription's. When it has seen all that is applied, it puts what is decided and not applied behind
 * that, and in the same turn the subscription gets what is published. Until then its links are not answered, and a durable subscription is
 * recorded as one that ends with them: what a crash cuts short was promised to nobody. Shard's thread.
 */
final class Replaying implements ConsumerListener {
    private static final int FIRST_BATCH = 256;
    /** It doubles up to here: it is to be quicker than who publishes. */
    private static final int MAX_BATCH = 4_096;
    /** Of decided messages that are remembered, before those that are applied by now are forgotten. */
    private static final int MANY_COMING = 1_024;

    /** A link that is answered when it is done. */
    record Waiting(Consumer link, String user, SubscriptionExpiry expiry) {}

    /** What becomes of a link that has waited: the subscription is what it asked for. */
    interface Join {
        void join(Waiting waiting, Binding binding, Turn turn);
    }

    /** What it has of its shard. */
    record ItsShard(ShardMailbox mailbox, Turn turn, Join join, java.util.function.Consumer<Replaying> ended) {}

    private final Queue kept;
    private final Binding binding;
    private final ReplayFrom from;
    private final ItsShard shard;
    private final Consumer browser;
    private final long firstSequence;
    private final List<Waiting> waiting = new ArrayList<>();
    /** Decided since this began, and not seen. */
    private final Map<Long, Enqueued> coming = new LinkedHashMap<>();

    private int manyComing = MANY_COMING;
    private int batch = FIRST_BATCH;
    private int inBatch;
    private long delivered;
    private boolean over;

    Replaying(Queue kept, Binding binding, ReplayFrom from, ItsShard shard) {
        this.kept = kept;
        this.binding = binding;
        this.from = from;
        this.shard = shard;
        long next = kept.asRecord().nextSequence();
        this.firstSequence = switch (from.kind()) {
            case LAST -> Math.max(1, next - from.value());
            case SEQUENCE -> from.value();
            case INSTANT -> 1;
        };
        this.browser =
                new Consumer(new Consumer.Request(() -> {}, this, kept.name(), Consumer.Mode.MOVE, Outcome.RELEASED));
        binding.replaying(true);
    }

    Queue kept() {
        return kept;
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
            // What is applied the browser will see.
            coming.keySet().removeIf(kept::holds);
            manyComing = Math.max(MANY_COMING, 2 * coming.size());
        }
        coming.put(enqueued.sequence(), enqueued);
    }

    /** All that was decided before it began is applied. */
    void begin() {
        if (over) {
            return;
        }
        if (kept.isDeleted()) {
            done();
            return;
        }
        kept.dispatcher().attachFrom(browser, firstSequence);
        grant(shard.turn);
    }

    private void grant(Turn turn) {
        inBatch = 0;
        kept.dispatcher().grant(browser, delivered + batch, true, turn);
    }

    @Override
    public void deliver(Delivery delivery) {
        delivered++;
        inBatch++;
        coming.remove(delivery.sequence());
        put(delivery.message(), delivery.sequence(), delivery.arrivedAtMillis());
    }

    private void put(Message message, long sequence, long arrivedAtMillis) {
        boolean early =
                from.kind() == ReplayFrom.Kind.INSTANT ? arrivedAtMillis < from.value() : sequence < firstSequence;
        if (over || early || binding.queue().isDeleted() || !binding.selects(message, "")) {
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

    @Override
    public void drained() {
        if (over) {
            return;
        }
        if (binding.queue().isDeleted() || inBatch < batch) {
            // In the middle of a dispatch of the queue it is a consumer of.
            shard.mailbox.post((itself, turn) -> kept.dispatcher().detach(browser, turn));
            done();
            return;
        }
        batch = Math.min(MAX_BATCH, 2 * batch);
        shard.mailbox.post((itself, turn) -> {
            if (!over) {
                grant(turn);
            }
        });
    }

    /** All that is applied was seen. */
    private void done() {
        coming.values().stream()
                .filter(each -> !kept.holds(each.sequence()))
                .forEach(each -> put(each.message(), each.sequence(), each.arrivedAtMillis()));
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
        binding.replaying(false);
        from.begins().run();
        waiting().forEach(each -> shard.join.join(each, binding, shard.turn));
    }

    /** Nobody wants it any more. */
    void cancel(Turn turn) {
        kept.dispatcher().detach(browser, turn);
        end();
    }

    private void end() {
        over = true;
        coming.clear();
        shard.ended.accept(this);
    }

    @Override
    public void closed(Refusal refusal) {
        if (!over) {
            done();
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
