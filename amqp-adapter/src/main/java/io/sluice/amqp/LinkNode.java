package io.sluice.amqp;

import io.sluice.amqp.dialect.RabbitAddress;
import io.sluice.broker.Annotations;
import io.sluice.broker.Lifetime;
import io.sluice.broker.NodeKind;
import io.sluice.broker.TemporaryName;
import io.sluice.broker.port.Client;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Producer;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.SubscriptionRequest;
import io.sluice.broker.shard.TemporaryLink;
import java.util.Optional;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Receiver;
import org.apache.qpid.proton.engine.Session;

/** The queue a link is for: one that there is by its address, or a temporary one, or a temporary topic, that is made for the link. */
final class LinkNode {
    /** Where one of 64 shards is served here, all of them are elsewhere once in ten million times. */
    private static final int MAX_NAMES = 1_000;

    private final ShardMailbox shard;
    private final String address;
    /** As the peer writes the address, and what is said of messages to it. */
    private final Shown shown;

    private final Optional<TemporaryLink> temporary;
    private final Optional<Lifetime> made;
    private final TerminusExpiry expiry;

    /**
     * @param address "" where that is the node's name
     * @param stamps annotations that messages get that are sent here
     */
    private record Shown(String address, Annotations stamps) {
        static final Shown AS_IT_IS = new Shown("", Annotations.EMPTY);
    }

    private LinkNode(
            ShardMailbox shard,
            String address,
            Shown shown,
            Optional<TemporaryLink> temporary,
            Optional<Lifetime> made,
            TerminusExpiry expiry) {
        this.shard = shard;
        this.address = address;
        this.shown = shown;
        this.temporary = temporary;
        this.made = made;
        this.expiry = expiry;
    }

    /** @param asked the terminus that is ours, as the peer asks for it; one with an address, or dynamic */
    static LinkNode of(ConnectionScope scope, Link link, org.apache.qpid.proton.amqp.messaging.Terminus asked) {
        LinkRegistry.Key key = scope.key(link instanceof Receiver, link.getName());
        AmqpLimits.DynamicNodes limits = scope.limits().dynamicNodes();
        TerminusExpiry expiry = TerminusExpiry.of(asked, limits.maxTimeoutSeconds());
        if (asksForNew(asked)) {
            String name = newName(scope.environment(), NodeKinds.asksForTopic(asked.getCapabilities()));
            boolean topic = TemporaryName.isTopic(name);
            Lifetime lifetime = NodeProperties.lifetime(asked.getDynamicNodeProperties());
            TemporaryLink creating = TemporaryLink.creating(scope.calls(), key, name, lifetime, limits.limits());
            return new LinkNode(
                    shard(scope, name),
                    name,
                    Shown.AS_IT_IS,
                    Optional.of(creating),
                    Optional.of(lifetime),
                    topic ? TerminusExpiry.AT_ONCE : expiry);
        }
        Optional<RabbitAddress> named = RabbitAddress.of(asked.getAddress());
        String address = named.map(RabbitAddress::name).orElse(asked.getAddress());
        Shown shown =
                named.map(its -> new Shown(asked.getAddress(), its.stamps())).orElse(Shown.AS_IT_IS);
        Optional<TemporaryLink> returning = TemporaryName.is(address)
                ? Optional.of(TemporaryLink.returning(scope.calls(), key, address))
                : Optional.empty();
        return new LinkNode(shard(scope, address), address, shown, returning, Optional.empty(), expiry);
    }

    /** Of a node in a shard that is served here, if there is one: its name decides. */
    private static String newName(AmqpEnvironment broker, boolean topic) {
        String name = "";
        for (int attempt = 0; attempt < MAX_NAMES; attempt++) {
            String unique = broker.nodeNames().get();
            name = topic ? TemporaryName.topic(unique) : unique;
            if (broker.shards().elsewhere(name).isEmpty()) {
                break;
            }
        }
        return name;
    }

    private static ShardMailbox shard(ConnectionScope scope, String address) {
        return scope.environment().shards().of(address);
    }

    /** A link that comes back to its node says again that it is a dynamic one, and by now knows its address. */
    static boolean asksForNew(org.apache.qpid.proton.amqp.messaging.Terminus asked) {
        return asked.getDynamic()
                && (asked.getAddress() == null || asked.getAddress().isEmpty());
    }

    ShardMailbox shard() {
        return shard;
    }

    String address() {
        return address;
    }

    /** The connection, as far as it may bring the queue into being by this link. */
    Client client(ShardCalls calls) {
        return shown == Shown.AS_IT_IS ? calls : ExistingOnly.of(calls, address);
    }

    /** Where messages go that are sent here. */
    MessageTarget target() {
        return new MessageTarget(kind(), address, "", shown.stamps);
    }

    void attach(Consumer consumer) {
        if (temporary.isPresent()) {
            shard.attach(consumer, temporary.get());
        } else {
            shard.attach(consumer);
        }
    }

    void attach(Producer producer) {
        if (temporary.isPresent()) {
            shard.attach(producer, temporary.get());
        } else {
            shard.attach(producer);
        }
    }

    /** Subscribes to the topic that is made for the link. */
    void subscribe(Consumer consumer, SubscriptionRequest request) {
        shard.topics().subscribe(consumer, request, temporary.orElseThrow());
    }

    /** What the connection is to keep when the link goes; empty where nothing may be kept. */
    Optional<KeptTermini.Kept> kept(Link link) {
        return temporary.map(holder -> new Kept(shard, holder, address, expiry, link.getSession()));
    }

    /**
     * A temporary node that may outlive its link, for as long as its lifetime policy alone does not say.
     *
     * @param holder by which the node knows the link
     */
    private record Kept(ShardMailbox shard, TemporaryLink holder, String key, TerminusExpiry expiry, Session session)
            implements KeptTermini.Kept {
        @Override
        public TerminusExpiryPolicy policy() {
            return holder.isHolding() ? expiry.policy() : TerminusExpiryPolicy.LINK_DETACH;
        }

        @Override
        public void expire() {
            shard.detached(holder, expiry.timeoutMillis());
        }

        @Override
        public void end() {
            shard.detached(holder, 0);
        }
    }

    NodeKind kind() {
        return TemporaryName.isTopic(address) ? NodeKind.TOPIC : NodeKind.QUEUE;
    }

    boolean isTemporary() {
        return temporary.isPresent();
    }

    /** Says what the terminus is, once the link is attached. Nothing of it is durable. */
    void describe(org.apache.qpid.proton.amqp.messaging.Terminus answer) {
        answer.setAddress(shown == Shown.AS_IT_IS ? address : shown.address);
        boolean holds = temporary.isPresent() && temporary.get().isHolding();
        (holds ? expiry : TerminusExpiry.AT_ONCE).describe(answer);
        made.ifPresent(lifetime -> {
            answer.setDynamic(true);
            answer.setDynamicNodeProperties(NodeProperties.answer(lifetime));
        });
    }
}
