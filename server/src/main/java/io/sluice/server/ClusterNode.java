package io.sluice.server;

import io.sluice.amqp.AmqpEnvironment;
import io.sluice.amqp.netty.AmqpServer;
import io.sluice.amqp.netty.ServerLoops;
import io.sluice.amqp.netty.ServerSettings;
import io.sluice.amqp.netty.ServingPlace;
import io.sluice.broker.port.StorageException;
import io.sluice.server.config.Cluster;
import io.sluice.server.config.Configuration;
import io.sluice.storage.raft.ReplicaServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node of a cluster, put together. It listens from its start to its end; behind that each shard goes from one {@link ClusterLife} to the next:
 * each opens the data folder, is a backup, perhaps becomes the primary, and ends when it is that no more or got a snapshot in place of what it
 * had. A node that is the primary of any shard serves its clients itself, and sends what they ask of other shards elsewhere; one that is of none
 * hands them through to the primary of shard 0. Virtual hosts follow that one.
 *
 * <p>Started and stopped on one thread, which may block. What fails while it runs is logged in one line and reported once.
 */
final class ClusterNode implements RunningBroker {
    private static final int TICK_MILLIS = 100;
    private static final int LOOK_MILLIS = 25;
    private static final int SPREAD_MILLIS = 250;
    /** A process that begins anew takes longer; one that has paused, mostly not. */
    private static final int LEAST_AWAY_MILLIS = 1_000;

    private static final int STOP_SECONDS = 20;
    private static final Logger LOG = LoggerFactory.getLogger(ClusterNode.class);

