package io.sluice.broker.shard;

import io.sluice.broker.QueueDefinition;
import io.sluice.broker.port.Clock;
import io.sluice.broker.port.Journal;
import io.sluice.broker.port.LargeBodies;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.Metrics;
import io.sluice.broker.routing.TopicSetup;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What a shard is given from the edge.
 *
 * @param executor the shard's thread: runs tasks one after the other; may be the connections' event loop
 * @param autoCreate the definition of a queue that does not exist when somebody attaches or sends to it; empty: it is refused
 * @param topics what subscriptions are
 * @param onFailure hears once that the shard stopped: a {@code StorageException} when its journal failed, anything else is a
 *     defect of the broker. Nothing is answered from then on. Any thread.
 * @param metrics where the shard's own figures go
 * @param place which of the broker's queues are its own
 */
@RecordBuilder
public record ShardSetup(
        Executor executor,
        Clock clock,
        Journal journal,
        MessageStore store,
        LargeBodies largeBodies,
        ShardLimits limits,
        Function<String, Optional<QueueDefinition>> autoCreate,
        TopicSetup topics,
        Consumer<Throwable> onFailure,
        Metrics metrics,
        ShardPlace place)
        implements ShardSetupBuilder.With {
    /** The only shard of a broker, all of whose messages are in memory, with topics as they are where nobody says more. */
    public ShardSetup(
            Executor executor,
            Clock clock,
            Journal journal,
            MessageStore store,
            ShardLimits limits,
            Function<String, Optional<QueueDefinition>> autoCreate,
            Consumer<Throwable> onFailure) {
        this(
                executor,
                clock,
                journal,
                store,
                new NoLargeBodies(),
                limits,
                autoCreate,
                TopicSetup.PLAIN,
                onFailure,
                Metrics.NONE,
                ShardPlace.ONLY);
    }
}
