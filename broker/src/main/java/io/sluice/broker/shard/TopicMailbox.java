package io.sluice.broker.shard;

import io.sluice.broker.SelectionChange;
import io.sluice.broker.Subscription;
import io.sluice.broker.SubscriptionStatus;
import io.sluice.broker.TopicStatus;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.Reply;
import io.sluice.broker.queue.Consumer;
import java.util.List;

/** The part of {@link ShardMailbox} that is about topics and their subscriptions: the same order, the same threads. */
public final class TopicMailbox {
    private final ShardMailbox mailbox;

    TopicMailbox(ShardMailbox mailbox) {
        this.mailbox = mailbox;
    }

    /**
     * A consumer of a subscription to a topic is attached, without credit: to the one of this identity, or to a new one. An unshared
     * one of the same user's is taken from the link that has it. Its listener hears {@code attached} or {@code closed}:
     * {@code PRECONDITION_FAILED} where there is one that is shared and this is not, or the reverse; {@code RESOURCE_LOCKED} where
     * others have it, or share it with another topic or filter.
     */
    public void subscribe(Consumer consumer, SubscriptionRequest request) {
        mailbox.post((shard, turn) -> shard.subscribing().subscribe(consumer, request, turn));
    }

    /** As {@link #subscribe(Consumer, SubscriptionRequest)}, to a temporary topic that comes to be with this link. */
    public void subscribe(Consumer consumer, SubscriptionRequest request, TemporaryLink creating) {
        mailbox.post((shard, turn) -> shard.subscribing().subscribe(consumer, request, creating, turn));
    }

    /** As {@link #subscribe(Consumer, SubscriptionRequest)}, to one that is there, whatever it is for; {@code NOT_FOUND} where none is. */
    public void resume(Consumer consumer, SubscriptionRequest.Lookup lookup) {
        mailbox.post((shard, turn) -> shard.subscribing().resume(consumer, lookup, turn));
    }

    /**
     * The event has come that the expiry policy of a consumer's subscription names: where no link comes back in time, it ends. To be told
     * behind the detach; of a consumer that another link has taken over from, or of no subscription, it means nothing.
     */
    public void orphaned(Consumer consumer) {
        mailbox.post((shard, turn) -> shard.subscribing().orphaned(consumer, turn));
    }

    /** Topics that somebody publishes or subscribes to, by name, with their subscriptions. */
    public void list(Client client, Reply<List<TopicStatus>> reply) {
        mailbox.post((shard, turn) -> shard.topics().list(client, reply, turn));
    }

    /**
     * A durable subscription selects otherwise from now on, by the name of its queue; what waits there stays. The answer, when that is durable, is
     * what it selects.
     */
    public void select(String queue, SelectionChange change, Client client, Reply<Subscription.Selection> reply) {
        mailbox.post((shard, turn) -> shard.topics().select(queue, change, client, reply, turn));
    }

    /**
     * A durable subscription begins before anybody has a link to it: it gets what is published from then on, and never ends by itself. One
     * that is the same is left as it is; another one of its identity is refused with {@code PRECONDITION_FAILED}. The answer, when that is
     * durable, is what it is.
     */
    public void declare(Subscription subscription, Client client, Reply<SubscriptionStatus> reply) {
        mailbox.post((shard, turn) -> shard.topics().declare(subscription, client, reply, turn));
    }

    /** Ends a subscription, also one that links have: they are closed with {@code RESOURCE_DELETED}. Answers what it was. */
    public void unsubscribe(Subscription.Identity identity, Client client, Reply<SubscriptionStatus> reply) {
        mailbox.post((shard, turn) -> shard.topics().unsubscribe(identity, client, reply, turn));
    }

    /**
     * Ends all subscriptions to exactly this topic, and closes its producers with {@code RESOURCE_DELETED}: for one whose time is over,
     * as a temporary topic's. Whoever names it again finds it empty. Answers what it was.
     */
    public void delete(String topic, Client client, Reply<TopicStatus> reply) {
        mailbox.post((shard, turn) -> shard.topics().delete(topic, client, reply, turn));
    }
}
