package io.sluice.server;

import io.sluice.broker.Divert;
import io.sluice.broker.Origin;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.definitions.Definitions;
import io.sluice.broker.definitions.Policy;
import io.sluice.broker.shard.Placement;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.server.config.Configuration;
import io.sluice.server.config.QueueRules;
import io.sluice.server.config.TopicRules;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What queues are created as: as the file declares a queue of that very name, by the policies of the journal, by the templates of the
 * file. Any thread.
 */
final class EffectiveRules {
    private final QueueRules queues;
    private final TopicRules topics;
    private final Placement placement;
    /** Nothing while it recovers: nothing is created then. */
    private volatile Supplier<Definitions> defined = () -> Definitions.NONE;

    private EffectiveRules(QueueRules queues, TopicRules topics, Placement placement) {
        this.queues = queues;
        this.topics = topics;
        this.placement = placement;
    }

    /** Without policies before {@link #definedIn}. */
    static EffectiveRules of(Configuration configuration) {
        return new EffectiveRules(configuration.queues(), configuration.topics(), configuration.placement());
    }

    /** @param shard which has the policies */
    EffectiveRules definedIn(ShardMailbox shard) {
        return definedIn(shard::definitions);
    }

    /** @param definitions as they are now */
    EffectiveRules definedIn(Supplier<Definitions> definitions) {
        defined = definitions;
        return this;
    }

    /** What is defined, as it is now. */
    Definitions defined() {
        return defined.get();
    }

    /** By which messages go elsewhere, as the file says it. */
    List<Divert> diverts() {
        return queues.diverts();
    }

    private Optional<Policy> policy(Policy.Kind kind, String name) {
        return defined.get().policyFor(kind, name);
    }

    /** What a queue of this name is where nobody says more. Rules do not know of the number of a shard that a name may end with. */
    QueueDefinition definition(String name) {
        if (queues.declares(name)) {
            return queues.definition(name);
        }
        String plain = placement.plain(name);
        return plain.equals(name) ? byRules(name) : definition(plain).withName(name);
    }

    private static QueueDefinition ofPolicy(Policy policy) {
        return policy.queue().withOrigin(Origin.of(Origin.Source.POLICY, policy.name()));
    }

    private QueueDefinition byRules(String name) {
        return policy(Policy.Kind.QUEUES, name)
                .map(policy -> Policy.named(ofPolicy(policy), name))
                .orElseGet(() -> queues.definition(name));
    }

    /** The queue that comes to be when a client first uses the name. */
    Optional<QueueDefinition> onUse(String name) {
        String plain = placement.plain(name);
        boolean created = queues.createsOnUse(plain)
                || policy(Policy.Kind.QUEUES, plain).map(Policy::autoCreate).orElse(false);
        return created ? Optional.of(definition(name)) : Optional.empty();
    }

    /** What the queue of a subscription to this topic is, under any name. */
    QueueDefinition subscriptionQueue(String topic) {
        return policy(Policy.Kind.TOPICS, topic)
                .map(EffectiveRules::ofPolicy)
                .orElseGet(() -> topics.subscriptionQueue(topic));
    }

    int maxSubscriptions() {
        return topics.maxSubscriptions();
    }
}
