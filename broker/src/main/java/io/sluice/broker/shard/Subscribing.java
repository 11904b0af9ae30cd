package io.sluice.broker.shard;

import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import io.sluice.broker.Refusal.Kind;
import io.sluice.broker.Replay;
import io.sluice.broker.Subscription;
import io.sluice.broker.SubscriptionExpiry;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.queue.Turn;
import io.sluice.broker.record.JournalRecord.Subscribed;
import io.sluice.broker.routing.Binding;
import io.sluice.broker.routing.Bindings;
import io.sluice.broker.routing.TopicSetup;
import io.sluice.broker.shard.Replaying.From;
import io.sluice.broker.shard.Replaying.Waiting;
import io.sluice.broker.shard.SubscriptionRequest.Leaving;
import io.sluice.broker.shard.SubscriptionRequest.Lookup;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/** Begins, joins and ends subscriptions for links (Jakarta Messaging 3.1 §8.3; AMQP JMS Mapping, subscriptions). */
final class Subscribing {
    private final ShardQueues queues;
    private final Bindings bindings;
    private final TopicSetup setup;
    private final Links links;
    private final QueueRemoval removal;
    private final Replays replays;
    private final Expiring expiring = new Expiring(this::end);

    Subscribing(
            ShardQueues queues,
            Bindings bindings,
            TopicSetup setup,
            Links links,
            QueueRemoval removal,
            Replays replays) {
        this.replays = replays;
        this.queues = queues;
        this.bindings = bindings;
        this.setup = setup;
        this.links = links;
        this.removal = removal;
    }

    void subscribe(Consumer link, SubscriptionRequest request, Turn turn) {
        Subscription asked = request.subscription();
        replays.prepare(asked.topic());
        Optional<Binding> existing = asked.identity().isNamed() ? bindings.find(asked.identity()) : Optional.empty();
        boolean begins = existing.isEmpty() || !existing.get().subscription().equals(asked);
        Optional<Refusal> refusal = links.temporaryTopics()
                .refusalOf(asked, link.client())
                .or(() -> replays.refusalOf(request, begins))
                .or(() -> existing.isPresent() ? conflict(existing.get(), request) : tooMany());
        if (refusal.isPresent()) {
            refuse(link, refusal.get(), turn);
            return;
        }
        existing.ifPresent(binding -> takeOver(binding, turn));
        if (!begins && !existing.get().queue().isDeleted()) {
            join(new Waiting(link, request.user(), request.expiry()), existing.get(), turn);
            return;
        }
        // Another topic or other filter: what waited for the old one was not selected by the new one (JMS §8.3.3).
        existing.filter(binding -> !binding.queue().isDeleted())
                .ifPresent(binding -> end(binding, turn, Turn.Effect.NOTHING));
        Waiting waiting = new Waiting(link, request.user(), request.expiry());
        List<From> from = replays.of(request);
        if (from.isEmpty()) {
            request.replay().ifPresent(nothing -> nothing.begins().run());
            join(waiting, begin(request, request.expiry(), turn), turn);
            return;
        }
        // Behind a restart it is one that ends: nobody was told that it is there.
        Binding binding = begin(request, SubscriptionExpiry.WITH_LINKS, turn);
        Runnable holds =
                () -> request.replay().ifPresent(replay -> replay.begins().run());
        replays.start(binding, from, holds, this::joinWhenDurable).add(waiting);
    }

    /** As {@link #subscribe}, to a temporary topic that comes to be with the link. */
    void subscribe(Consumer link, SubscriptionRequest request, TemporaryLink creating, Turn turn) {
        Optional<Refusal> refusal = links.temporaryTopics().create(creating);
        if (refusal.isPresent()) {
            refuse(link, refusal.get(), turn);
            return;
        }
        subscribe(link, request, turn);
        if (link.home().isEmpty()) {
            links.temporaryTopics().detached(creating, turn);
        }
    }

    void resume(Consumer link, Lookup lookup, Turn turn) {
        Optional<Binding> found = lookup.candidates().stream()
                .map(bindings::find)
                .flatMap(Optional::stream)
                .filter(binding -> binding.isKept() && !binding.keeps() && !binding.isReplaying())
                .findFirst();
        if (found.isEmpty()) {
            String name = lookup.candidates().isEmpty()
                    ? ""
                    : " " + lookup.candidates().get(0);
            refuse(link, Refusal.of(Kind.NOT_FOUND, "there is no subscription" + name), turn);
            return;
        }
        Binding binding = found.get();
        Optional<Refusal> refusal = heldBySomebodyElse(binding, lookup.user());
        if (refusal.isPresent()) {
            refuse(link, refusal.get(), turn);
            return;
        }
        takeOver(binding, turn);
        SubscriptionExpiry expiry = binding.expiry().expiry();
        lookup.found().accept(binding.subscription(), expiry);
        join(new Waiting(link, lookup.user(), expiry), binding, turn);
    }

