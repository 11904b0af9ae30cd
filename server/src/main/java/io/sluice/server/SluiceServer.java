package io.sluice.server;

import io.sluice.amqp.netty.AmqpServer;
import io.sluice.amqp.netty.ServerLoops;
import io.sluice.amqp.netty.ServerSettings;
import io.sluice.broker.port.StorageException;
import io.sluice.server.config.Configuration;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.slf4j.LoggerFactory;

/**
 * A broker on one machine, put together: the data folder, shards on the threads of the event loops, and the AMQP endpoint.
 *
 * <p>Started and stopped on one thread, which may block. What fails while it runs is logged in one line and reported once.
 */
public final class SluiceServer implements RunningBroker {
    private static final int TICK_MILLIS = 100;

    private final ServedHosts hosts;
    private final ServerLoops loops;
    private final AmqpServer endpoint;
    private final ScheduledExecutorService ticker;
    private final MetricsPort metrics;
    private final ListeningPorts ports;

    private SluiceServer(
            Configuration configuration,
            ServedHosts hosts,
            ServerLoops loops,
            ListeningPorts ports,
            MetricsPort metrics) {
        this.hosts = hosts;
        this.loops = loops;
        this.metrics = metrics;
        this.endpoint = new AmqpServer(
                ServerSettings.of(hosts.environment())
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
        // Whoever logs first sets logging up, and what others log meanwhile comes with a warning of its own.
        LoggerFactory.getILoggerFactory();
        // Beside the data folder: on two processors both take as long as one.
        CompletableFuture<ServerLoops> starting = CompletableFuture.supplyAsync(
                () -> ServerLoops.start("amqp", configuration.eventLoops()), task -> new Thread(task, "start").start());
        ServedHosts hosts;
        MetricsPort metrics = new MetricsPort(Optional.empty());
        try {
            metrics = MetricsPort.open(configuration.metrics());
            hosts = ServedHosts.open(configuration, metrics.metrics());
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
        SluiceServer server = recover(configuration, hosts, starting.join(), ports, metrics, onFailure);
        try {
            hosts.declare();
            server.listen();
        } catch (StartFailure e) {
            server.stop(false);
            throw e;
        }
        return server;
    }

    private static SluiceServer recover(
            Configuration configuration,
            ServedHosts hosts,
            ServerLoops loops,
            ListeningPorts ports,
            MetricsPort metrics,
            IntConsumer onFailure)
            throws StartFailure {
        try {
            hosts.recover(loops, cause -> BrokerFailure.report(cause, onFailure));
            return new SluiceServer(configuration, hosts, loops, ports, metrics);
        } catch (StorageException e) {
            metrics.close();
            hosts.close();
            loops.close();
            ports.close();
            throw new StartFailure(ExitCode.DATA_FOLDER, e.getMessage(), e);
        }
    }

    private void listen() throws StartFailure {
        ports.open(endpoint);
        ticker.scheduleAtFixedRate(hosts::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
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
        return hosts.folder();
    }

    @Override
    public void stop(boolean checkpoint) {
        ticker.shutdown();
        endpoint.close();
        ports.close();
        // What came whole is published before the checkpoint.
        hosts.closeLargeBodies();
        if (checkpoint) {
            hosts.checkpoint();
        }
        metrics.close();
        hosts.close();
        loops.close();
    }
}
