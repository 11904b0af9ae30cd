package io.sluice.server.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.sluice.server.ExitCode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * {@code $management} of a broker over HTTP and JSON. Each request logs in to the broker by its own credentials (HTTP Basic), so what they may do
 * is the broker's to say; the gateway has none and keeps none. Any thread.
 */
final class HttpGateway implements AutoCloseable {
    private static final int BACKLOG = 64;
    private static final int THREADS = 4;
    private static final int MAX_BODY_BYTES = 1 << 20;
    private static final long ANSWER_MILLIS = 60_000;
    private static final String BASIC = "Basic ";

    private final BrokerUrl broker;
    private final boolean anonymous;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, task -> new Thread(task, "http"));

    private HttpGateway(BrokerUrl broker, boolean anonymous, HttpServer server) {
        this.broker = broker;
        this.anonymous = anonymous;
        this.server = server;
    }

    /**
     * @param broker without a user
     * @param anonymous whether requests without credentials are brought to the broker, too
     * @param address on this machine
     * @throws IOException it cannot be listened on
     */
    static HttpGateway start(BrokerUrl broker, boolean anonymous, InetSocketAddress address) throws IOException {
        HttpGateway gateway = new HttpGateway(broker, anonymous, HttpServer.create(address, BACKLOG));
        gateway.server.createContext("/", gateway::answer);
        gateway.server.setExecutor(gateway.threads);
        gateway.server.start();
        return gateway;
    }

    String url() {
        InetSocketAddress address = server.getAddress();
        String host = address.getAddress().getHostAddress();
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort() + "/api";
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            try {
                answer(exchange, ask(exchange));
            } catch (HttpProblem problem) {
                if (problem.status() == 401) {
                    exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"sluice\", charset=\"UTF-8\"");
                }
                send(exchange, problem.status(), Map.of("status", problem.status(), "error", problem.getMessage()));
            }
        }
    }

    private ManagementNode.Response ask(HttpExchange exchange) throws IOException, HttpProblem {
        refuseOtherSites(exchange);
        byte[] text = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
        if (text.length > MAX_BODY_BYTES) {
            throw new HttpProblem(413, "a body has " + MAX_BODY_BYTES + " bytes at most");
        }
        HttpCall call = HttpCall.of(exchange.getRequestMethod(), exchange.getRequestURI(), Json.object(text));
        try (BrokerConnection connection = BrokerConnection.open(login(exchange))) {
            ManagementNode management = ManagementNode.open(connection, ANSWER_MILLIS);
            return management.exchange(call.operation(), call.type(), call.properties(), call.body());
        } catch (CommandFailure e) {
            throw problem(e);
        }
    }

    /** A page in the browser of somebody who is on this machine is not to change its broker (Fetch standard, Origin). */
    private static void refuseOtherSites(HttpExchange exchange) throws HttpProblem {
        if (exchange.getRequestHeaders().containsKey("Origin")) {
            throw new HttpProblem(403, "web pages may not ask");
        }
    }

    /** As whom the request is brought to the broker. */
    private BrokerUrl login(HttpExchange exchange) throws HttpProblem {
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        if (header == null) {
            if (anonymous && isNamedAsThisMachine(exchange)) {
                return broker;
            }
            throw new HttpProblem(401, "a user and a password of the broker are needed");
        }
        String credentials = header.regionMatches(true, 0, BASIC, 0, BASIC.length())
                ? decoded(header.substring(BASIC.length()))
                : "";
        int colon = credentials.indexOf(':');
        if (colon < 1) {
            throw new HttpProblem(401, "the credentials are none of HTTP Basic");
        }
        return new BrokerUrl(
                broker.host(),
                broker.port(),
                Optional.of(credentials.substring(0, colon)),
                credentials.substring(colon + 1),
                broker.virtualHost());
    }

    /** A name that a page has made to point to this machine is none. */
    private static boolean isNamedAsThisMachine(HttpExchange exchange) {
        String host = String.valueOf(exchange.getRequestHeaders().getFirst("Host"));
        return host.matches("(localhost|127(\\.[0-9]{1,3}){3}|\\[::1\\])(:[0-9]+)?");
    }

    private static String decoded(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64.strip()), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static HttpProblem problem(CommandFailure failure) {
        String text = failure.getMessage();
        if (failure.exitCode() == ExitCode.TIMED_OUT) {
            return new HttpProblem(504, text);
        }
        if (failure.exitCode() != ExitCode.REFUSED) {
            return new HttpProblem(502, text);
        }
        return new HttpProblem(text.contains("amqp:unauthorized-access") ? 401 : 403, text);
    }

    private static void answer(HttpExchange exchange, ManagementNode.Response response) throws IOException {
        int status = response.status();
        if (!response.isDone()) {
            send(exchange, status, Map.of("status", status, "error", response.description()));
        } else if (status == 204 && response.messages() < 0) {
            exchange.sendResponseHeaders(status, -1);
        } else if (status == 204) {
            send(exchange, 200, Map.of("messages", response.messages()));
        } else {
            send(exchange, status, readable(response));
        }
    }

    /** Of a table, rows with names. */
    private static Object readable(ManagementNode.Response response) {
        if (!(response.body() instanceof Map<?, ?> body)
                || !(body.get("attributeNames") instanceof List<?> names)
                || !(body.get("results") instanceof List<?> rows)) {
            return response.body();
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("total", response.total() < 0 ? rows.size() : response.total());
        all.put(
                "items",
                rows.stream().map(row -> ManagementNode.row(names, row)).toList());
        return all;
    }

    private static void send(HttpExchange exchange, int status, Object body) throws IOException {
        byte[] text = Json.text(body);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(status, text.length);
        exchange.getResponseBody().write(text);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
