package io.sluice.amqp;

import io.sluice.amqp.filter.InvalidFilterException;
import io.sluice.amqp.filter.NoLocalFilter;
import io.sluice.amqp.filter.SourceFilter;
import io.sluice.amqp.filter.StoredFilter;
import io.sluice.amqp.servicebus.EntityPath;
import io.sluice.broker.Message;
import io.sluice.broker.Refusal;
import io.sluice.broker.Subscription;
import io.sluice.broker.Subscription.Identity;
import io.sluice.broker.SubscriptionExpiry;
import io.sluice.broker.TemporaryName;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.SubscriptionRequest;
import io.sluice.broker.shard.SubscriptionRequest.Leaving;
import io.sluice.broker.shard.SubscriptionRequest.Lookup;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.engine.Sender;

/** A topic: a subscription of this link's own, or one with a name, which other links may have or come back to. */
final class SubscriptionNode implements SourceNode {
    private final ConnectionScope scope;
    private final Sender link;
    private final SubscriptionRequest request;
    private final SourceFilter filter;
    /** The topic that is made for the link. */
    private final Optional<LinkNode> made;
    /** Whether what was asked for of the messages before holds; set by the shard before the link is attached. */
    private final AtomicBoolean replays;
    /** Of Service Bus: closing a link is no end of it, and what it selects its rules say, not its links. */
    private boolean ofServiceBus;
    /** There is none to come back to: it begins. */
    private boolean begins;

    private SubscriptionNode(
            ConnectionScope scope,
            Sender link,
            SubscriptionRequest request,
            SourceFilter filter,
            Optional<LinkNode> made,
            AtomicBoolean replays) {
        this.replays = replays;
        this.scope = scope;
        this.link = link;
        this.request = request;
        this.filter = filter;
        this.made = made;
    }

    /**
     * @param link its name is the subscription's, where that has one
     * @throws InvalidFilterException a filter is wrong in itself
     * @throws IllegalArgumentException something is too long to be kept; the text says what
     */
    static SubscriptionNode of(ConnectionScope scope, Source asked, Sender link) throws InvalidFilterException {
        boolean fleeting = TemporaryName.is(asked.getAddress()) && !SubscriptionTerminus.isDurable(asked);
        SubscriptionExpiry expiry = fleeting ? SubscriptionExpiry.WITH_LINKS : SubscriptionTerminus.expiry(asked);
        Identity identity = SubscriptionNames.of(scope.peerContainer(), asked, link.getName(), expiry);
        return of(scope, link, identity, expiry, Optional.empty());
    }

    /** A dynamic source that is a topic: the link subscribes to it as it comes to be. Throws as {@link #of}. */
    static SubscriptionNode ofNewTopic(ConnectionScope scope, Source asked, Sender link) throws InvalidFilterException {
        LinkNode made = LinkNode.of(scope, link, asked);
        Identity identity = SubscriptionNames.whileAttached(scope.peerContainer(), asked, link.getName());
        return of(scope, link, identity, SubscriptionExpiry.WITH_LINKS, Optional.of(made));
    }

    /** One that any container may use, and that is there as soon as somebody receives from it. Throws as {@link #of}. */
    static SubscriptionNode ofServiceBus(
            ConnectionScope scope, Source asked, Sender link, EntityPath.Subscription subscription)
            throws InvalidFilterException {
        asked.setAddress(subscription.topic());
        asked.setCapabilities(NodeKinds.TOPIC, NodeKinds.SHARED, NodeKinds.GLOBAL);
        asked.setDurable(TerminusDurability.UNSETTLED_STATE);
        asked.setExpiryPolicy(TerminusExpiryPolicy.NEVER);
        Identity identity = new Identity("", subscription.name(), true);
        SubscriptionNode node = of(scope, link, identity, SubscriptionExpiry.NEVER, Optional.empty());
        node.ofServiceBus = true;
        return node;
    }

