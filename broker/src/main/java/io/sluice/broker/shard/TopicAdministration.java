package io.sluice.broker.shard;

import io.sluice.broker.Refusal;
import io.sluice.broker.SelectionChange;
import io.sluice.broker.Subscription;
import io.sluice.broker.Subscription.Selection;
import io.sluice.broker.SubscriptionStatus;
import io.sluice.broker.TopicStatus;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.Reply;
import io.sluice.broker.queue.Producer;
import io.sluice.broker.queue.Turn;
import io.sluice.broker.record.JournalRecord.Subscribed;
import io.sluice.broker.routing.Binding;
import io.sluice.broker.routing.Bindings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Describes topics and subscriptions, and begins and ends the latter for who has no link to them. */
final class TopicAdministration {
    private final Bindings bindings;
    private final TopicProducers producers;
    private final Subscribing subscribing;

    TopicAdministration(Bindings bindings, TopicProducers producers, Subscribing subscribing) {
        this.bindings = bindings;
        this.producers = producers;
        this.subscribing = subscribing;
    }

    void list(Client client, Reply<List<TopicStatus>> reply, Turn turn) {
        Map<String, List<SubscriptionStatus>> byTopic = new TreeMap<>();
        producers.topics().forEach(topic -> byTopic.put(topic, new ArrayList<>()));
        for (Binding binding : bindings.all()) {
            byTopic.computeIfAbsent(binding.subscription().topic(), topic -> new ArrayList<>())
                    .add(status(binding));
        }
        List<TopicStatus> all = new ArrayList<>(byTopic.size());
        byTopic.forEach((topic, subscriptions) ->
                all.add(new TopicStatus(topic, producers.of(topic).size(), subscriptions)));
        turn.calling(client);
        reply.done(all);
    }

    private static SubscriptionStatus status(Binding binding) {
        return new SubscriptionStatus(
                binding.subscription(),
                binding.queue().status(),
                binding.links().size(),
                binding.expiry());
    }

    /** See {@link TopicMailbox#select}. */
    void select(String queue, SelectionChange change, Client client, Reply<Selection> reply, Turn turn) {
        Optional<Binding> found = bindings.all().stream()
                .filter(binding -> binding.queue().name().equals(queue))
                .findFirst();
        Optional<Refusal> refusal = found.isEmpty()
                ? Optional.of(Refusal.of(Refusal.Kind.NOT_FOUND, "'" + queue + "' is no subscription's queue"))
                : Optional.empty();
        if (found.isPresent() && !found.get().subscription().durable()) {
            String text = "subscription " + found.get().subscription().identity() + " is not durable";
            refusal = Optional.of(Refusal.of(Refusal.Kind.PRECONDITION_FAILED, text));
        }
        SelectionChange.Change changed = refusal.isPresent()
                ? SelectionChange.Change.refused(Selection.ALL, refusal.get())
                : change.of(found.orElseThrow().subscription().selection());
        if (changed.refusal().isPresent()) {
            turn.calling(client);
            reply.refused(changed.refusal().get());
            return;
        }
        Turn.Effect answer = applied -> {
            applied.calling(client);
            reply.done(changed.selection());
        };
        Binding binding = found.orElseThrow();
        if (changed.selection().equals(binding.subscription().selection())) {
            turn.afterDecided(answer);
            return;
        }
        Subscription next = binding.subscription().withSelection(changed.selection());
        bindings.select(binding, next, changed.filter().orElse(null));
        turn.decide(new Subscribed(binding.queue().id(), next, binding.expiry()), true, applied -> {
            binding.selectionRecorded();
            answer.run(applied);
        });
    }

    /** See {@link ShardMailbox#declare}. */
    void declare(Subscription declared, Client client, Reply<SubscriptionStatus> reply, Turn turn) {
        Optional<Refusal> refusal = subscribing.refusalOf(declared);
        if (refusal.isPresent()) {
            turn.calling(client);
            reply.refused(refusal.get());
            return;
        }
        SubscriptionStatus now = status(subscribing.declare(declared, turn));
        turn.afterDecided(applied -> {
            applied.calling(client);
            reply.done(now);
        });
    }

    void unsubscribe(Subscription.Identity identity, Client client, Reply<SubscriptionStatus> reply, Turn turn) {
        Optional<Binding> binding = bindings.find(identity);
        if (binding.isEmpty()) {
            turn.calling(client);
            reply.refused(Refusal.of(Refusal.Kind.NOT_FOUND, "there is no subscription " + identity));
            return;
        }
        SubscriptionStatus last = status(binding.get());
        subscribing.end(binding.get(), turn, applied -> {
            applied.calling(client);
            reply.done(last);
        });
    }

    /** The topic was a temporary one, and is gone. */
    void end(String topic, Turn turn) {
        delete(
                topic,
                () -> {},
                new Reply<>() {
                    @Override
                    public void done(TopicStatus last) {}

                    @Override
                    public void refused(Refusal impossible) {
                        throw new IllegalStateException(impossible.text());
                    }
                },
                turn);
    }

    void delete(String topic, Client client, Reply<TopicStatus> reply, Turn turn) {
        List<Binding> subscriptions = bindings.named(topic);
        List<Producer> attached = producers.of(topic);
        TopicStatus last = new TopicStatus(
                topic,
                attached.size(),
                subscriptions.stream().map(TopicAdministration::status).toList());
        subscriptions.forEach(binding -> subscribing.end(binding, turn, Turn.Effect.NOTHING));
        attached.forEach(producers::remove);
        Refusal gone = Refusal.of(Refusal.Kind.RESOURCE_DELETED, "topic '" + topic + "' was deleted");
        turn.afterDecided(applied -> {
            // What they sent before is answered by now, so this is the last they hear.
            for (Producer producer : attached) {
                applied.calling(producer.client());
                producer.listener().closed(gone);
            }
            applied.calling(client);
            reply.done(last);
        });
    }
}