    /** Why a durable subscription that nobody has a link to cannot be {@link #declare declared}. */
    Optional<Refusal> refusalOf(Subscription declared) {
        Optional<Subscription> there = served(declared.identity()).map(Binding::subscription);
        if (there.isEmpty()) {
            return tooMany();
        }
        return there.get().equals(declared) ? Optional.empty() : Optional.of(another(there.get(), declared));
    }

    /** It begins without a link, and without what was published before. The same again is the one that is there. */
    Binding declare(Subscription declared, Turn turn) {
        Optional<Binding> there = served(declared.identity());
        if (there.isPresent()) {
            return there.get();
        }
        Optional<Predicate<Message>> filter = declared.selection().isAll()
                ? Optional.empty()
                : Optional.of(setup.filters().apply(declared.selection()));
        return begin(new SubscriptionRequest(declared, filter, ""), SubscriptionExpiry.NEVER, turn);
    }

    private Optional<Binding> served(Subscription.Identity identity) {
        return bindings.find(identity).filter(binding -> !binding.queue().isDeleted());
    }

    private static Refusal another(Subscription is, Subscription asked) {
        String difference = !is.topic().equals(asked.topic())
                ? "topic"
                : !is.selection().equals(asked.selection())
                        ? "filter"
                        : is.noLocal() != asked.noLocal() ? "noLocal" : "shared";
        return new Refusal(
                Kind.PRECONDITION_FAILED,
                "subscription " + is.identity() + " exists, of topic '" + is.topic() + "', with another " + difference,
                Map.of("attribute", difference));
    }

    private Binding begin(SubscriptionRequest request, SubscriptionExpiry expiry, Turn turn) {
        Subscription subscription = request.subscription();
        QueueDefinition template = setup.queue().apply(subscription.topic()).withReplay(Replay.OFF);
        Queue queue = queues.declareFor(subscription, template, turn);
        Binding binding =
                bindings.add(subscription, expiry, queue, request.filter().orElse(null));
        if (subscription.durable()) {
            turn.decide(new Subscribed(queue.id(), subscription, binding.expiry()), true, Turn.Effect.NOTHING);
        }
        return binding;
    }

    private void join(Waiting waiting, Binding binding, Turn turn) {
        Optional<Replaying> replaying = replays.to(binding);
        if (replaying.isPresent()) {
            replaying.get().add(waiting);
        } else if (joins(waiting, binding, turn)) {
            links.attach(waiting.link(), binding.queue(), turn);
        }
    }

    /** The link has waited for what was published before, and is answered when it is on the disk that the subscription is there. */
    private void joinWhenDurable(Waiting waiting, Binding binding, Turn turn) {
        if (joins(waiting, binding, turn)) {
            links.attachWhenDecided(waiting.link(), binding.queue(), turn);
        }
    }

    private boolean joins(Waiting waiting, Binding binding, Turn turn) {
        Consumer link = waiting.link();
        Optional<Refusal> exclusive = binding.queue().dispatcher().refusalOf(link);
        if (exclusive.isPresent()) {
            refuse(link, exclusive.get(), turn);
            return false;
        }
        binding.join(link, waiting.user());
        expiring.joined(link, binding, waiting.expiry(), turn);
        return true;
    }

    private static void refuse(Consumer link, Refusal why, Turn turn) {
        turn.calling(link.client());
        link.listener().closed(why);
    }

    private Optional<Refusal> tooMany() {
        if (bindings.size() < setup.maxSubscriptions()) {
            return Optional.empty();
        }
        return Optional.of(new Refusal(
                Kind.RESOURCE_LIMIT_EXCEEDED,
                "there are " + bindings.size() + " subscriptions, and no more may be",
                Map.of("reason", "maxSubscriptions", "limit", (long) setup.maxSubscriptions())));
    }

