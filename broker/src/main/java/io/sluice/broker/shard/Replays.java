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
import io.sluice.broker.shard.Replaying.From;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What topics keep of their messages, and who is being given it. A topic that keeps any has one subscription more, the broker's own, whose
 * queue is a ring that nobody takes from. Shard's thread only.
 */
final class Replays {
    private static final int MAX_REMEMBERED = 1_024;
    private static final Logger LOG = LoggerFactory.getLogger(Replays.class);

    private final ShardQueues queues;
    private final Bindings bindings;
    private final TopicSetup setup;
    private final Supplier<Definitions> defined;
    private final ShardMailbox mailbox;
    private final Turn turn;
    /** Those under way, by the queue that they read. */
    private final Map<Long, List<Replaying>> underWay = new HashMap<>();
    /** Topics that keep nothing as things are defined: an anonymous producer's messages each ask for theirs. */
    private final Set<String> keepingNothing = new HashSet<>();

    private Definitions asOf = Definitions.NONE;
    private boolean saidFull;

    /**
     * @param defined as of {@link Diverting}
     * @param turn the one turn of the shard: what reads a queue is called in the middle of a dispatch
     */
    Replays(
            ShardQueues queues,
            Bindings bindings,
            TopicSetup setup,
            Supplier<Definitions> defined,
            ShardMailbox mailbox,
            Turn turn) {
        this.defined = defined;
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
        Definitions now = defined.get();
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
        if (there.isEmpty() && bindings.size() >= setup.maxSubscriptions()) {
            // An anonymous producer may name any number of topics.
            if (!saidFull) {
                saidFull = true;
                LOG.warn(
                        "Topic {} keeps nothing yet: there are {} subscriptions, and no more may be",
                        topic,
                        bindings.size());
            }
        } else if (there.isEmpty()) {
            saidFull = false;
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

    /** The queues that keep what is published to the topic, or to topics of the pattern; in the order they came. */
    private Stream<Queue> keepers(String topic) {
        TopicPattern pattern = TopicPattern.of(topic);
        return pattern.isExact()
                ? kept(topic).stream()
                : bindings.all().stream()
                        .filter(Binding::keeps)
                        .filter(binding ->
                                pattern.matches(binding.subscription().topic()))
                        .map(Binding::queue);
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
        boolean numbered = request.replay().get().kind() == ReplayFrom.Kind.SEQUENCE;
        if (numbered && !TopicPattern.of(asked.topic()).isExact()) {
            String text = "a number is of one topic's messages: a subscription to '" + asked.topic()
                    + "' begins at an instant, or with the last of each topic";
            return Optional.of(Refusal.of(Refusal.Kind.INVALID_FIELD, text));
        }
        return keepers(asked.topic()).findAny().isPresent()
                ? Optional.empty()
                : Optional.of(Refusal.of(
                        Refusal.Kind.PRECONDITION_FAILED,
                        "topic '" + asked.topic() + "' keeps no messages for later subscribers (replayMessages)"));
    }

    /** From where on a new subscription is to be given what was kept; none where it gets what is published from now on. */
    List<From> of(SubscriptionRequest request) {
        return keepers(request.subscription().topic())
                .map(kept -> new From(kept, request.replay().orElseGet(() -> toNew(kept))))
                .filter(topic -> topic.from().kind() != ReplayFrom.Kind.LAST
                        || topic.from().value() > 0)
                .toList();
    }

    private static ReplayFrom toNew(Queue kept) {
        return new ReplayFrom(
                ReplayFrom.Kind.LAST, kept.decidedDefinition().replay().toNew(), () -> {});
    }

    /**
     * Gives the subscription what was kept, in its order, and then what is published: nothing is left out between, and nothing comes twice.
     *
     * @param topics see {@link #of}
     * @param begins told when the subscription holds
     * @param join what becomes of the links that wait for it when that is done
     */
    Replaying start(Binding binding, List<From> topics, Runnable begins, Replaying.Join join) {
        Replaying replaying =
                new Replaying(topics, binding, begins, new Replaying.ItsShard(mailbox, turn, join, this::ended));
        for (Queue kept : replaying.kept()) {
            underWay.computeIfAbsent(kept.id(), id -> new ArrayList<>()).add(replaying);
            kept.keepsAll(true, turn);
        }
        turn.afterDecided(applied -> replaying.begin());
        return replaying;
    }

    private void ended(Replaying replaying) {
        for (Queue kept : replaying.kept()) {
            underWay.computeIfPresent(kept.id(), (id, readers) -> {
                readers.remove(replaying);
                return readers.isEmpty() ? null : readers;
            });
            if (!underWay.containsKey(kept.id())) {
                kept.keepsAll(false, turn);
            }
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
        return underWay.values().stream().flatMap(List::stream).distinct().toList();
    }

    /** A message is decided that a topic keeps. */
    void decided(Enqueued enqueued) {
        List<Replaying> readers = underWay.get(enqueued.queueId());
        if (readers != null) {
            readers.forEach(each -> each.decided(enqueued));
        }
    }
}
