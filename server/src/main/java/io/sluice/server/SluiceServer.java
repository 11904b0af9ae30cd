package io.sluice.server;

import io.sluice.amqp.AmqpEnvironment;
import io.sluice.amqp.ConnectionRegistry;
import io.sluice.amqp.LargeMessages;
import io.sluice.amqp.LinkRegistry;
import io.sluice.amqp.NodeKinds;
import io.sluice.amqp.NodeNames;
import io.sluice.amqp.filter.StoredFilter;
import io.sluice.amqp.management.ManagementNode;
import io.sluice.amqp.management.Queues;
import io.sluice.amqp.netty.AmqpServer;
import io.sluice.amqp.netty.ServerLoops;
import io.sluice.amqp.netty.ServerSettings;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Metrics;
import io.sluice.broker.port.Reply;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.routing.TopicSetup;
import io.sluice.broker.shard.Shard;
import io.sluice.broker.shard.ShardLimits;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.ShardSetup;
import io.sluice.server.config.Configuration;
import io.sluice.server.config.QueueRules;
import io.sluice.server.config.TopicRules;
import io.sluice.server.metrics.PrometheusEndpoint;
import io.sluice.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A broker on one machine, put together: the data folder, one shard on the thread of the first event loop, and the AMQP endpoint.
 *
 * <p>Started and stopped on one thread, which may block. What fails while it runs is logged in one line and reported once.
 */
public final class SluiceServer {
    private static final int TICK_MILLIS = 100;
    private static final int CHECKPOINT_LIMIT_SECONDS = 10;
    private static final int DECLARE_LIMIT_SECONDS = 30;

    private static final Logger LOG = LoggerFactory.getLogger(SluiceServer.class);

    private final Storage storage;
    private final ServerLoops loops;
    private final ShardMailbox shard;
    private final AmqpServer endpoint;
    private final ScheduledExecutorService ticker;
    private final Optional<PrometheusEndpoint> prometheus;
    private final ListeningPorts ports;

