package io.sluice.broker.port;

import java.util.function.DoubleSupplier;

/**
 * Where the parts of a broker leave figures about what they do. A part makes its meters once, when it is built, and keeps them in
 * fields: making one may lock and allocate, using one never does.
 *
 * <p>Names are lower-case words with dots, the part first: {@code sluice.journal.fsync}. A name stands for one unit and one
 * description; meters of one name differ in their tags, and have the same tag keys. Any thread makes meters.
 */
public interface Metrics {
    /** Keeps nothing: for tests, tools and a broker inside another program. */
    Metrics NONE = new NoMetrics();

    /** What a figure counts. */
    enum Unit {
        /** Things: the name says which. */
        COUNT,
        BYTES,
        /** Recorded in nanoseconds; shown to people and monitoring in seconds. */
        NANOS,
        /** Of a whole, 0 to 1. */
        RATIO
    }

    /**
     * A sum that only rises.
     *
     * @param description one line for an operator
     * @param tags key, value, key, value …
     */
    Counter counter(String name, Unit unit, String description, String... tags);

    /**
     * How much there is now.
     *
     * @param value asked whenever somebody looks, on any thread, at any time while the broker runs: must not block. NaN: not known
     */
    void gauge(String name, Unit unit, String description, DoubleSupplier value, String... tags);

    /** How large, or how long, each of many was: count, sum, maximum and quantiles are kept. */
    Distribution distribution(String name, Unit unit, String description, String... tags);

    /** Written by one thread at a time. */
    interface Counter {
        void add(long amount);

        default void increment() {
            add(1);
        }
    }

    /** Written by one thread at a time. */
    interface Distribution {
        /** @param value in the meter's unit, 0 or more */
        void record(long value);
    }
}
