package io.sluice.server;

import io.sluice.amqp.AmqpEnvironment;
import io.sluice.amqp.LargeMessages;
import io.sluice.amqp.netty.AmqpServer;
import io.sluice.amqp.netty.ServerLoops;
import io.sluice.amqp.netty.ServerSettings;
import io.sluice.amqp.netty.ServingPlace;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.shard.ShardPlace;
import io.sluice.server.config.Cluster;
import io.sluice.server.config.Configuration;
import io.sluice.storage.raft.ClusterStatus;
import io.sluice.storage.raft.Promises;
import io.sluice.storage.raft.ReplicaRestart;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node of a cluster, put together. It listens from its start to its end; behind that it goes from one {@link ClusterLife} to the next: each
 * opens the data folder, is a backup, perhaps becomes the primary, and ends when it is that no more or got a snapshot in place of what it
 * had. Clients are served by the primary, to which the other nodes hand them through.
 *
 * <p>Started and stopped on one thread, which may block. What fails while it runs is logged in one line and reported once.
 */
public final class ClusterNode implements RunningBroker {
    private static final int TICK_MILLIS = 100;
    private static final int LOOK_MILLIS = 25;
    private static final int STOP_SECONDS = 20;
    private static final Logger LOG = LoggerFactory.getLogger(ClusterNode.class);

