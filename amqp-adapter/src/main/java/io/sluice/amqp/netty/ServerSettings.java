package io.sluice.amqp.netty;

import io.sluice.amqp.AmqpEnvironment;
import io.sluice.amqp.FrameListener;
import io.sluice.amqp.Peer;
import java.util.function.Function;

/**
 * What a server is given.
 *
 * @param name of its threads
 * @param eventLoops threads of its own loops, where it makes them
 * @param maxConnections more are cut off at once
 * @param stopTimeoutMillis how long a stop waits for peers
 * @param environment what all its connections share; in a cluster, those that are refused because nobody serves
 * @param frames who watches the frames of a connection
 */
public record ServerSettings(
        String name,
        int eventLoops,
        int maxConnections,
        int stopTimeoutMillis,
        AmqpEnvironment environment,
        Function<Peer, FrameListener> frames) {
    private static final int MAX_CONNECTIONS = 10_000;
    private static final int STOP_TIMEOUT_MILLIS = 5000;

    /** One event loop, 10,000 connections, 5 seconds to stop, nobody watching. */
    public static ServerSettings of(AmqpEnvironment environment) {
        return new ServerSettings(
                "amqp", 1, MAX_CONNECTIONS, STOP_TIMEOUT_MILLIS, environment, peer -> FrameListener.NONE);
    }

    public ServerSettings withName(String newName) {
        return new ServerSettings(newName, eventLoops, maxConnections, stopTimeoutMillis, environment, frames);
    }

    public ServerSettings withEventLoops(int threads) {
        return new ServerSettings(name, threads, maxConnections, stopTimeoutMillis, environment, frames);
    }

    public ServerSettings withMaxConnections(int connections) {
        return new ServerSettings(name, eventLoops, connections, stopTimeoutMillis, environment, frames);
    }

    public ServerSettings withFrames(Function<Peer, FrameListener> newFrames) {
        return new ServerSettings(name, eventLoops, maxConnections, stopTimeoutMillis, environment, newFrames);
    }
}
