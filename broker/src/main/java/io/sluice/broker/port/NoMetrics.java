package io.sluice.broker.port;

import java.util.function.DoubleSupplier;

/** Keeps nothing. */
final class NoMetrics implements Metrics {
    private static final Counter COUNTER = amount -> {};
    private static final Distribution DISTRIBUTION = value -> {};

    @Override
    public Counter counter(String name, Unit unit, String description, String... tags) {
        return COUNTER;
    }

    @Override
    public void gauge(String name, Unit unit, String description, DoubleSupplier value, String... tags) {}

    @Override
    public Distribution distribution(String name, Unit unit, String description, String... tags) {
        return DISTRIBUTION;
    }
}
