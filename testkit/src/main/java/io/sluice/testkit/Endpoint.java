package io.sluice.testkit;

import io.sluice.amqp.AmqpEnvironment;
import io.sluice.amqp.netty.AmqpServer;
import io.sluice.amqp.netty.ServerLoops;
import io.sluice.amqp.netty.ServerSettings;
import java.io.IOException;
import java.util.concurrent.ScheduledExecutorService;

/** The broker's one thread and its port. The thread serves the connections and is the shard's, too. */
final class Endpoint {
    private static final String THREAD_NAME = "sluice-test";

    private final ServerLoops loops = ServerLoops.start(THREAD_NAME, 1);
    private AmqpServer server;

    static Endpoint open() {
        return new Endpoint();
    }

    ScheduledExecutorService loop() {
        return loops.executor();
    }

    /** @return the port */
    int listen(AmqpEnvironment environment, String host, int port) {
        server = new AmqpServer(ServerSettings.of(environment), loops);
        try {
            return server.start(host, port).getPort();
        } catch (IOException e) {
            throw new SluiceBrokerException(e.getMessage(), e);
        }
    }

    /** Blocks until thread and port are gone. */
    void close() {
        if (server != null) {
            server.close();
        }
        loops.close();
    }
}
