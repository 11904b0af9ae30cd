package io.sluice.broker.routing;

import io.sluice.broker.Message;
import io.sluice.broker.Schedule;
import io.sluice.broker.Subscription;
import io.sluice.broker.SubscriptionExpiry;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Queue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/** A subscription in force: the queue its messages go to, which they are, and the links that take them. Shard's thread only. */
public final class Binding {
    private Subscription subscription;
    private final Queue queue;
    private final TopicPattern pattern;
    /** Null where every message passes. */
    private Predicate<Message> filter;
    /** Changes of its selection that are decided, and whose records are on their way. */
    private int changesOnTheirWay;

    private final List<Consumer> links = new ArrayList<>();
    /** Whose link it is that has an unshared one; "" where nobody has. */
    private String user = "";
    /** Links it is kept for: those that take from it, and those that are gone and whose policy's event has not come. */
    private final Set<Consumer> keptFor = new HashSet<>();

    private SubscriptionExpiry.State expiry = SubscriptionExpiry.State.NEVER;
    /** Queues from which it is still given what was published before: what comes to their topics comes behind that, and by the same hand. */
    private Set<Long> replaying = Set.of();
    /** What producers were told of its room last. */
    private boolean blocked;

    /** @param filter asked on the shard's thread: quick, and throws nothing; null: every message passes */
    Binding(Subscription subscription, Queue queue, Predicate<Message> filter) {
        this.subscription = subscription;
        this.queue = queue;
        this.pattern = TopicPattern.of(subscription.topic());
        this.filter = filter;
    }

    public Subscription subscription() {
        return subscription;
    }

    public Queue queue() {
        return queue;
    }

    TopicPattern pattern() {
        return pattern;
    }

    /**
     * Whether a message of its topic is for it.
     *
     * @param container of the producer, "" where it is not known
     */
    public boolean takes(Message message, String container) {
        if (keeps()) {
            return message.schedule().equals(Schedule.AT_ONCE)
                    && message.size() <= queue.definition().limits().maxBytes();
        }
        return selects(message, container);
    }

    private boolean selects(Message message, String container) {
        if (subscription.noLocal() && subscription.identity().container().equals(container)) {
            return false;
        }
        return filter == null || filter.test(message);
    }

    /** Whether a message that its topic has kept is one that was asked for. */
    public boolean selectsKept(Message message) {
        if (subscription.noLocal()
                && message.publisher()
                        == Message.publisher(subscription.identity().container())) {
            return false;
        }
        return filter == null || filter.test(message);
    }

    /** Whether it gets other messages than those that pass. */
    boolean rewrites() {
        return filter instanceof Rewriting;
    }

    /** What it gets in place of a message that it {@link #takes}. */
    List<Message> copies(Message message) {
        return filter instanceof Rewriting rewriting && rewriting.test(message)
                ? rewriting.copies(message)
                : List.of(message);
    }

    /** Whether it is there to keep messages for later subscribers. */
    public boolean keeps() {
        return queue.definition().replay().isOn();
    }

    public boolean isReplaying() {
        return !replaying.isEmpty();
    }

    /** Whether it is given what this queue keeps. */
    public boolean isReplayedFrom(long kept) {
        return replaying.contains(kept);
    }

    /** @param kept queues from which it is given what was published before, from now on */
    public void replaying(Set<Long> kept) {
        replaying = Set.copyOf(kept);
    }

    /** It selects otherwise from now on, by a decision whose record is on its way: {@link #selectionRecorded} is to follow. */
    void select(Subscription changed, Predicate<Message> newFilter) {
        subscription = changed;
        filter = newFilter;
        changesOnTheirWay++;
    }

    /** The record of a change was applied. */
    public void selectionRecorded() {
        changesOnTheirWay--;
    }

    /** A record says what it is. What was decided since counts for more. */
    void recorded(Subscription recorded, Function<Subscription, Predicate<Message>> filters) {
        if (changesOnTheirWay == 0 && !recorded.equals(subscription)) {
            subscription = recorded;
            filter = filters.apply(recorded);
        }
    }

    /** Links that take from it by the subscription; others may take from its queue by the queue's name. */
    public List<Consumer> links() {
        return links;
    }

    /** @param itsUser who owns the link */
    public void join(Consumer link, String itsUser) {
        links.add(link);
        keptFor.add(link);
        user = itsUser;
    }

    /** @return whether it was one of its links */
    public boolean leave(Consumer link) {
        return links.remove(link);
    }

    public Set<Consumer> keptFor() {
        return keptFor;
    }

    /** When it ends by itself, as it is decided; a record that says so may be on its way. */
    public SubscriptionExpiry.State expiry() {
        return expiry;
    }

    public void expiry(SubscriptionExpiry.State now) {
        expiry = now;
    }

    /** Whether it stays when its last link is gone and may come back. */
    public boolean isKept() {
        return subscription.durable() || !expiry.expiry().equals(SubscriptionExpiry.WITH_LINKS);
    }

    /** Who owns the link that joined last. */
    public String user() {
        return user;
    }

    /** @return whether that differs from what it said when it was asked last */
    public boolean blockedChanged() {
        boolean before = blocked;
        blocked = isBlocked();
        return blocked != before;
    }

    /** Whether producers of its topics are to wait. */
    public boolean isBlocked() {
        return queue.isBlocked() || queue.isIntakePaused();
    }
}
