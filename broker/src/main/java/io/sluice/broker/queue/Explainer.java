package io.sluice.broker.queue;

import io.sluice.broker.explain.Cause;
import io.sluice.broker.explain.LinkExplanation;
import io.sluice.broker.explain.MessageExplanation;
import io.sluice.broker.explain.QueueExplanation;
import io.sluice.broker.port.LinkDescription;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Puts to a reason what is known of it: who, since when, until when, and what would hold a message up next. Changes nothing. */
final class Explainer {
    /** Links that one answer names. */
    private static final int MAX_LINKS = 100;
    /** What ends by itself, so that what comes behind it is worth saying. */
    private static final Set<DispatchReason> PASSING = EnumSet.of(
            DispatchReason.SCHEDULED, DispatchReason.PAGED_OUT, DispatchReason.LOADING, DispatchReason.PAUSED);

    private final Queue queue;
    private final ReadyLevels ready;
    private final Consumers consumers;
    private final GroupTable groups;
    private final Explanation reasons;
    private final long nowMillis;

    Explainer(Queue queue, ReadyLevels ready, Consumers consumers, GroupTable groups, long nowMillis) {
        this.queue = queue;
        this.ready = ready;
        this.consumers = consumers;
        this.groups = groups;
        this.reasons = new Explanation(queue.state(), consumers, groups, nowMillis);
        this.nowMillis = nowMillis;
    }

    QueueExplanation queue() {
        Optional<MessageExplanation> next = head().map(this::message);
        Cause cause = next.isPresent() ? next.get().causes().get(0) : nothingToGive();
        List<LinkExplanation> links = new ArrayList<>();
        for (Consumer consumer : consumers.all()) {
            if (links.size() == MAX_LINKS) {
                break;
            }
            links.add(link(consumer));
        }
        return new QueueExplanation(queue.status(), cause, next, links, queue.lastDuplicate());
    }

    private Cause nothingToGive() {
        if (consumers.hasTakers()) {
            return nothingAvailable();
        }
        if (!consumers.hasFollowers()) {
            return new Cause.Plain(DispatchReason.NO_CONSUMER);
        }
        List<Consumer> behind = new ArrayList<>();
        for (Consumer consumer : consumers.apart()) {
            if (consumer.follows() && !consumer.cursor.hasSeenAll()) {
                behind.add(consumer);
            }
        }
        if (behind.isEmpty()) {
            return isEmpty() ? nothingAvailable() : new Cause.Plain(DispatchReason.SEEN);
        }
        if (consumers.isPaused()) {
            return new Cause.Plain(DispatchReason.PAUSED);
        }
        return behind.stream().anyMatch(Consumer::hasCredit)
                ? new Cause.Plain(DispatchReason.LOADING)
                : new Cause.NoCredit(
                        behind.stream().limit(MAX_LINKS).map(Explainer::waiting).toList());
    }

    private boolean isEmpty() {
        return (ready.occupied() | queue.state().runs().occupied()) == 0;
    }

    /** The message that would be given out next, wherever it is; none where nobody takes any. */
    private Optional<Long> head() {
        if (!consumers.hasTakers() && consumers.hasFollowers()) {
            return Optional.empty();
        }
        PagedRuns runs = queue.state().runs();
        int occupied = ready.occupied() | runs.occupied();
        if (occupied == 0) {
            return Optional.empty();
        }
        int level = ready.choose(occupied);
        QueueEntry entry = ready.level(level).head();
        return Optional.of(Math.min(runs.boundary(level), entry == null ? Long.MAX_VALUE : entry.sequence));
    }

    private Cause nothingAvailable() {
        io.sluice.broker.QueueStatus status = queue.status();
        return new Cause.NothingAvailable(new Cause.Held(status.unsettled(), status.scheduled(), status.damaged()));
    }

    MessageExplanation message(long sequence) {
        List<Cause> causes = new ArrayList<>();
        QueueEntry entry = queue.state().entries().find(sequence);
        DispatchReason reason = reasons.of(sequence);
        causes.add(cause(reason, sequence, entry));
        if (PASSING.contains(reason)) {
            Optional<DispatchReason> paused = consumers.isPaused() && reason != DispatchReason.PAUSED
                    ? Optional.of(DispatchReason.PAUSED)
                    : Optional.empty();
            paused.ifPresent(also -> causes.add(cause(also, sequence, entry)));
            DispatchReason then = reasons.ofAvailable(sequence, entry);
            if (then != DispatchReason.NEXT) {
                causes.add(cause(then, sequence, entry));
            }
        }
        return new MessageExplanation(queue.name(), sequence, causes);
    }

