package io.sluice.broker.shard;

import io.sluice.broker.Dispatching;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.Limits;
import io.sluice.broker.QueueDefinition.Overflow;
import io.sluice.broker.QueueDefinition.Service;
import io.sluice.broker.Refusal;
import io.sluice.broker.Replay;
import io.sluice.broker.Subscription;
import io.sluice.broker.Subscription.Identity;
import io.sluice.broker.SubscriptionExpiry;
import io.sluice.broker.TemporaryName;
import io.sluice.broker.definitions.Definitions;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.queue.Turn;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.Subscribed;
import io.sluice.broker.routing.Binding;
import io.sluice.broker.routing.Bindings;
import io.sluice.broker.routing.TopicPattern;
import io.sluice.broker.routing.TopicSetup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What topics keep of their messages, and who is being given it. A topic that keeps any has one subscription more, the broker's own, whose
 * queue is a ring that nobody takes from. Shard's thread only.
 */
final class Replays {
    private static final int MAX_REMEMBERED = 1_024;

    private final ShardQueues queues;
    private final Bindings bindings;
    private final TopicSetup setup;
    private final ShardMailbox mailbox;
    private final Turn turn;
    /** Those under way, by the queue that they read. */
    private final Map<Long, List<Replaying>> underWay = new HashMap<>();
    /** Topics that keep nothing as things are defined: an anonymous producer's messages each ask for theirs. */
    private final Set<String> keepingNothing = new HashSet<>();

    private Definitions asOf = Definitions.NONE;

    /** @param turn the one turn of the shard: what reads a queue is called in the middle of a dispatch */
    Replays(ShardQueues queues, Bindings bindings, TopicSetup setup, ShardMailbox mailbox, Turn turn) {
        this.queues = queues;
        this.bindings = bindings;
        this.setup = setup;
        this.mailbox = mailbox;
        this.turn = turn;
    }

    /** Somebody is about to publish or subscribe to a topic: from here on it keeps what it is to keep. */
    void prepare(String topic) {
        if (TemporaryName.is(topic) || !QueueDefinition.isName(topic)) {
            return;
        }
        Definitions now = queues.definitions().current();
        if (now != asOf || keepingNothing.size() > MAX_REMEMBERED) {
            keepingNothing.clear();
            asOf = now;
        }
        if (keepingNothing.contains(topic)) {
            return;
        }
        QueueDefinition template = setup.queue().apply(topic);
        Replay replay = template.replay();
        if (!replay.isOn() || !TopicPattern.of(topic).isExact()) {
            keepingNothing.add(topic);
            return;
        }
        Optional<Queue> there = kept(topic);
        if (there.isEmpty()) {
            begin(topic, template);
        } else if (!there.get().decidedDefinition().replay().equals(replay)) {
            QueueDefinition is = there.get().decidedDefinition();
            there.get().redefine(is.withLimits(limits(replay)).withReplay(replay), turn);
        }
    }

    private void begin(String topic, QueueDefinition template) {
        Subscription own = new Subscription(Identity.ofKept(topic), topic, Subscription.Selection.ALL, false, false);
        QueueDefinition ring = QueueDefinition.named("template")
                .withService(Service.FIFO)
                .withLimits(limits(template.replay()))
                .withDeduplication(template.deduplication())
                .withDispatching(Dispatching.DEFAULT.withNonDestructive(true))
                .withReplay(template.replay());
        Queue queue = queues.declareFor(own, ring, turn);
        Binding binding = bindings.add(own, SubscriptionExpiry.NEVER, queue, null);
        turn.decide(new Subscribed(queue.id(), own, binding.expiry()), true, Turn.Effect.NOTHING);
    }

    private static Limits limits(Replay replay) {
        return new Limits(replay.messages(), replay.bytes(), Overflow.DROP_HEAD, replay.ageMillis());
    }

    /** The queue that keeps what is published to the topic. */
    private Optional<Queue> kept(String topic) {
        return bindings.find(Identity.ofKept(topic)).map(Binding::queue);
    }

