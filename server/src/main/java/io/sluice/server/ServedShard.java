package io.sluice.server;

import io.sluice.amqp.AmqpEnvironment;
import io.sluice.amqp.ConnectionRegistry;
import io.sluice.amqp.LargeMessages;
import io.sluice.amqp.LinkRegistry;
import io.sluice.amqp.NodeKinds;
import io.sluice.amqp.NodeNames;
import io.sluice.amqp.filter.StoredFilter;
import io.sluice.amqp.management.ClusterNodes;
import io.sluice.amqp.management.Configured;
import io.sluice.amqp.management.ManagementNode;
import io.sluice.amqp.management.Queues;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Refusal;
import io.sluice.broker.definitions.Definitions;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.Reply;
import io.sluice.broker.routing.TopicSetup;
import io.sluice.broker.shard.ShardLimits;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.server.config.Configuration;
import io.sluice.server.config.QueueRules;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A shard as its clients and its operator meet it. Blocks; not on the shard's thread. */
final class ServedShard {
    private static final int CHECKPOINT_LIMIT_SECONDS = 10;
    private static final int DECLARE_LIMIT_SECONDS = 30;
    private static final Logger LOG = LoggerFactory.getLogger(ServedShard.class);

    private final ShardMailbox shard;

    ServedShard(ShardMailbox shard) {
        this.shard = shard;
    }

    static ShardLimits limits(Configuration configuration) {
        return ShardLimits.ofMemory(
                        configuration.memory().budgetBytes(Runtime.getRuntime().maxMemory()))
                .withIdle(ShardLimits.Idle.after(configuration.storage().idleCheckpointMillis()));
    }

    /** @param clock for filters over the time */
    static TopicSetup topics(EffectiveRules rules, LongSupplier clock) {
        return new TopicSetup(
                rules::subscriptionQueue,
                selection -> StoredFilter.compile(selection, clock),
                rules.maxSubscriptions());
    }

    /** What all connections share that are served by this shard. */
    AmqpEnvironment environment(Configuration configuration, LargeMessages large, Optional<ClusterNodes> cluster) {
        EffectiveRules rules = EffectiveRules.of(configuration).definedIn(shard);
        ConnectionRegistry connections = new ConnectionRegistry();
        ManagementNode management = new ManagementNode(
                Queues.in(shard),
                new Configured(rules::definition, QueueRules.plain(), Credentials.users(configuration.security())),
                connections,
                cluster);
        return new AmqpEnvironment(
                anyAddress -> shard,
                name -> name.equals(ManagementNode.ADDRESS) ? Optional.of(management) : Optional.empty(),
                Credentials.of(configuration.security(), shard::definitions),
                AmqpSettings.of(configuration.amqp()),
                System::currentTimeMillis,
                new LinkRegistry(),
                new AmqpEnvironment.Identity(configuration.node(), version()),
                large,
                ListeningPorts.opening(configuration.listen()),
                connections,
                NodeNames.random(),
                new NodeKinds(configuration.topics()::isTopic),
                configuration.amqp().deadLetterAnnotations());
    }

    /** For a server that is told later which shard it serves: of this, only limits count, and what is said to those that come before. */
    static AmqpEnvironment nobodyServed(Configuration configuration) {
        return new AmqpEnvironment(
                        anyAddress -> {
                            throw new IllegalStateException("nobody is served yet");
                        },
                        anyName -> Optional.empty(),
                        Credentials.of(configuration.security(), () -> Definitions.NONE),
                        AmqpSettings.of(configuration.amqp()),
                        System::currentTimeMillis,
                        new LinkRegistry(),
                        new AmqpEnvironment.Identity(configuration.node(), version()))
                .withOpening(ListeningPorts.opening(configuration.listen()));
    }

    private static String version() {
        String version = ServedShard.class.getPackage().getImplementationVersion();
        return version == null ? "0" : version;
    }

    void tick() {
        shard.tick();
    }

    /** A queue that exists already as something else stays what it is: what it holds counts for more than a file. */
    void declare(QueueRules rules, Path folder) throws StartFailure {
        for (QueueDefinition queue : rules.declared()) {
            CompletableFuture<Optional<Refusal>> answer = new CompletableFuture<>();
            shard.declare(queue, () -> {}, new Reply<QueueStatus>() {
                @Override
                public void done(QueueStatus status) {
                    answer.complete(Optional.empty());
                }

                @Override
                public void refused(Refusal refusal) {
                    answer.complete(Optional.of(refusal));
                }
            });
            try {
                answer.get(DECLARE_LIMIT_SECONDS, TimeUnit.SECONDS)
                        .ifPresent(refusal -> LOG.warn("Declared queue left as it is: {}", refusal.text()));
            } catch (InterruptedException | ExecutionException | TimeoutException e) {
                String text = "queue '" + queue.name() + "' cannot be declared in " + folder;
                throw new StartFailure(ExitCode.DATA_FOLDER, text, e);
            }
        }
    }

    /** Writes a checkpoint, for a faster next start, unless that takes too long. */
    void checkpoint() {
        CompletableFuture<Optional<String>> answer = new CompletableFuture<>();
        shard.checkpoint(new Reply<>() {
            @Override
            public void done(JournalPosition position) {
                answer.complete(Optional.empty());
            }

            @Override
            public void refused(Refusal refusal) {
                answer.complete(Optional.of(refusal.text()));
            }
        });
        try {
            answer.get(CHECKPOINT_LIMIT_SECONDS, TimeUnit.SECONDS)
                    .ifPresent(text -> LOG.warn("No checkpoint at the stop, the next start takes longer: {}", text));
        } catch (TimeoutException e) {
            LOG.info("The checkpoint takes longer than {} s: left to the next start", CHECKPOINT_LIMIT_SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
