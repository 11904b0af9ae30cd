package io.sluice.amqp;

import io.sluice.amqp.filter.NoLocalFilter;
import io.sluice.amqp.filter.StoredFilter;
import io.sluice.broker.Message;
import io.sluice.broker.Refusal;
import io.sluice.broker.Subscription;
import io.sluice.broker.SubscriptionExpiry;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.SubscriptionRequest.Leaving;
import io.sluice.broker.shard.SubscriptionRequest.Lookup;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.engine.Sender;

/**
 * The subscription that a link without a source comes back to (AMQP 1.0 §2.6.3: a null source asks for the terminus as it is). JMS
 * clients do it to unsubscribe: they read the answer and close.
 */
final class ResumedNode implements SourceNode {
    private final ConnectionScope scope;
    private final Sender link;
    private final Lookup lookup;
    /** Set on the shard's thread before the link hears that it is attached. */
    private Found found;

    private ShardMailbox first;
    private ShardMailbox asked;

    private record Found(Subscription subscription, SubscriptionExpiry expiry) {}

    /** @throws IllegalArgumentException something is too long to have been kept; the text says what */
    ResumedNode(ConnectionScope scope, Sender sender) {
        this.scope = scope;
        this.link = sender;
        this.lookup = new Lookup(
                SubscriptionNames.of(scope.peerContainer(), sender.getRemoteDesiredCapabilities(), sender.getName()),
                scope.principal().key(),
                (subscription, expiry) -> found = new Found(subscription, expiry));
    }

    /** Any of them may have it: they are asked one after the other. */
    @Override
    public Optional<ShardMailbox> next(ShardMailbox asked, Refusal refusal) {
        if (refusal.kind() != Refusal.Kind.NOT_FOUND) {
            return Optional.empty();
        }
        List<ShardMailbox> all = scope.environment().shards().all();
        int next = (all.indexOf(asked) + 1) % all.size();
        return all.get(next) == first ? Optional.empty() : Optional.of(all.get(next));
    }

    @Override
    public String address() {
        return link.getName();
    }

    /** Of those that are here, since what is not is not asked. */
    @Override
    public ShardMailbox shard(Shards shards) {
        List<ShardMailbox> here = shards.all();
        return here.isEmpty() ? shards.of(address()) : here.get(0);
    }

    @Override
    public Optional<String> readFrom() {
        return Optional.ofNullable(found).map(its -> its.subscription.topic());
    }

    @Override
    public Optional<Predicate<Message>> filter() {
        return Optional.empty();
    }

    /** Before it is known which it is there is none to be kept. */
    @Override
    public Optional<KeptTermini.Kept> kept(ShardMailbox shard, Consumer consumer) {
        return Optional.of(SubscriptionTerminus.of(
                scope,
                link,
                () -> asked,
                consumer,
                () -> found == null ? SubscriptionExpiry.WITH_LINKS : found.expiry));
    }

    @Override
    public boolean copies() {
        return false;
    }

    @Override
    public void attach(ShardMailbox shard, Consumer consumer) {
        asked = shard;
        if (first == null) {
            first = shard;
        }
        shard.topics().resume(consumer, lookup);
    }

    @Override
    public void detach(ShardMailbox shard, Consumer consumer, boolean closed) {
        shard.leave(consumer, closed ? Leaving.UNSUBSCRIBE : Leaving.DETACH);
    }

    @Override
    public Optional<AuditedChange.What> endedByClose() {
        return Optional.ofNullable(found).map(its -> SubscriptionTerminus.unsubscribed(its.subscription));
    }

    @Override
    public Source answer() {
        Subscription subscription = found.subscription;
        Source source = new Source();
        source.setAddress(subscription.topic());
        source.setDurable(subscription.durable() ? TerminusDurability.UNSETTLED_STATE : TerminusDurability.NONE);
        SubscriptionTerminus.describe(source, found.expiry);
        source.setDistributionMode(Terminus.COPY);
        SourceOutcomes.of(source).describe(source);
        source.setCapabilities(capabilities(subscription));
        Map<Symbol, Object> filters = new LinkedHashMap<>(StoredFilter.filters(subscription.selection()));
        if (subscription.noLocal()) {
            filters.putAll(NoLocalFilter.ANSWER);
        }
        source.setFilter(filters.isEmpty() ? null : filters);
        return source;
    }

    private static Symbol[] capabilities(Subscription subscription) {
        List<Symbol> capabilities = new ArrayList<>();
        capabilities.add(NodeKinds.TOPIC);
        if (subscription.shared()) {
            capabilities.add(NodeKinds.SHARED);
        }
        if (subscription.identity().isGlobal()) {
            capabilities.add(NodeKinds.GLOBAL);
        }
        return capabilities.toArray(new Symbol[0]);
    }
}