    /** Why a subscription cannot have what it asks for of what was published before. @param begins whether it is a new one */
    Optional<Refusal> refusalOf(SubscriptionRequest request, boolean begins) {
        Subscription asked = request.subscription();
        if (asked.identity().isOfKept()) {
            String text = "subscription " + asked.identity() + " is the broker's own";
            return Optional.of(Refusal.of(Refusal.Kind.NOT_ALLOWED, text));
        }
        if (!begins || request.replay().isEmpty()) {
            return Optional.empty();
        }
        if (!TopicPattern.of(asked.topic()).isExact()) {
            String text =
                    "what was published before is given to a subscription to one topic, not to '" + asked.topic() + "'";
            return Optional.of(Refusal.of(Refusal.Kind.NOT_IMPLEMENTED, text));
        }
        if (asked.noLocal()) {
            String text = "who published what topic '" + asked.topic()
                    + "' has kept is not known: a subscription with no-local cannot be given it";
            return Optional.of(Refusal.of(Refusal.Kind.NOT_IMPLEMENTED, text));
        }
        return kept(asked.topic()).isPresent()
                ? Optional.empty()
                : Optional.of(Refusal.of(
                        Refusal.Kind.PRECONDITION_FAILED,
                        "topic '" + asked.topic() + "' keeps no messages for later subscribers (replayMessages)"));
    }

    /** From where on a new subscription is to be given what was kept; empty where it gets what is published from now on. */
    Optional<ReplayFrom> of(SubscriptionRequest request) {
        Subscription asked = request.subscription();
        Optional<Queue> kept = kept(asked.topic());
        if (kept.isEmpty() || asked.noLocal()) {
            return Optional.empty();
        }
        long toNew = kept.get().decidedDefinition().replay().toNew();
        Optional<ReplayFrom> wanted =
                request.replay().or(() -> Optional.of(new ReplayFrom(ReplayFrom.Kind.LAST, toNew, () -> {})));
        return wanted.filter(from -> from.kind() != ReplayFrom.Kind.LAST || from.value() > 0);
    }

    /**
     * Gives the subscription what was kept, in its order, and then what is published: nothing is left out between, and nothing comes twice.
     *
     * @param join what becomes of the links that wait for it when that is done
     */
    Replaying start(Binding binding, ReplayFrom from, Replaying.Join join) {
        Queue kept = kept(binding.subscription().topic()).orElseThrow();
        List<Replaying> readers = underWay.computeIfAbsent(kept.id(), id -> new ArrayList<>());
        Replaying replaying =
                new Replaying(kept, binding, from, new Replaying.ItsShard(mailbox, turn, join, this::ended));
        readers.add(replaying);
        kept.keepsAll(true, turn);
        turn.afterDecided(applied -> replaying.begin());
        return replaying;
    }

    private void ended(Replaying replaying) {
        Queue kept = replaying.kept();
        underWay.computeIfPresent(kept.id(), (id, readers) -> {
            readers.remove(replaying);
            return readers.isEmpty() ? null : readers;
        });
        if (!underWay.containsKey(kept.id())) {
            kept.keepsAll(false, turn);
        }
    }

    /** The one that gives to this subscription. */
    Optional<Replaying> to(Binding binding) {
        return binding.isReplaying()
                ? all().stream().filter(each -> each.binding() == binding).findFirst()
                : Optional.empty();
    }

    /** The one that this link waits for. */
    Optional<Replaying> waitedForBy(Consumer link) {
        return underWay.isEmpty()
                ? Optional.empty()
                : all().stream().filter(each -> each.isWaitedForBy(link)).findFirst();
    }

    private List<Replaying> all() {
        return underWay.values().stream().flatMap(List::stream).toList();
    }

    /** A message is decided that a topic keeps. */
    void decided(Enqueued enqueued) {
        List<Replaying> readers = underWay.get(enqueued.queueId());
        if (readers != null) {
            readers.forEach(each -> each.decided(enqueued));
        }
    }
}
