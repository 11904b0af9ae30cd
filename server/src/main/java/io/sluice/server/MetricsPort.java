package io.sluice.server;

import io.sluice.broker.port.Metrics;
import io.sluice.server.config.Configuration;
import io.sluice.server.metrics.PrometheusEndpoint;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where figures of a broker go, and from where they can be read, if they are asked for. */
record MetricsPort(Optional<PrometheusEndpoint> prometheus) implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsPort.class);

    /** @throws StartFailure the port cannot be listened on */
    static MetricsPort open(Configuration.Metrics metrics) throws StartFailure {
        if (!metrics.prometheus()) {
            return new MetricsPort(Optional.empty());
        }
        try {
            PrometheusEndpoint endpoint = PrometheusEndpoint.start(metrics.port());
            LOG.info("Metrics at {}", endpoint.url());
            return new MetricsPort(Optional.of(endpoint));
        } catch (IOException e) {
            String text = "Cannot listen on 127.0.0.1:" + metrics.port() + " for metrics: " + e.getMessage();
            throw new StartFailure(ExitCode.LISTEN, text, e);
        }
    }

    Metrics metrics() {
        return prometheus.map(PrometheusEndpoint::metrics).orElse(Metrics.NONE);
    }

    @Override
    public void close() {
        prometheus.ifPresent(PrometheusEndpoint::close);
    }
}
