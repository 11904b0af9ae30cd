package io.sluice.server.metrics;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.sluice.broker.port.Metrics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleSupplier;

/** The port of metrics over a Micrometer registry, whose meters take no lock. Any thread. */
final class MicrometerMetrics implements Metrics {
    /** Bounds of the buckets that times fall into, in microseconds: from a fast force to one that is given up. */
    private static final long[] MICROS = {
        100,
        200,
        500,
        1_000,
        2_000,
        5_000,
        10_000,
        20_000,
        50_000,
        100_000,
        200_000,
        500_000,
        1_000_000,
        2_000_000,
        5_000_000,
        10_000_000,
        30_000_000,
        60_000_000
    };
    /** Sizes and counts fall into buckets of powers of four, up to this one. */
    private static final int POWERS_OF_FOUR = 14;

    private final MeterRegistry registry;
    private final Map<String, AtomicReference<DoubleSupplier>> gauges = new ConcurrentHashMap<>();

    MicrometerMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public Counter counter(String name, Unit unit, String description, String... tags) {
        io.micrometer.core.instrument.Counter counter = io.micrometer.core.instrument.Counter.builder(name)
                .baseUnit(baseUnit(unit))
                .description(description)
                .tags(tags)
                .register(registry);
        return counter::increment;
    }

    @Override
    public void gauge(String name, Unit unit, String description, DoubleSupplier value, String... tags) {
        String id = name + List.of(tags);
        AtomicReference<DoubleSupplier> asked = gauges.computeIfAbsent(id, absent -> new AtomicReference<>(value));
        // Who makes a gauge again has taken the place of who made it first.
        asked.set(value);
        Gauge.builder(name, () -> asked.get().getAsDouble())
                .baseUnit(baseUnit(unit))
                .description(description)
                .tags(tags)
                .strongReference(true)
                .register(registry);
    }

    @Override
    public Distribution distribution(String name, Unit unit, String description, String... tags) {
        if (unit == Unit.NANOS) {
            Timer timer = Timer.builder(name)
                    .description(description)
                    .tags(tags)
                    .serviceLevelObjectives(durations())
                    .register(registry);
            return nanos -> timer.record(nanos, TimeUnit.NANOSECONDS);
        }
        DistributionSummary summary = DistributionSummary.builder(name)
                .baseUnit(baseUnit(unit))
                .description(description)
                .tags(tags)
                .serviceLevelObjectives(powersOfFour())
                .register(registry);
        return summary::record;
    }

    /** Null: none, as Micrometer has it. */
    private static String baseUnit(Unit unit) {
        return switch (unit) {
            case BYTES -> "bytes";
            case NANOS -> "nanoseconds";
            case RATIO -> "ratio";
            case COUNT -> null;
        };
    }

    private static Duration[] durations() {
        Duration[] durations = new Duration[MICROS.length];
        for (int i = 0; i < MICROS.length; i++) {
            durations[i] = Duration.ofNanos(MICROS[i] * 1_000);
        }
        return durations;
    }

    private static double[] powersOfFour() {
        double[] bounds = new double[POWERS_OF_FOUR];
        for (int i = 0; i < bounds.length; i++) {
            bounds[i] = 1L << 2 * i;
        }
        return bounds;
    }
}
