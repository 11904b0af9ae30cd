package io.sluice.server.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sluice.broker.port.Metrics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** Figures for a Prometheus on this machine: {@code GET /metrics}, on the loopback address, on a thread of its own. */
public final class PrometheusEndpoint implements AutoCloseable {
    private static final String PATH = "/metrics";
    private static final int BACKLOG = 16;

    private final PrometheusMeterRegistry registry;
    private final HttpServer http;

    private PrometheusEndpoint(PrometheusMeterRegistry registry, HttpServer http) {
        this.registry = registry;
        this.http = http;
    }

    /**
     * Begins to answer; what is made with {@link #metrics} later is answered too.
     *
     * @param port 0 for any free one
     * @throws IOException the port cannot be listened on
     */
    public static PrometheusEndpoint start(int port) throws IOException {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new JvmMemoryMetrics().bindTo(registry);
        HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
        PrometheusEndpoint endpoint = new PrometheusEndpoint(registry, http);
        http.createContext("/", endpoint::answer);
        http.setExecutor(null); // the thread that accepts: one reader at a time is enough
        http.start();
        return endpoint;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!exchange.getRequestURI().getPath().equals(PATH)) {
                exchange.sendResponseHeaders(404, -1);
            } else if (!exchange.getRequestMethod().equals("GET")) {
                exchange.sendResponseHeaders(405, -1);
            } else {
                byte[] text = registry.scrape().getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
                exchange.sendResponseHeaders(200, text.length);
                exchange.getResponseBody().write(text);
            }
        }
    }

    /** Where parts leave what is to be answered. */
    public Metrics metrics() {
        return new MicrometerMetrics(registry);
    }

    /** Where it is. */
    public String url() {
        return "http://" + http.getAddress().getAddress().getHostAddress() + ":"
                + http.getAddress().getPort() + PATH;
    }

    @Override
    public void close() {
        http.stop(0);
        registry.close();
    }
}
