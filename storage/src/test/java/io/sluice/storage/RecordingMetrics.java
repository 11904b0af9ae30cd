package io.sluice.storage;

import io.sluice.broker.port.Metrics;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;

/** Keeps the sum of what was counted, how often something was recorded, and gauges; by name and tags. */
public final class RecordingMetrics implements Metrics {
    private final Map<String, Double> counted = new ConcurrentHashMap<>();
    private final Map<String, DoubleSupplier> gauges = new ConcurrentHashMap<>();

    @Override
    public Counter counter(String name, Unit unit, String description, String... tags) {
        return amount -> counted.merge(key(name, tags), (double) amount, Double::sum);
    }

    @Override
    public void gauge(String name, Unit unit, String description, DoubleSupplier value, String... tags) {
        gauges.put(key(name, tags), value);
    }

    @Override
    public Distribution distribution(String name, Unit unit, String description, String... tags) {
        return value -> {
            counted.merge(key(name, tags), 1.0, Double::sum);
            counted.merge(key(name, tags) + " sum", (double) value, Double::sum);
        };
    }

    private static String key(String name, String... tags) {
        return tags.length == 0 ? name : name + " " + String.join("=", tags);
    }

    /** A counter, a gauge, or how often a distribution was recorded ({@code name + " sum"}: the sum of it); 0 where nothing was. */
    public double value(String key) {
        DoubleSupplier gauge = gauges.get(key);
        return gauge == null ? counted.getOrDefault(key, 0.0) : gauge.getAsDouble();
    }
}
