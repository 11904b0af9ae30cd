package io.sluice.broker.port;

/** The wall clock, given from the edge; tests give one that stands still. */
@FunctionalInterface
public interface Clock {
    /** Milliseconds since the epoch. */
    long millis();
}
