package io.sluice.server;

import io.sluice.amqp.LargeMessages;
import io.sluice.amqp.netty.AmqpServer;
import io.sluice.amqp.netty.ServerLoops;
import io.sluice.amqp.netty.ServerSettings;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.server.config.Configuration;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A broker on one machine, put together: the data folder, shards on the threads of the event loops, and the AMQP endpoint.
 *
 * <p>Started and stopped on one thread, which may block. What fails while it runs is logged in one line and reported once.
 */
public final class SluiceServer implements RunningBroker {
    private static final int TICK_MILLIS = 100;

    private static final Logger LOG = LoggerFactory.getLogger(SluiceServer.class);

    private final LocalShards storage;
    private final ServerLoops loops;
    private final ServedShards shards;
    private final AmqpServer endpoint;
    private final ScheduledExecutorService ticker;
    private final MetricsPort metrics;
    private final ListeningPorts ports;

    private SluiceServer(
            Configuration configuration,
            LocalShards storage,
            ServerLoops loops,
            List<ShardMailbox> mailboxes,
            ListeningPorts ports,
            MetricsPort metrics) {
        this.storage = storage;
        this.loops = loops;
        this.shards = new ServedShards(mailboxes, configuration.placement());
        this.metrics = metrics;
        LargeMessages large = storage.large(mailboxes);
        this.endpoint = new AmqpServer(
                ServerSettings.of(shards.environment(configuration, large, Optional.empty()))
                        .withMaxConnections(configuration.amqp().maxConnections()),
                loops);
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
        LocalShards storage;
        MetricsPort metrics = new MetricsPort(Optional.empty());
        try {
            metrics = MetricsPort.open(configuration.metrics());
            storage = LocalShards.open(configuration, metrics.metrics());
        } catch (StartFailure e) {
            starting.join().close();
            ports.close();
            throw e;
        } catch (StorageException e) {
            metrics.close();
            starting.join().close();
            ports.close();
            throw new StartFailure(ExitCode.DATA_FOLDER, e.getMessage(), e);
        }
        SluiceServer server = recover(configuration, storage, starting.join(), ports, metrics, onFailure);
        try {
            server.shards.checkPlacement(server.dataFolder());
            server.shards.declare(configuration.queues(), server.dataFolder());
            server.listen();
        } catch (StartFailure e) {
            server.stop(false);
            throw e;
        }
        return server;
    }

    private static SluiceServer recover(
            Configuration configuration,
            LocalShards storage,
            ServerLoops loops,
            ListeningPorts ports,
            MetricsPort metrics,
            IntConsumer onFailure)
            throws StartFailure {
        try {
            List<ShardMailbox> shards = storage.recover(loops, cause -> BrokerFailure.report(cause, onFailure));
            if (shards.size() > 1) {
                LOG.info(
                        "{} shards: a transaction stays in one, and what leaves a queue for one of another shard goes to"
                                + " a queue beside it that ends with @ and the number of the shard",
                        shards.size());
            }
            return new SluiceServer(configuration, storage, loops, shards, ports, metrics);
        } catch (StorageException e) {
            metrics.close();
            storage.close();
            loops.close();
            ports.close();
            throw new StartFailure(ExitCode.DATA_FOLDER, e.getMessage(), e);
        }
    }

    private void listen() throws StartFailure {
        ports.open(endpoint);
        ticker.scheduleAtFixedRate(shards::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
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
        return storage.folder();
    }

    @Override
    public void stop(boolean checkpoint) {
        ticker.shutdown();
        endpoint.close();
        ports.close();
        // What came whole is published before the checkpoint.
        storage.closeLargeBodies();
        if (checkpoint) {
            shards.checkpoint();
        }
        metrics.close();
        storage.close();
        loops.close();
    }
}
