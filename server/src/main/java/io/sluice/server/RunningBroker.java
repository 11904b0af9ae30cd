package io.sluice.server;

import java.nio.file.Path;

/** A broker that serves. Stopped on one thread, which may block. */
interface RunningBroker {
    /** Where clients connect, {@code host:port}; where there are several, the main port. */
    String listensOn();

    /** All ports with what is spoken there, {@code amqp=host:port amqps=host:port}. */
    String ports();

    /** Absolute. */
    Path dataFolder();

    /**
     * Detaches every link, closes every connection with {@code amqp:connection:forced}, and closes the data folder.
     *
     * @param checkpoint also writes a checkpoint, for a faster next start; not after a failure
     */
    void stop(boolean checkpoint);
}