    /** @param entry null where the message is out of memory */
    private Cause cause(DispatchReason reason, long sequence, QueueEntry entry) {
        switch (reason) {
            case LOCKED:
                return locked(entry);
            case SCHEDULED:
                return new Cause.Scheduled(entry == null ? 0 : entry.deliverAtMillis);
            case EXPIRED:
                return new Cause.Expired(entry.expiresAtMillis);
            case NO_CREDIT:
                return new Cause.NoCredit(withoutCredit(sequence, entry));
            case NOT_SELECTED:
                return new Cause.NotForThem(reason, links(taker -> !taker.selects(entry.message)));
            case GROUP_OWNED:
                return groupOwned(entry);
            case NOT_ACTIVE_CONSUMER:
                return standsBy();
            case UNDELIVERABLE_HERE:
                return new Cause.NotForThem(reason, links(entry::excludes));
            default:
                return new Cause.Plain(reason);
        }
    }

    private Cause groupOwned(QueueEntry entry) {
        GroupTable.Group group = groups.of(entry.message.group());
        return new Cause.GroupOwned(
                entry.message.group().id(), group.owner().listener().link(), group.isReturning());
    }

    private Cause standsBy() {
        return new Cause.StandsBy(
                consumers.active().map(active -> active.listener().link()).orElse(LinkDescription.UNKNOWN));
    }

    private Cause locked(QueueEntry entry) {
        for (Consumer consumer : consumers.all()) {
            Delivery delivery = consumer.unsettled.find(entry);
            if (delivery == null) {
                delivery = consumer.held.find(entry);
            }
            if (delivery != null) {
                return new Cause.Locked(consumer.listener().link(), delivery.sinceMillis, delivery.lockedUntilMillis);
            }
            delivery = consumer.fetched == null ? null : consumer.fetched.find(entry);
            if (delivery != null) {
                return new Cause.AskedFor(consumer.listener().link(), delivery.sinceMillis);
            }
        }
        return new Cause.Locked(LinkDescription.UNKNOWN, 0, Long.MAX_VALUE);
    }

    private List<Cause.Waiting> withoutCredit(long sequence, QueueEntry entry) {
        List<Cause.Waiting> waiting = new ArrayList<>();
        for (Consumer consumer : consumers.all()) {
            boolean wants = consumer.isApart()
                    ? !consumers.hasTakers() && reasons.isToSee(consumer, sequence, entry)
                    : entry == null || consumer.mayTake(entry);
            if (waiting.size() < MAX_LINKS && !consumer.hasCredit() && wants) {
                waiting.add(waiting(consumer));
            }
        }
        return waiting;
    }

    private static Cause.Waiting waiting(Consumer consumer) {
        return new Cause.Waiting(
                consumer.listener().link(), consumer.withoutCreditSinceMillis, consumer.unsettled.size());
    }

    private List<LinkDescription> links(Predicate<Consumer> which) {
        List<LinkDescription> links = new ArrayList<>();
        for (Consumer taker : consumers.takers()) {
            if (links.size() < MAX_LINKS && which.test(taker)) {
                links.add(taker.listener().link());
            }
        }
        return links;
    }

    LinkExplanation link(Consumer consumer) {
        return new LinkExplanation(
                consumer.listener().link(),
                queue.name(),
                consumer.mode(),
                Math.max(0, consumer.deliveryLimit - consumer.delivered),
                consumer.unsettled.size(),
                consumer.delivered,
                causeOf(consumer));
    }

    private Cause causeOf(Consumer consumer) {
        if (!consumer.hasCredit()) {
            return new Cause.NoCredit(List.of(waiting(consumer)));
        }
        if (consumers.isPaused() && (consumer.cursor == null || consumer.follows())) {
            return new Cause.Plain(DispatchReason.PAUSED);
        }
        if (!consumer.isApart() && !consumers.couldTake(consumer)) {
            return standsBy();
        }
        if (consumer.isWaitingForPage()) {
            return new Cause.Plain(DispatchReason.LOADING);
        }
        if (consumer.cursor != null && !isEmpty()) {
            return new Cause.Plain(DispatchReason.SEEN);
        }
        if (consumer.isApart() || head().isEmpty()) {
            return nothingAvailable();
        }
        QueueEntry entry = queue.state().entries().find(head().get());
        if (entry != null && consumer.mayTake(entry) && groups.keepsFrom(entry, consumer)) {
            return groupOwned(entry);
        }
        LinkDescription link = consumer.listener().link();
        // What is available and passes would have been given to it by now.
        return new Cause.NotForThem(
                consumer.isFiltering() ? DispatchReason.NOT_SELECTED : DispatchReason.UNDELIVERABLE_HERE,
                List.of(link));
    }
}
