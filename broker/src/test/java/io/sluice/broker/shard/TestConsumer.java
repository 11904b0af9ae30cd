package io.sluice.broker.shard;

import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.ConsumerActivity;
import io.sluice.broker.port.ConsumerListener;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Delivery;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** A consuming link that writes down all it hears, in order. */
class TestConsumer implements ConsumerListener {
    final Consumer handle;
    final List<String> events = new ArrayList<>();
    /** Every delivery so far, in order. */
    final List<Delivery> deliveries = new ArrayList<>();

    final List<Delivery> settled = new ArrayList<>();
    /** All that it was told of how it stands beside others. */
    final List<ConsumerActivity> activity = new ArrayList<>();

    private final ShardFixture fixture;
    private long limit;
    Refusal closedBy;

    TestConsumer(ShardFixture fixture, String queue, Consumer.Mode mode, Outcome lossOutcome) {
        this(fixture, queue, mode, lossOutcome, Optional.empty());
    }

    TestConsumer(
            ShardFixture fixture,
            String queue,
            Consumer.Mode mode,
            Outcome lossOutcome,
            Optional<Predicate<Message>> filter) {
        this(fixture, new Terms(queue, mode, lossOutcome, filter, Consumer.Terms.NONE));
    }

    /** What a consumer asks for. */
    record Terms(
            String queue,
            Consumer.Mode mode,
            Outcome lossOutcome,
            Optional<Predicate<Message>> filter,
            Consumer.Terms besideOthers) {}

    TestConsumer(ShardFixture fixture, Terms terms) {
        this.fixture = fixture;
        this.handle = new Consumer(new Consumer.Request(
                fixture.client, this, terms.queue, terms.mode, terms.lossOutcome, terms.filter, terms.besideOthers));
    }

    static String body(Delivery delivery) {
        return new String(delivery.message().encoded(), StandardCharsets.UTF_8);
    }

    /** So much more credit. */
    TestConsumer credit(int more) {
        return grant(limit + more, false);
    }

    TestConsumer grant(long newLimit, boolean drain) {
        limit = newLimit;
        fixture.mailbox().grant(handle, limit, drain);
        fixture.run();
        return this;
    }

    TestConsumer drain(int more) {
        return grant(limit + more, true);
    }

    TestConsumer settle(int delivery, Outcome outcome) {
        fixture.mailbox().settle(deliveries.get(delivery), outcome);
        fixture.run();
        return this;
    }

    TestConsumer acceptAll() {
        deliveries.forEach(delivery -> fixture.mailbox().settle(delivery, Outcome.ACCEPTED));
        fixture.run();
        return this;
    }

    void detach() {
        fixture.mailbox().detach(handle);
        fixture.run();
    }

    void leave(SubscriptionRequest.Leaving how) {
        fixture.mailbox().leave(handle, how);
        fixture.run();
    }

    Delivery last() {
        return deliveries.get(deliveries.size() - 1);
    }

    /** Bodies of all deliveries, in order. */
    List<String> bodies() {
        return deliveries.stream().map(TestConsumer::body).toList();
    }

    List<String> settledBodies() {
        return settled.stream().map(TestConsumer::body).toList();
    }

    @Override
    public void activity(ConsumerActivity now) {
        activity.add(now);
    }

    @Override
    public void attached() {
        events.add("attached");
    }

    @Override
    public void closed(Refusal refusal) {
        closedBy = refusal;
        events.add("closed " + refusal.kind());
    }

    @Override
    public void deliver(Delivery delivery) {
        deliveries.add(delivery);
        events.add("deliver " + body(delivery));
    }

    @Override
    public void timedOut(Delivery delivery) {
        events.add("timed out " + body(delivery));
    }

    @Override
    public void settled(Delivery delivery) {
        settled.add(delivery);
        events.add("settled " + body(delivery));
    }

    @Override
    public void drained() {
        events.add("drained");
    }

    @Override
    public void detached() {
        events.add("detached");
    }
}