    private final Configuration configuration;
    private final ShardOfNode part;
    private final ServerLoops loops;
    private final BackupPlace asBackup;
    private final AmqpServer endpoint;
    private final ListeningPorts ports;
    private final MetricsPort metrics;
    private final IntConsumer onFailure;
    private final Thread lives = new Thread(this::live, "node");
    private final ScheduledExecutorService ticker =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "ticker"));
    /** Told peers to go while the next life opens. */
    private final ScheduledExecutorService farewell =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "farewell"));

    private volatile ClusterLife life;
    private volatile boolean stopping;
    private Optional<String> primary = Optional.empty();

    private ClusterNode(
            ShardOfNode part, ClusterLife first, ListeningPorts ports, MetricsPort metrics, IntConsumer onFailure) {
        this.configuration = part.configuration();
        this.part = part;
        this.life = first;
        this.loops = part.loops();
        this.ports = ports;
        this.metrics = metrics;
        this.onFailure = onFailure;
        AmqpEnvironment nobody = ServedShards.nobodyServed(configuration, () -> life.defined());
        this.asBackup = BackupPlace.of(configuration, nobody);
        this.endpoint = new AmqpServer(
                ServerSettings.of(nobody)
                        .withMaxConnections(configuration.amqp().maxConnections()),
                loops);
    }

    /**
     * Opens the data folder and begins to listen; who is the primary shows later.
     *
     * @param configuration as {@link Configuration#asMember} has it
     * @param onFailure gets one of {@link ExitCode} when the node cannot go on; it is to be stopped then. Any thread
     * @throws StartFailure the data folder or an address cannot be used
     */
    public static ClusterNode start(Configuration configuration, IntConsumer onFailure) throws StartFailure {
        ListeningPorts ports = new ListeningPorts(configuration);
        ServerLoops loops = ServerLoops.start("amqp", configuration.eventLoops());
        MetricsPort metrics = new MetricsPort(Optional.empty());
        ShardOfNode part;
        ClusterLife first;
        try {
            metrics = MetricsPort.open(configuration.metrics());
            part = new ShardOfNode(
                    configuration,
                    loops,
                    metrics.metrics(),
                    EffectiveRules.of(configuration),
                    ShardPlace.ONLY,
                    new Promises(ClusterSettings.timing(configuration)),
                    Optional.empty());
            first = ClusterLife.open(part);
        } catch (StartFailure e) {
            metrics.close();
            loops.close();
            ports.close();
            throw e;
        } catch (StorageException e) {
            metrics.close();
            loops.close();
            ports.close();
            throw new StartFailure(ExitCode.DATA_FOLDER, e.getMessage(), e);
        }
        ClusterNode node = new ClusterNode(part, first, ports, metrics, onFailure);
        try {
            node.listen();
        } catch (StartFailure e) {
            node.stop(false);
            throw e;
        }
        node.lives.start();
        return node;
    }

    private void listen() throws StartFailure {
        Cluster.Node self = ClusterSettings.self(configuration);
        endpoint.serve(new ServingPlace.Unknown());
        ports.openHandThrough(
                endpoint, self.host(), self.handThroughPort(), ClusterSettings.handThrough(configuration.cluster()));
        ports.open(endpoint);
        ticker.scheduleAtFixedRate(() -> life.tick(), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        ticker.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Who is the primary? As long as it is not this node, clients are handed through. */
    private void look() {
        ClusterLife now = life;
        if (now.serves() || stopping) {
            return;
        }
        try {
            Optional<ClusterStatus> known = now.status();
            if (known.isEmpty()) {
                return;
            }
            ClusterStatus status = known.get();
            Optional<String> found = status.primary().filter(id -> !id.equals(configuration.node()));
            if (found.equals(primary)) {
                return;
            }
            primary = found;
            Optional<ClusterStatus.Member> member = status.members().stream()
                    .filter(candidate ->
                            found.equals(Optional.of(candidate.node().id())))
                    .findFirst();
            if (member.isPresent()) {
                LOG.info("{} is the primary", found.get());
                endpoint.serve(asBackup.with(member.get().node()));
            } else {
                endpoint.serve(new ServingPlace.Unknown());
            }
        } catch (RuntimeException e) {
            LOG.debug("nobody knows who is the primary", e);
        }
    }

    private void live() {
        try {
            while (oneLife()) {
                ClusterLife next = ClusterLife.open(part);
                life = next;
                if (stopping) {
                    // Whoever stops the node may have ended the life before this one.
                    next.stop(false);
                }
            }
        } catch (StorageException | StartFailure | RuntimeException e) {
            if (!stopping) {
                BrokerFailure.report(e, onFailure);
            }
        }
    }

    /** @return whether there is to be another */
    private boolean oneLife() throws StorageException, StartFailure {
        ClusterLife now = life;
        ServedShards[] shards = new ServedShards[1];
        Throwable end = now.run(
                shard -> {
                    part.rules().definedIn(shard);
                    shards[0] = new ServedShards(List.of(shard), configuration.placement());
                },
                () -> {
                    LOG.info("This node, {}, is the primary", configuration.node());
                    endpoint.serve(new ServingPlace.Here(shards[0].environment(
                            configuration,
                            LargeMessages.NONE,
                            Optional.of(new ClusterAdministration(
                                    configuration.node(),
                                    List.of(ClusterAdministration.Part.of(part, now::administration)))))));
                });
        boolean served = now.serves();
        now.ends();
        primary = Optional.empty();
        if (!stopping) {
            endpoint.serve(new ServingPlace.Unknown());
        }
        if (served) {
            farewell.execute(() -> endpoint.forceAll("this node is no longer the primary"));
        }
        now.close();
        if (stopping) {
            return false;
        }
        if (end instanceof ReplicaRestart) {
            LOG.info("{} It goes on as a backup", end.getMessage());
            return true;
        }
        BrokerFailure.report(end, onFailure);
        return false;
    }

    @Override
    public String listensOn() {
        return ports.main();
    }

    @Override
    public String ports() {
        return ports.all();
    }

    @Override
    public Path dataFolder() {
        return ClusterSettings.dataFolder(configuration);
    }

    /** A primary hands its role to a backup first, so that clients find the next one at once. */
    @Override
    public void stop(boolean checkpoint) {
        stopping = true;
        ticker.shutdown();
        if (checkpoint) {
            life.handOver();
        }
        endpoint.close();
        ports.close();
        life.stop(checkpoint);
        try {
            lives.join(TimeUnit.SECONDS.toMillis(STOP_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        farewell.shutdown();
        metrics.close();
        loops.close();
    }
}
