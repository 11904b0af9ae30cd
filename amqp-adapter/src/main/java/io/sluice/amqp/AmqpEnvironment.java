package io.sluice.amqp;

import io.sluice.amqp.message.DeadLetterNames;
import io.sluice.broker.port.Clock;
import io.sluice.broker.security.Authenticator;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What all connections of a broker share. Any thread.
 *
 * @param shards where queues and topics are
 * @param localNodes nodes of the broker itself by address, such as {@code $management}; looked at before the shards
 * @param clock wall clock, for what is left of a time to live
 * @param links who holds which link, so that a later attach can take it over
 * @param identity what we call ourselves in the open frame
 * @param large what becomes of messages too large for memory
 * @param opening what decides about a connection's open
 * @param connections those that are open, for administrators
 * @param nodeNames names for nodes that links ask for, see {@link NodeNames}
 * @param kinds which addresses are topics
 * @param newIds for newid() in rules of subscriptions, each another
 * @param deadLetterNames by which consumers are told where dead letters were
 * @param audit hears of changes by peers
 */
@RecordBuilder
public record AmqpEnvironment(
        Shards shards,
        Function<String, Optional<LocalNode>> localNodes,
        Authenticator authenticator,
        AmqpLimits limits,
        Clock clock,
        LinkRegistry links,
        Identity identity,
        LargeMessages large,
        OpenPolicy opening,
        ConnectionRegistry connections,
        Supplier<String> nodeNames,
        NodeKinds kinds,
        Supplier<UUID> newIds,
        Set<DeadLetterNames> deadLetterNames,
        AuditTrail audit)
        implements AmqpEnvironmentBuilder.With {
    /** Every message is in memory, any host name is ours. */
    public AmqpEnvironment(
            Shards shards,
            Function<String, Optional<LocalNode>> localNodes,
            Authenticator authenticator,
            AmqpLimits limits,
            Clock clock,
            LinkRegistry links,
            Identity identity) {
        this(
                shards,
                localNodes,
                authenticator,
                limits,
                clock,
                links,
                identity,
                LargeMessages.NONE,
                OpenPolicy.open(),
                new ConnectionRegistry(),
                NodeNames.random(),
                new NodeKinds(address -> false),
                UUID::randomUUID,
                Set.of(DeadLetterNames.SLUICE),
                AuditTrail.NONE);
    }

    /** The same for one connection. */
    AmqpEnvironment forConnection() {
        Shards its = shards.forConnection();
        return its == shards ? this : withShards(its);
    }

    /**
     * @param containerId unique among the brokers a client may talk to (AMQP 1.0 §2.4.1)
     * @param version of this program
     */
    public record Identity(String containerId, String version) {}
}
