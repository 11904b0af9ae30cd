package io.sluice.amqp;

import io.sluice.broker.Subscription;
import io.sluice.broker.SubscriptionExpiry;
import io.sluice.broker.SubscriptionExpiry.Policy;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.shard.ShardMailbox;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.engine.Sender;
import org.apache.qpid.proton.engine.Session;

/**
 * The source of a link that has a subscription, as far as it outlives the link (AMQP 1.0 §3.5.6): how long is asked for, what is answered,
 * and what the shard is told when the link is gone.
 *
 * @param shard which has it; asked when the link is gone
 * @param expiry asked when the link is attached, and later
 */
record SubscriptionTerminus(
        Supplier<ShardMailbox> shard,
        Consumer consumer,
        LinkRegistry.Key key,
        Supplier<SubscriptionExpiry> expiry,
        Session session)
        implements KeptTermini.Kept {

    static SubscriptionTerminus of(
            ConnectionScope scope,
            Sender link,
            Supplier<ShardMailbox> shard,
            Consumer consumer,
            Supplier<SubscriptionExpiry> expiry) {
        return new SubscriptionTerminus(shard, consumer, scope.key(false, link.getName()), expiry, link.getSession());
    }

    /**
     * What a source asks for. Without a word of it a durable one is kept, whatever the specification's default, session-end, would mean:
     * clients that say no more than {@code durable} expect that; and one that is not ends with its link.
     */
    static SubscriptionExpiry expiry(Source asked) {
        long seconds = asked.getTimeout() == null ? 0 : asked.getTimeout().longValue();
        TerminusExpiryPolicy policy =
                asked.getExpiryPolicy() == null ? TerminusExpiryPolicy.SESSION_END : asked.getExpiryPolicy();
        if (policy == TerminusExpiryPolicy.NEVER) {
            return SubscriptionExpiry.NEVER;
        }
        if (policy == TerminusExpiryPolicy.SESSION_END && seconds == 0) {
            return isDurable(asked) ? SubscriptionExpiry.NEVER : SubscriptionExpiry.WITH_LINKS;
        }
        return new SubscriptionExpiry(
                switch (policy) {
                    case LINK_DETACH -> Policy.LINK_DETACH;
                    case SESSION_END -> Policy.SESSION_END;
                    default -> Policy.CONNECTION_CLOSE;
                },
                seconds);
    }

    /** Whether the subscription is to be on the disk: what never ends by itself is. */
    static boolean isDurable(Source asked) {
        boolean durable = asked.getDurable() != null && asked.getDurable() != TerminusDurability.NONE;
        return durable || asked.getExpiryPolicy() == TerminusExpiryPolicy.NEVER;
    }

    /** A shared one has ended where no other link has it. */
    static AuditedChange.What unsubscribed(Subscription subscription) {
        Map<String, String> more = new LinkedHashMap<>();
        more.put("topic", subscription.topic());
        if (subscription.shared()) {
            more.put("shared", "true");
        }
        return new AuditedChange.What(
                "UNSUBSCRIBE", "subscription", subscription.identity().toString(), more);
    }

    /** Says in the answer how long the subscription is kept. */
    static void describe(Source answer, SubscriptionExpiry expiry) {
        answer.setExpiryPolicy(policy(expiry));
        answer.setTimeout(UnsignedInteger.valueOf(expiry.timeoutSeconds()));
    }

    private static TerminusExpiryPolicy policy(SubscriptionExpiry expiry) {
        return switch (expiry.policy()) {
            case LINK_DETACH -> TerminusExpiryPolicy.LINK_DETACH;
            case SESSION_END -> TerminusExpiryPolicy.SESSION_END;
            case CONNECTION_CLOSE -> TerminusExpiryPolicy.CONNECTION_CLOSE;
            case NEVER -> TerminusExpiryPolicy.NEVER;
        };
    }

    @Override
    public TerminusExpiryPolicy policy() {
        return policy(expiry.get());
    }

    @Override
    public void expire() {
        shard.get().topics().orphaned(consumer);
    }

    /** It is over by now; where others have the subscription, it is not kept for this link any more. */
    @Override
    public void end() {
        shard.get().topics().orphaned(consumer);
    }
}