    private Optional<Refusal> conflict(Binding binding, SubscriptionRequest request) {
        Subscription is = binding.subscription();
        Subscription asked = request.subscription();
        if (is.shared() != asked.shared()) {
            String text = "subscription " + is.identity() + " exists and is " + (is.shared() ? "" : "not ") + "shared";
            return Optional.of(Refusal.of(Kind.PRECONDITION_FAILED, text));
        }
        if (is.shared() && isInUse(binding) && !is.equals(asked)) {
            String difference = is.topic().equals(asked.topic()) ? "filter" : "topic";
            String text = "subscription " + is.identity() + " is in use with another " + difference;
            return Optional.of(Refusal.of(Kind.RESOURCE_LOCKED, text));
        }
        return heldBySomebodyElse(binding, request.user());
    }

    /** A link of the same name and user is the same link: it was attached again elsewhere (AMQP 1.0 §2.6.1). */
    private Optional<Refusal> heldBySomebodyElse(Binding binding, String user) {
        boolean held = !binding.subscription().shared() && isInUse(binding);
        String whose = replays.to(binding)
                .flatMap(replaying -> replaying.waiting().stream().findFirst())
                .map(Waiting::user)
                .orElse(binding.user());
        if (!held || Objects.equals(whose, user)) {
            return Optional.empty();
        }
        String text = "subscription " + binding.subscription().identity() + " is in use by somebody else";
        return Optional.of(Refusal.of(Kind.RESOURCE_LOCKED, text));
    }

    /** Also where its links wait for what was published before. */
    private boolean isInUse(Binding binding) {
        return binding.isReplaying() || !binding.links().isEmpty();
    }

    /** Whoever had an unshared subscription has it no longer; the front end closes that link. */
    private void takeOver(Binding binding, Turn turn) {
        if (!binding.subscription().shared()) {
            replays.to(binding).ifPresent(replaying -> takeOver(replaying, turn));
            expiring.forget(binding);
            for (Consumer old : List.copyOf(binding.links())) {
                binding.leave(old);
                binding.queue().dispatcher().detach(old, turn);
            }
        }
    }

    /** It had not begun for anybody: it begins anew. */
    private void takeOver(Replaying replaying, Turn turn) {
        replaying.cancel(turn);
        end(
                replaying.binding(),
                turn,
                applied -> replaying.waiting().forEach(each -> {
                    applied.calling(each.link().client());
                    each.link().listener().detached();
                }));
    }

    /** A link goes that was not answered. */
    private void leave(Replaying replaying, Consumer link, Turn turn) {
        Turn.Effect gone = applied -> {
            applied.calling(link.client());
            link.listener().detached();
        };
        if (!replaying.left(link)) {
            turn.afterDecided(gone);
            return;
        }
        replaying.cancel(turn);
        if (replaying.binding().queue().isDeleted()) {
            turn.afterDecided(gone);
        } else {
            end(replaying.binding(), turn, gone);
        }
    }

    /** Its listener hears {@code detached}, or {@code closed} where it may not leave so. @return whether it is a link of a subscription */
    boolean leave(Consumer link, Leaving how, Turn turn) {
        Optional<Replaying> waitedFor = replays.waitedForBy(link);
        if (waitedFor.isPresent()) {
            leave(waitedFor.get(), link, turn);
            return true;
        }
        Optional<Binding> found = link.home().flatMap(home -> bindings.find(home.queueId()));
        if (found.isEmpty() || !found.get().leave(link)) {
            return false;
        }
        Binding binding = found.get();
        if (binding.links().isEmpty() && (how != Leaving.DETACH || !binding.isKept())) {
            end(binding, turn, binding.queue().dispatcher().leavesWithQueue(link));
            return true;
        }
        if (how == Leaving.UNSUBSCRIBE && !binding.links().isEmpty()) {
            String text = "subscription " + binding.subscription().identity() + " is in use by others";
            refuse(link, Refusal.of(Kind.RESOURCE_LOCKED, text), turn);
        }
        binding.queue().dispatcher().detach(link, turn);
        return true;
    }

    /** The event has come that the expiry policy of a link's subscription names. It has left it, or lost it. */
    void orphaned(Consumer link, Turn turn) {
        expiring.orphaned(link, turn);
    }

    /** Time has passed. */
    void tick(Turn turn) {
        expiring.tick(turn);
    }

    /** The shard serves from here on; links there were, if any, have gone with who served before. */
    void serves(Turn turn) {
        expiring.serves(bindings, turn);
    }

    /** What waits for it is dropped. @param then runs when that is durable */
    void end(Binding binding, Turn turn, Turn.Effect then) {
        expiring.forget(binding);
        Refusal gone = Refusal.of(
                Kind.RESOURCE_DELETED,
                "subscription " + binding.subscription().identity() + " to topic '"
                        + binding.subscription().topic() + "' was deleted");
        removal.remove(binding.queue(), gone, turn, then);
    }
}
