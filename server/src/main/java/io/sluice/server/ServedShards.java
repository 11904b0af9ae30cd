package io.sluice.server;

import io.sluice.amqp.AmqpEnvironment;
import io.sluice.amqp.ConnectionRegistry;
import io.sluice.amqp.LargeMessages;
import io.sluice.amqp.LinkRegistry;
import io.sluice.amqp.NodeKinds;
import io.sluice.amqp.NodeNames;
import io.sluice.amqp.Shards;
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
import io.sluice.broker.shard.Placement;
import io.sluice.broker.shard.ShardLimits;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.server.config.Configuration;
import io.sluice.server.config.QueueRules;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The shards of a broker as its clients and its operator meet them. Blocks; not on a shard's thread. */
final class ServedShards implements Shards {
    private static final int CHECKPOINT_LIMIT_SECONDS = 10;
    private static final int DECLARE_LIMIT_SECONDS = 30;
    private static final Logger LOG = LoggerFactory.getLogger(ServedShards.class);

    private final List<ShardMailbox> shards;
    private final Placement placement;

    /** @param shards by their numbers */
    ServedShards(List<ShardMailbox> shards, Placement placement) {
        this.shards = List.copyOf(shards);
        this.placement = placement;
    }

    @Override
    public ShardMailbox of(String address) {
        return shards.get(placement.shardOf(address));
    }

    @Override
    public List<ShardMailbox> all() {
        return shards;
    }

    /** Of each shard. */
    static ShardLimits limits(Configuration configuration) {
        return ShardLimits.ofMemory(
                        configuration.memory().budgetBytes(Runtime.getRuntime().maxMemory())
                                / configuration.hosting().parts())
                .withIdle(ShardLimits.Idle.after(configuration.storage().idleCheckpointMillis()));
    }

    /** @param clock for filters over the time */
    static TopicSetup topics(EffectiveRules rules, LongSupplier clock) {
        return new TopicSetup(
                rules::subscriptionQueue,
                selection -> StoredFilter.compile(selection, clock),
                rules.maxSubscriptions());
    }

    /** What all connections share that are served by these shards. */
    AmqpEnvironment environment(Configuration configuration, LargeMessages large, Optional<ClusterNodes> cluster) {
        EffectiveRules rules = EffectiveRules.of(configuration).definedIn(shards.get(0));
        ConnectionRegistry connections = new ConnectionRegistry();
        ManagementNode management = new ManagementNode(
                Queues.in(this),
                new Configured(
                        rules::definition,
                        QueueRules.plain(),
                        configuration.hosting().isDefault()
                                ? Optional.of(Credentials.users(configuration.security()))
                                : Optional.empty()),
                connections,
                cluster);
        return new AmqpEnvironment(
                this,
                name -> name.equals(ManagementNode.ADDRESS) ? Optional.of(management) : Optional.empty(),
                Credentials.of(configuration.security(), shards.get(0)::definitions),
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
        String version = ServedShards.class.getPackage().getImplementationVersion();
        return version == null ? "0" : version;
    }

    void tick() {
        shards.forEach(ShardMailbox::tick);
    }

    /** A queue that exists already as something else stays what it is: what it holds counts for more than a file. */
    void declare(QueueRules rules, Path folder) throws StartFailure {
        for (QueueDefinition queue : rules.declared()) {
            CompletableFuture<Optional<Refusal>> answer = new CompletableFuture<>();
            of(queue.name()).declare(queue, () -> {}, new Reply<QueueStatus>() {
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

    /**
     * What is stored is where the configuration says it is: else nobody would find it.
     *
     * @throws StartFailure it is not
     */
    void checkPlacement(Path folder) throws StartFailure {
        for (int shard = 0; shard < shards.size() && shards.size() > 1; shard++) {
            for (QueueStatus queue : queuesOf(shard, folder)) {
                String name = queue.definition().name();
                int wanted = placement.shardOf(name);
                if (wanted != shard) {
                    throw new StartFailure(
                            ExitCode.DATA_FOLDER,
                            "Queue '" + name + "' in " + folder + " is in shard " + shard
                                    + ", where queues.placement does not put it any more, but in shard " + wanted
                                    + ": put {pattern: \"" + name + "\", shard: " + shard
                                    + "} first in queues.placement.");
                }
            }
        }
    }

    private List<QueueStatus> queuesOf(int shard, Path folder) throws StartFailure {
        CompletableFuture<List<QueueStatus>> answer = new CompletableFuture<>();
        shards.get(shard).list(() -> {}, new Reply<>() {
            @Override
            public void done(List<QueueStatus> queues) {
                answer.complete(queues);
            }

            @Override
            public void refused(Refusal refusal) {
                answer.completeExceptionally(new IllegalStateException(refusal.text()));
            }
        });
        try {
            return answer.get(DECLARE_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new StartFailure(ExitCode.DATA_FOLDER, "shard " + shard + " in " + folder + " does not answer", e);
        }
    }

    /** Writes checkpoints, for a faster next start, unless that takes too long. */
    void checkpoint() {
        List<CompletableFuture<Optional<String>>> answers =
                shards.stream().map(ServedShards::checkpoint).toList();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(CHECKPOINT_LIMIT_SECONDS);
        for (CompletableFuture<Optional<String>> answer : answers) {
            await(answer, end - System.nanoTime());
        }
    }

    private static CompletableFuture<Optional<String>> checkpoint(ShardMailbox shard) {
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
        return answer;
    }

    private static void await(CompletableFuture<Optional<String>> answer, long nanos) {
        try {
            answer.get(nanos, TimeUnit.NANOSECONDS)
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
