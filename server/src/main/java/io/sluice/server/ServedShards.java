package io.sluice.server;

import io.sluice.amqp.AmqpEnvironment;
import io.sluice.amqp.ConnectionRegistry;
import io.sluice.amqp.LargeMessages;
import io.sluice.amqp.LinkRegistry;
import io.sluice.amqp.LocalNode;
import io.sluice.amqp.NodeKinds;
import io.sluice.amqp.NodeNames;
import io.sluice.amqp.Shards;
import io.sluice.amqp.filter.StoredFilter;
import io.sluice.amqp.management.ClusterNodes;
import io.sluice.amqp.management.Configured;
import io.sluice.amqp.management.ManagementNode;
import io.sluice.amqp.management.Queues;
import io.sluice.amqp.message.MessageHeaders;
import io.sluice.amqp.rabbitmq.BrokerNode;
import io.sluice.amqp.rabbitmq.RabbitManagementNode;
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
import io.sluice.broker.shard.ShardPlace;
import io.sluice.server.config.Configuration;
import io.sluice.server.config.QueueRules;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The shards of a broker as its clients and its operator meet them. Blocks; not on a shard's thread. */
final class ServedShards implements Shards {
    private static final int CHECKPOINT_LIMIT_SECONDS = 10;
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
                                / configuration.virtualHosts().parts())
                .withIdle(ShardLimits.Idle.after(configuration.storage().idleCheckpointMillis()));
    }

    /** @param clock for filters over the time */
    static TopicSetup topics(EffectiveRules rules, LongSupplier clock) {
        return new TopicSetup(
                        rules::subscriptionQueue,
                        selection -> StoredFilter.compile(selection, clock, UUID::randomUUID),
                        rules.maxSubscriptions(),
                        MessageHeaders::value)
                .withDiverts(rules.diverts())
                .withDefinitions(rules::defined);
    }

    /** What all connections share that are served by these shards. */
    AmqpEnvironment environment(Configuration configuration, LargeMessages large, Optional<ClusterNodes> cluster) {
        return environment(this, shards.get(0)::definitions, configuration, large, cluster);
    }

    /** What all connections share. @param definitions as they are now */
    static AmqpEnvironment environment(
            Shards shards,
            Supplier<Definitions> definitions,
            Configuration configuration,
            LargeMessages large,
            Optional<ClusterNodes> cluster) {
        EffectiveRules rules = EffectiveRules.of(configuration).definedIn(definitions);
        ConnectionRegistry connections = new ConnectionRegistry();
        ManagementNode management = new ManagementNode(
                Queues.in(shards),
                new Configured(
                        rules::definition,
                        QueueRules.plain(),
                        Credentials.users(configuration.security()),
                        configuration.virtualHosts().self(),
                        rules.diverts()),
                connections,
                cluster);
        Map<String, LocalNode> localNodes = Map.of(
                ManagementNode.ADDRESS,
                management,
                RabbitManagementNode.ADDRESS,
                rabbitManagement(shards, rules, configuration, cluster));
        return new AmqpEnvironment(
                shards,
                name -> Optional.ofNullable(localNodes.get(name)),
                Credentials.of(configuration.security(), definitions),
                AmqpSettings.of(configuration.amqp()),
                System::currentTimeMillis,
                new LinkRegistry(),
                new AmqpEnvironment.Identity(configuration.node(), version()),
                large,
                ListeningPorts.opening(configuration),
                connections,
                NodeNames.random(),
                new NodeKinds(configuration.topics()::isTopic),
                UUID::randomUUID,
                configuration.amqp().deadLetterAnnotations(),
                new AuditLog());
    }

    private static RabbitManagementNode rabbitManagement(
            Shards shards, EffectiveRules rules, Configuration configuration, Optional<ClusterNodes> cluster) {
        String name = configuration.node();
        String host = configuration.virtualHosts().self().orElse("/");
        Supplier<List<String>> members = () -> cluster.map(nodes -> nodes.state().members().stream()
                        .map(ClusterNodes.Member::name)
                        .toList())
                .orElse(List.of(name));
        return new RabbitManagementNode(
                shards, rules::definition, NodeNames.ofQueues(), new BrokerNode(name, host, members));
    }

    /**
     * For a server that is told later which shard it serves: of this, only limits count, and what is said to those that come before.
     *
     * @param definitions who they may be, as far as that is known
     */
    static AmqpEnvironment nobodyServed(Configuration configuration, Supplier<Definitions> definitions) {
        return new AmqpEnvironment(
                        anyAddress -> {
                            throw new IllegalStateException("nobody is served yet");
                        },
                        anyName -> Optional.empty(),
                        Credentials.of(configuration.security(), definitions),
                        AmqpSettings.of(configuration.amqp()),
                        System::currentTimeMillis,
                        new LinkRegistry(),
                        new AmqpEnvironment.Identity(configuration.node(), version()))
                .withOpening(ListeningPorts.opening(configuration));
    }

    private static String version() {
        String version = ServedShards.class.getPackage().getImplementationVersion();
        return version == null ? "0" : version;
    }

    void tick() {
        shards.forEach(ShardMailbox::tick);
    }

    /**
     * A queue that exists already as something else stays what it is: what it holds counts for more than a file.
     *
     * @throws StartFailure it cannot be known
     */
    void declare(QueueRules rules, Path folder) throws StartFailure {
        for (int shard = 0; shard < shards.size(); shard++) {
            declare(new Placed(shards.get(shard), new ShardPlace(placement, shard)), rules, folder, StartWait.alone());
        }
    }

    /** A shard, and which one it is. */
    record Placed(ShardMailbox shard, ShardPlace place) {}

    /** Declares the queues that are this shard's. */
    static void declare(Placed placed, QueueRules rules, Path folder, StartWait wait) throws StartFailure {
        for (QueueDefinition queue : rules.declared()) {
            if (placed.place.owns(queue.name()) && !wait.isOver()) {
                declare(placed.shard, queue, folder, wait);
            }
        }
    }

    private static void declare(ShardMailbox shard, QueueDefinition queue, Path folder, StartWait wait)
            throws StartFailure {
        CompletableFuture<Object> answer = new CompletableFuture<>();
        shard.declare(queue, () -> {}, new Reply<QueueStatus>() {
            @Override
            public void done(QueueStatus status) {
                answer.complete(status);
            }

            @Override
            public void refused(Refusal refusal) {
                LOG.warn("Declared queue left as it is: {}", refusal.text());
                answer.complete(refusal);
            }
        });
        wait.await(answer, "queue '" + queue.name() + "' cannot be declared in " + folder);
    }

    /**
     * What is stored is where the configuration says it is: else nobody would find it.
     *
     * @throws StartFailure it is not
     */
    void checkPlacement(Path folder) throws StartFailure {
        for (int shard = 0; shard < shards.size(); shard++) {
            checkPlacement(new Placed(shards.get(shard), new ShardPlace(placement, shard)), folder, StartWait.alone());
        }
    }

    /** As {@link #checkPlacement(Path)}, of one shard. */
    static void checkPlacement(Placed placed, Path folder, StartWait wait) throws StartFailure {
        Placement placement = placed.place.placement();
        int shard = placed.place.index();
        for (QueueStatus queue : placement.shards() == 1 ? List.<QueueStatus>of() : queuesOf(placed, folder, wait)) {
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

    private static List<QueueStatus> queuesOf(Placed placed, Path folder, StartWait wait) throws StartFailure {
        CompletableFuture<List<QueueStatus>> answer = new CompletableFuture<>();
        placed.shard.list(() -> {}, new Reply<>() {
            @Override
            public void done(List<QueueStatus> queues) {
                answer.complete(queues);
            }

            @Override
            public void refused(Refusal refusal) {
                answer.completeExceptionally(new IllegalStateException(refusal.text()));
            }
        });
        wait.await(answer, "shard " + placed.place.index() + " in " + folder + " does not answer");
        return answer.getNow(List.of());
    }

    void checkpoint() {
        checkpoint(shards);
    }

    /** Writes checkpoints, for a faster next start, unless that takes too long. */
    static void checkpoint(List<ShardMailbox> shards) {
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
