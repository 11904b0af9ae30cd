package io.sluice.broker.shard;

import io.sluice.broker.Message;
import io.sluice.broker.Subscription;
import io.sluice.broker.SubscriptionExpiry;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * What a link that takes from a topic asks for.
 *
 * @param subscription joined where there is one like it, else begun
 * @param filter its selection, compiled; empty: every message passes. Asked on the shard's thread: quick, and throws nothing
 * @param user who owns the link: nobody takes an unshared subscription from somebody else's link
 * @param expiry of the subscription from here on, also where there is one already
 * @param replay from where on a new one gets what was published before; empty: as its topic's settings say
 */
public record SubscriptionRequest(
        Subscription subscription,
        Optional<Predicate<Message>> filter,
        String user,
        SubscriptionExpiry expiry,
        Optional<ReplayFrom> replay) {
    public SubscriptionRequest {
        Objects.requireNonNull(expiry, "expiry");
        Objects.requireNonNull(subscription, "subscription");
        Objects.requireNonNull(filter, "filter");
        Objects.requireNonNull(user, "user");
        Objects.requireNonNull(replay, "replay");
    }

    /** One that asks for nothing that was published before. */
    public SubscriptionRequest(
            Subscription subscription, Optional<Predicate<Message>> filter, String user, SubscriptionExpiry expiry) {
        this(subscription, filter, user, expiry, Optional.empty());
    }

    /** A durable one that never ends by itself, or one that ends with its links. */
    public SubscriptionRequest(Subscription subscription, Optional<Predicate<Message>> filter, String user) {
        this(
                subscription,
                filter,
                user,
                subscription.durable() ? SubscriptionExpiry.NEVER : SubscriptionExpiry.WITH_LINKS);
    }

    /**
     * A link that comes back to a subscription without saying what it is.
     *
     * @param candidates by which it may be found; the first that is there counts
     * @param user as above
     * @param found told which it is, just before the link's listener hears {@code attached}; shard's thread
     */
    public record Lookup(
            List<Subscription.Identity> candidates, String user, BiConsumer<Subscription, SubscriptionExpiry> found) {
        public Lookup {
            candidates = List.copyOf(candidates);
            Objects.requireNonNull(user, "user");
            Objects.requireNonNull(found, "found");
        }
    }

    /** How a link leaves its subscription. One that is not kept ends with its last link in any case. */
    public enum Leaving {
        /** It may come back: a durable subscription stays, and one whose expiry is another than with its links. */
        DETACH,
        /** The subscription ends, where no other link has it. */
        CLOSE,
        /** The subscription ends; while others have it the link hears {@code closed} with {@code RESOURCE_LOCKED}. */
        UNSUBSCRIBE
    }
}
