package io.sluice.server;

import io.sluice.broker.port.Metrics;
import io.sluice.server.config.Configuration;
import io.sluice.server.config.VirtualHost;
import java.util.function.DoubleSupplier;

/** Figures of one of several, such as one shard: each has a tag that says which. Any thread. */
record TaggedMetrics(Metrics metrics, String tag, String value) implements Metrics {
    private static final String SHARD = "shard";
    private static final String HOST = "virtual_host";
    private static final String DEFAULT = "/";

    /** Of the only shard there is no need to say which it is. */
    static Metrics of(Metrics metrics, int shard, int shards) {
        return shards == 1 ? metrics : new TaggedMetrics(metrics, SHARD, Integer.toString(shard));
    }

    /** Where there are virtual hosts, the default one is one of them; its figures have no number of a shard yet. */
    static Metrics ofDefaultHost(Metrics metrics, Configuration configuration) {
        return configuration.virtualHosts().others().isEmpty() ? metrics : new TaggedMetrics(metrics, HOST, DEFAULT);
    }

    /** Of the only shard of a virtual host. @param configuration of the broker */
    static Metrics of(Metrics metrics, Configuration configuration, VirtualHost host) {
        // All figures of a name have the same tags.
        return new TaggedMetrics(of(metrics, 0, configuration.shards()), HOST, host.name());
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
