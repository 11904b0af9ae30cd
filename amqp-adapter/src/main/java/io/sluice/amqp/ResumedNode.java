package io.sluice.amqp;

import io.sluice.amqp.filter.NoLocalFilter;
import io.sluice.amqp.filter.StoredFilter;
import io.sluice.broker.Message;
import io.sluice.broker.Subscription;
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
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.engine.Sender;

/**
 * The subscription that a link without a source comes back to (AMQP 1.0 §2.6.3: a null source asks for the terminus as it is). JMS
 * clients do it to unsubscribe: they read the answer and close.
 */
final class ResumedNode implements SourceNode {
    private final String linkName;
    private final Lookup lookup;
    /** Set on the shard's thread before the link hears that it is attached. */
    private Subscription found;

    /** @throws IllegalArgumentException something is too long to have been kept; the text says what */
    ResumedNode(ConnectionScope scope, Sender sender) {
        this.linkName = sender.getName();
        this.lookup = new Lookup(
                SubscriptionNames.of(scope.peerContainer(), sender.getRemoteDesiredCapabilities(), linkName),
                scope.principal().name(),
                subscription -> found = subscription);
    }

    @Override
    public String address() {
        return linkName;
    }

    @Override
    public Optional<Predicate<Message>> filter() {
        return Optional.empty();
    }

    @Override
    public boolean copies() {
        return false;
    }

    @Override
    public void attach(ShardMailbox shard, Consumer consumer) {
        shard.resume(consumer, lookup);
    }

    @Override
    public void detach(ShardMailbox shard, Consumer consumer, boolean closed) {
        shard.leave(consumer, closed ? Leaving.UNSUBSCRIBE : Leaving.DETACH);
    }

    @Override
    public Source answer() {
        Source source = new Source();
        source.setAddress(found.topic());
        source.setDurable(TerminusDurability.UNSETTLED_STATE);
        source.setExpiryPolicy(TerminusExpiryPolicy.NEVER);
        source.setDistributionMode(Terminus.COPY);
        SourceOutcomes.of(source).describe(source);
        source.setCapabilities(capabilities());
        Map<Symbol, Object> filters = new LinkedHashMap<>(StoredFilter.filters(found.selection()));
        if (found.noLocal()) {
            filters.putAll(NoLocalFilter.ANSWER);
        }
        source.setFilter(filters.isEmpty() ? null : filters);
        return source;
    }

    private Symbol[] capabilities() {
        List<Symbol> capabilities = new ArrayList<>();
        capabilities.add(NodeKinds.TOPIC);
        if (found.shared()) {
            capabilities.add(NodeKinds.SHARED);
        }
        if (found.identity().isGlobal()) {
            capabilities.add(NodeKinds.GLOBAL);
        }
        return capabilities.toArray(new Symbol[0]);
    }
}