    private final Configuration configuration;
    private final ReplicaServer replicas;
    private final LedShards led;
    private final NodeHosts hosts;
    private final AmqpEnvironment environment;
    private final BackupPlace asBackup;
    private final AmqpServer endpoint;
    private final ListeningPorts ports;
    private final ServerLoops loops;
    private final MetricsPort metrics;
    private final LeaderSpread spread;
    private final HostGathering gathering;
    private final ScheduledExecutorService ticker =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "ticker"));
    private final ScheduledExecutorService spreader =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "spread"));
    private Optional<ServingPlace> place = Optional.empty();

    private ClusterNode(
            Configuration configuration,
            ReplicaServer replicas,
            ServerLoops loops,
            ListeningPorts ports,
            MetricsPort metrics,
            IntConsumer onFailure)
            throws StorageException {
        this.configuration = configuration;
        this.replicas = replicas;
        this.loops = loops;
        this.ports = ports;
        this.metrics = metrics;
        long awayMillis = Math.max(
                LEAST_AWAY_MILLIS, ClusterSettings.timing(configuration).electionMaxMillis());
        this.spread =
                new LeaderSpread(configuration.node(), configuration.cluster().spreadLeadersMillis(), awayMillis);
        this.gathering = new HostGathering(awayMillis);
        this.led = new LedShards(configuration.placement(), ClusterSettings.redirects(configuration));
        this.endpoint = new AmqpServer(
                ServerSettings.of(ServedShards.nobodyServed(configuration, led::defined))
                        .withMaxConnections(configuration.amqp().maxConnections()),
                loops);
        this.hosts = NodeHosts.open(
                configuration,
                led,
                new NodeHost.Node(loops, replicas, endpoint, this::serveWhereItIs, onFailure),
                metrics.metrics());
        this.environment = hosts.environment();
        // Whoever has an account of a virtual host is known, too.
        this.asBackup = BackupPlace.of(configuration, environment);
        endpoint.waitedInVain(environment);
    }

    /**
     * Opens the data folder and begins to listen; who is the primary of which shard shows later.
     *
     * @param configuration as {@link Configuration#asMember} has it
     * @param onFailure gets one of {@link ExitCode} when the node cannot go on; it is to be stopped then. Any thread
     * @throws StartFailure the data folder or an address cannot be used
     */
    static ClusterNode start(Configuration configuration, IntConsumer onFailure) throws StartFailure {
        if (configuration.shards() > 1) {
            LOG.info(
                    "{} shards, each with a primary of its own: what is asked of a shard that another node is the"
                            + " primary of is not forwarded, but answered with amqp:link:redirect",
                    configuration.shards());
        }
        ListeningPorts ports = new ListeningPorts(configuration);
        ServerLoops loops = ServerLoops.start("amqp", configuration.eventLoops());
        MetricsPort metrics = new MetricsPort(Optional.empty());
        Optional<ReplicaServer> replicas = Optional.empty();
        ClusterNode node;
        try {
            metrics = MetricsPort.open(configuration.metrics());
            replicas = Optional.of(ReplicaServer.open(
                    ClusterSettings.raft(configuration, 0), ClusterSettings.raftFolders(configuration)));
            node = new ClusterNode(configuration, replicas.get(), loops, ports, metrics, onFailure);
        } catch (StartFailure | StorageException e) {
            replicas.ifPresent(ReplicaServer::close);
            metrics.close();
            loops.close();
            ports.close();
            throw e instanceof StartFailure failure
                    ? failure
                    : new StartFailure(ExitCode.DATA_FOLDER, e.getMessage(), e);
        }
        try {
            node.listen();
        } catch (StartFailure e) {
            node.stop(false);
            throw e;
        }
        return node;
    }

    private void listen() throws StartFailure {
        Cluster.Node self = ClusterSettings.self(configuration);
        endpoint.serve(new ServingPlace.Unknown());
        ports.openHandThrough(
                endpoint, self.host(), self.handThroughPort(), ClusterSettings.handThrough(configuration.cluster()));
        ports.open(endpoint);
        hosts.shards().forEach(ShardLives::begin);
        ticker.scheduleAtFixedRate(
                () -> hosts.shards().forEach(shard -> shard.life().tick()),
                TICK_MILLIS,
                TICK_MILLIS,
                TimeUnit.MILLISECONDS);
        ticker.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        if (configuration.virtualHosts().parts() > 1) {
            spreader.scheduleWithFixedDelay(this::spread, SPREAD_MILLIS, SPREAD_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Who is the primary of what, and so where clients are served. */
    private void look() {
        try {
            hosts.shards().forEach(ShardLives::look);
            serveWhereItIs();
        } catch (RuntimeException e) {
            LOG.debug("nobody knows who is the primary", e);
        }
    }

    /** Any thread. */
    private synchronized void serveWhereItIs() {
        ServingPlace now = servingPlace();
        if (!place.equals(Optional.of(now))) {
            place = Optional.of(now);
            endpoint.serve(now);
        }
    }

    private ServingPlace servingPlace() {
        if (led.areOpened() && led.isAnyLed()) {
            return new ServingPlace.Here(environment);
        }
        return hosts.ofDefault()
                .get(0)
                .primary()
                .filter(member -> !member.id().equals(configuration.node()))
                .map(asBackup::with)
                .orElseGet(ServingPlace.Unknown::new);
    }

    /** Gives a shard away that is rather another node's, and virtual hosts that are to follow the first shard. */
    private void spread() {
        try {
            long nowMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
            hosts.gather(gathering, nowMillis);
            if (configuration.shards() == 1) {
                return;
            }
            List<ShardLives> shards = hosts.ofDefault();
            List<LeaderSpread.Led> now =
                    shards.stream().flatMap(shard -> shard.led().stream()).toList();
            LOG.debug("This node is the primary of {}", now);
            Optional<LeaderSpread.HandOver> next = spread.next(nowMillis, now);
            if (next.isPresent()) {
                LOG.info(
                        "Shard {} goes to {}, so that the nodes have as many each",
                        next.get().shard(),
                        next.get().to());
                shards.get(next.get().shard()).give(next.get().to());
            }
        } catch (StorageException e) {
            LOG.info("It stays here for now: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.debug("a shard's life has ended meanwhile", e);
        }
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

    /** The primary of a shard hands its role to a backup first, so that clients find the next one at once. */
    @Override
    public void stop(boolean checkpoint) {
        List<ShardLives> shards = hosts.shards();
        shards.forEach(ShardLives::stopping);
        ticker.shutdown();
        spreader.shutdownNow();
        if (checkpoint) {
            beside(shards, shard -> shard.life().handOver());
        }
        endpoint.close();
        ports.close();
        beside(shards, shard -> shard.life().stop(checkpoint));
        long untilNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
        shards.forEach(shard -> shard.join(untilNanos - System.nanoTime()));
        replicas.close();
        metrics.close();
        loops.close();
    }

    /** For all of them at once: each may take its time, and there may be many. */
    private static void beside(List<ShardLives> shards, Consumer<ShardLives> action) {
        List<Thread> threads = shards.stream()
                .map(shard -> new Thread(
                        () -> action.accept(shard), "stop-" + shard.part().threadName()))
                .toList();
        threads.forEach(Thread::start);
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