    private SluiceServer(
            Configuration configuration,
            Storage storage,
            ServerLoops loops,
            ShardMailbox shard,
            ListeningPorts ports,
            Optional<PrometheusEndpoint> prometheus) {
        this.storage = storage;
        this.loops = loops;
        this.shard = shard;
        this.prometheus = prometheus;
        this.endpoint = new AmqpServer(settings(configuration, storage, shard), loops);
        this.ports = ports;
        this.ticker = Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "ticker"));
    }

    /**
     * Recovers what is stored and begins to listen. When it returns, clients can connect.
     *
     * @param onFailure gets one of {@link ExitCode} when the broker cannot go on; it is to be stopped then. Any thread
     * @throws StartFailure the data folder or the address cannot be used
     */
    public static SluiceServer start(Configuration configuration, IntConsumer onFailure) throws StartFailure {
        ListeningPorts ports = new ListeningPorts(configuration);
        // Beside the data folder: on two processors both take as long as one.
        CompletableFuture<ServerLoops> starting = CompletableFuture.supplyAsync(
                () -> ServerLoops.start("amqp", configuration.eventLoops()), task -> new Thread(task, "start").start());
        Storage storage;
        Optional<PrometheusEndpoint> prometheus = Optional.empty();
        try {
            prometheus = prometheus(configuration.metrics());
            storage = Storage.open(
                    StorageSettings.of(configuration),
                    prometheus.map(PrometheusEndpoint::metrics).orElse(Metrics.NONE));
        } catch (StartFailure e) {
            starting.join().close();
            ports.close();
            throw e;
        } catch (StorageException e) {
            prometheus.ifPresent(PrometheusEndpoint::close);
            starting.join().close();
            ports.close();
            throw new StartFailure(ExitCode.DATA_FOLDER, e.getMessage(), e);
        }
        SluiceServer server = recover(configuration, storage, starting.join(), ports, prometheus, onFailure);
        try {
            server.declare(configuration.queues());
            server.listen();
        } catch (StartFailure e) {
            server.stop(false);
            throw e;
        }
        return server;
    }

    private static Optional<PrometheusEndpoint> prometheus(Configuration.Metrics metrics) throws StartFailure {
        if (!metrics.prometheus()) {
            return Optional.empty();
        }
        try {
            PrometheusEndpoint endpoint = PrometheusEndpoint.start(metrics.port());
            LOG.info("Metrics at {}", endpoint.url());
            return Optional.of(endpoint);
        } catch (IOException e) {
            String text = "Cannot listen on 127.0.0.1:" + metrics.port() + " for metrics: " + e.getMessage();
            throw new StartFailure(ExitCode.LISTEN, text, e);
        }
    }

    private static SluiceServer recover(
            Configuration configuration,
            Storage storage,
            ServerLoops loops,
            ListeningPorts ports,
            Optional<PrometheusEndpoint> prometheus,
            IntConsumer onFailure)
            throws StartFailure {
        QueueRules rules = configuration.queues();
        ShardLimits limits = ShardLimits.ofMemory(
                        configuration.memory().budgetBytes(Runtime.getRuntime().maxMemory()))
                .withIdle(ShardLimits.Idle.after(configuration.storage().idleCheckpointMillis()));
        try {
            Shard shard = Shard.recover(new ShardSetup(
                    loops.executor(),
                    System::currentTimeMillis,
                    new WatchedJournal(storage.journal()),
                    storage.store(),
                    storage.largeBodies(),
                    limits,
                    name -> rules.createsOnUse(name) ? Optional.of(rules.definition(name)) : Optional.empty(),
                    topics(configuration.topics()),
                    failure(onFailure),
                    prometheus.map(PrometheusEndpoint::metrics).orElse(Metrics.NONE)));
            return new SluiceServer(configuration, storage, loops, shard.mailbox(), ports, prometheus);
        } catch (StorageException e) {
            prometheus.ifPresent(PrometheusEndpoint::close);
            closeStorage(storage);
            loops.close();
            ports.close();
            throw new StartFailure(ExitCode.DATA_FOLDER, e.getMessage(), e);
        }
    }

    private static TopicSetup topics(TopicRules rules) {
        return new TopicSetup(
                rules::subscriptionQueue,
                selection -> StoredFilter.compile(selection, System::currentTimeMillis),
                rules.maxSubscriptions());
    }

    private static ServerSettings settings(Configuration configuration, Storage storage, ShardMailbox shard) {
        QueueRules rules = configuration.queues();
        ConnectionRegistry connections = new ConnectionRegistry();
        ManagementNode management = new ManagementNode(Queues.in(shard), rules::definition, connections);
        String version = SluiceServer.class.getPackage().getImplementationVersion();
        AmqpEnvironment environment = new AmqpEnvironment(
                anyAddress -> shard,
                name -> name.equals(ManagementNode.ADDRESS) ? Optional.of(management) : Optional.empty(),
                Credentials.of(configuration.security()),
                AmqpSettings.of(configuration.amqp()),
                System::currentTimeMillis,
                new LinkRegistry(),
                new AmqpEnvironment.Identity(configuration.node(), version == null ? "0" : version),
                new LargeMessages(storage.largeBodies(), configuration.amqp().largeMessageBytes()),
                ListeningPorts.opening(configuration.listen()),
                connections,
                NodeNames.random(),
                new NodeKinds(configuration.topics()::isTopic));
        return ServerSettings.of(environment)
                .withMaxConnections(configuration.amqp().maxConnections());
    }

    /** What the shard reports when it stops. */
    private static Consumer<Throwable> failure(IntConsumer onFailure) {
        return cause -> {
            if (cause instanceof StorageException) {
                LOG.error("The broker stops, nothing more is accepted: {}", cause.getMessage());
                onFailure.accept(ExitCode.JOURNAL_FAILED);
            } else {
                LOG.error("The broker stops: this is a defect of Sluice, please report it", cause);
                onFailure.accept(ExitCode.DEFECT);
            }
        };
    }

    /** A queue that exists already as something else stays what it is: what it holds counts for more than a file. */
    private void declare(QueueRules rules) throws StartFailure {
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
                String text = "queue '" + queue.name() + "' cannot be declared in "
                        + storage.directory().folder();
                throw new StartFailure(ExitCode.DATA_FOLDER, text, e);
            }
        }
    }

    private void listen() throws StartFailure {
        ports.open(endpoint);
        ticker.scheduleAtFixedRate(shard::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Where clients connect, {@code host:port}; where there are several, the main port. */
    public String listensOn() {
        return ports.main();
    }

    /** All ports with what is spoken there, {@code amqp=host:port amqps=host:port}. */
    public String ports() {
        return ports.all();
    }

    /** Absolute. */
    public Path dataFolder() {
        return storage.directory().folder();
    }

    /**
     * Detaches every link, closes every connection with {@code amqp:connection:forced}, and closes the data folder.
     *
     * @param checkpoint also writes a checkpoint, for a faster next start; not after a failure
     */
    public void stop(boolean checkpoint) {
        ticker.shutdown();
        endpoint.close();
        ports.close();
        // What came whole is published before the checkpoint.
        storage.largeBodies().close();
        if (checkpoint) {
            checkpoint();
        }
        prometheus.ifPresent(PrometheusEndpoint::close);
        closeStorage(storage);
        loops.close();
    }

    private void checkpoint() {
        CompletableFuture<Optional<String>> answer = new CompletableFuture<>();
        shard.checkpoint(new Reply<>() {
            @Override
            public void done(io.sluice.broker.port.JournalPosition position) {
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

    private static void closeStorage(Storage storage) {
        try {
            storage.close();
        } catch (StorageException e) {
            LOG.error("{}", e.getMessage());
        }
    }
}
