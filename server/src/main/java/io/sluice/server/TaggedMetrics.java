package io.sluice.server;

import io.sluice.broker.port.Metrics;
import java.util.function.DoubleSupplier;

/** Figures of one of several, such as one shard: each has a tag that says which. Any thread. */
record TaggedMetrics(Metrics metrics, String tag, String value) implements Metrics {
    private static final String SHARD = "shard";

    /** Of the only shard there is no need to say which it is. */
    static Metrics of(Metrics metrics, int shard, int shards) {
        return shards == 1 ? metrics : new TaggedMetrics(metrics, SHARD, Integer.toString(shard));
    }

    private String[] with(String[] tags) {
        String[] all = new String[tags.length + 2];
        System.arraycopy(tags, 0, all, 0, tags.length);
        all[tags.length] = tag;
        all[tags.length + 1] = value;
        return all;
    }

    @Override
    public Counter counter(String name, Unit unit, String description, String... tags) {
        return metrics.counter(name, unit, description, with(tags));
    }

    @Override
    public void gauge(String name, Unit unit, String description, DoubleSupplier value, String... tags) {
        metrics.gauge(name, unit, description, value, with(tags));
    }

    @Override
    public Distribution distribution(String name, Unit unit, String description, String... tags) {
        return metrics.distribution(name, unit, description, with(tags));
    }
}