    private static SubscriptionNode of(
            ConnectionScope scope, Sender link, Identity identity, SubscriptionExpiry expiry, Optional<LinkNode> made)
            throws InvalidFilterException {
        Source asked = (Source) link.getRemoteSource();
        SourceFilter filter =
                SourceFilter.of(asked.getFilter(), scope.environment().clock()::millis);
        Subscription subscription = new Subscription(
                identity,
                made.map(LinkNode::address).orElse(asked.getAddress()),
                StoredFilter.of(filter),
                NoLocalFilter.isIn(asked.getFilter()),
                NodeKinds.has(asked.getCapabilities(), NodeKinds.SHARED));
        Optional<Predicate<Message>> condition = filter.isEmpty() ? Optional.empty() : Optional.of(filter);
        AtomicBoolean replays = new AtomicBoolean();
        SubscriptionRequest request = new SubscriptionRequest(
                subscription,
                condition,
                scope.principal().key(),
                expiry,
                ReplayProperties.of(link.getRemoteProperties(), () -> replays.set(true)));
        return new SubscriptionNode(scope, link, request, filter, made, replays);
    }

    @Override
    public Optional<KeptTermini.Kept> kept(ShardMailbox shard, Consumer consumer) {
        if (made.isPresent()) {
            return made.get().kept(link);
        }
        return Optional.of(SubscriptionTerminus.of(scope, link, () -> shard, consumer, request::expiry));
    }

    @Override
    public String address() {
        return request.subscription().topic();
    }

    /** What it selects it has selected when it comes to its queue. */
    @Override
    public Optional<Predicate<Message>> filter() {
        return Optional.empty();
    }

    /** A subscription copies from its topic; the link takes from the subscription. */
    @Override
    public boolean copies() {
        return false;
    }

    @Override
    public void attach(ShardMailbox shard, Consumer consumer) {
        if (made.isPresent()) {
            made.get().subscribe(consumer, request);
        } else if (ofServiceBus && !begins) {
            List<Identity> one = List.of(request.subscription().identity());
            shard.topics().resume(consumer, new Lookup(one, request.user(), (found, expiry) -> {}));
        } else {
            shard.topics().subscribe(consumer, request);
        }
    }

    @Override
    public Optional<ShardMailbox> next(ShardMailbox asked, Refusal refusal) {
        if (!ofServiceBus || begins || refusal.kind() != Refusal.Kind.NOT_FOUND) {
            return Optional.empty();
        }
        begins = true;
        return Optional.of(asked);
    }

    @Override
    public void detach(ShardMailbox shard, Consumer consumer, boolean closed) {
        shard.leave(consumer, closed && !ofServiceBus ? Leaving.CLOSE : Leaving.DETACH);
    }

    /** One that is not durable goes with its links anyway. */
    @Override
    public Optional<AuditedChange.What> endedByClose() {
        boolean ends = request.subscription().durable() && !ofServiceBus;
        return ends ? Optional.of(SubscriptionTerminus.unsubscribed(request.subscription())) : Optional.empty();
    }

    @Override
    public Source answer() {
        Source asked = (Source) link.getRemoteSource();
        Map<Symbol, Object> filters = new LinkedHashMap<>(filter.accepted());
        filters.putAll(NoLocalFilter.of(asked.getFilter()));
        Source source = Terminus.answer(asked, filters, made);
        if (request.subscription().durable()) {
            boolean says = asked.getDurable() != null && asked.getDurable() != TerminusDurability.NONE;
            source.setDurable(says ? asked.getDurable() : TerminusDurability.UNSETTLED_STATE);
        }
        SubscriptionTerminus.describe(source, request.expiry());
        if (replays.get()) {
            Map<Symbol, Object> properties = new LinkedHashMap<>(ReplayProperties.in(link.getRemoteProperties()));
            if (link.getProperties() != null) {
                properties.putAll(link.getProperties());
            }
            link.setProperties(properties);
        }
        return source;
    }
}
