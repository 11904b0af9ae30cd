package io.sluice.server;

import ch.qos.logback.classic.LoggerContext;
import io.sluice.server.config.Configuration;
import io.sluice.server.config.ConfigurationException;
import java.io.PrintWriter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The life of a broker as a process: start, ready line, stop on a signal or on a failure, exit code. One per process. */
public final class ServeProcess {
    /** Longest stop; then the process ends as it is, and recovers what was accepted at its next start. */
    private static final long STOP_LIMIT_SECONDS = 30;

    private static final Logger LOG = LoggerFactory.getLogger(ServeProcess.class);

    private final PrintWriter out;
    /** Completed with the exit code when the broker is to stop. */
    private final CompletableFuture<Integer> end = new CompletableFuture<>();

    private final CountDownLatch stopped = new CountDownLatch(1);

    /** @param out gets the ready line */
    public ServeProcess(PrintWriter out) {
        this.out = out;
    }

    /**
     * Runs until a signal, or until the broker cannot go on.
     *
     * @param onReady gets {@code host:port} once, behind the ready line
     * @return one of {@link ExitCode}
     */
    public int run(ServeOptions options, Consumer<String> onReady) {
        Runtime.getRuntime().addShutdownHook(new Thread(this::signalled, "signal"));
        try {
            return serve(options.configuration(), onReady);
        } catch (ConfigurationException e) {
            e.problems().forEach(problem -> LOG.error("{}", problem));
            return ExitCode.CONFIGURATION;
        } catch (StartFailure e) {
            LOG.error("{}", e.getMessage());
            LOG.debug("cannot start", e);
            return e.exitCode();
        } finally {
            stopped.countDown();
        }
    }

    private int serve(Configuration configuration, Consumer<String> onReady) throws StartFailure {
        Credentials.check(configuration.security());
        RunningBroker server = configuration.cluster().isOn()
                ? ClusterNode.start(configuration, this::failed)
                : SluiceServer.start(configuration, this::failed);
        out.println("ready " + server.ports() + " data=" + server.dataFolder() + " in " + ProcessAge.millis() + " ms");
        out.flush();
        onReady.accept(server.listensOn());
        int exitCode = end.join();
        if (exitCode != ExitCode.OK) {
            endAfterLimit(exitCode);
        }
        server.stop(exitCode == ExitCode.OK);
        LOG.info("Stopped");
        return exitCode;
    }

    /** A disk that does not come back must not keep a broker that serves nobody. */
    private void endAfterLimit(int exitCode) {
        Thread limit = new Thread(
                () -> {
                    if (!awaitStopped()) {
                        Runtime.getRuntime().halt(exitCode);
                    }
                },
                "stop-limit");
        limit.setDaemon(true);
        limit.start();
    }

    private boolean awaitStopped() {
        try {
            if (stopped.await(STOP_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                return true;
            }
            LOG.warn("Not stopped after {} s: ending as it is; what was accepted is on disk", STOP_LIMIT_SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    /** The broker stopped itself. Any thread. */
    private void failed(int exitCode) {
        end.complete(exitCode);
    }

    /**
     * SIGTERM, SIGINT, or the exit of a broker that has stopped already. The exit code of a signal would say "killed"; one that
     * stops the broker in order is what an operator asked for.
     */
    private void signalled() {
        if (stopped.getCount() == 0) {
            return;
        }
        end.complete(ExitCode.OK);
        int exitCode = end.join();
        awaitStopped();
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext logging) {
            logging.stop();
        }
        Runtime.getRuntime().halt(exitCode);
    }
}
