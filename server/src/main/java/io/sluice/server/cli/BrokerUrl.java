package io.sluice.server.cli;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/**
 * Where a broker listens and who asks: {@code amqp://user:password@host:port/virtualHost}.
 *
 * @param user empty: without credentials
 * @param virtualHost empty: the default one
 */
record BrokerUrl(String host, int port, Optional<String> user, String password, Optional<String> virtualHost) {
    static final String DEFAULT = "amqp://127.0.0.1:5672";
    private static final int DEFAULT_PORT = 5672;

    /** @throws IllegalArgumentException says what is wrong and how it should be */
    static BrokerUrl parse(String text) {
        URI uri;
        try {
            uri = new URI(text.contains("://") ? text : "amqp://" + text);
        } catch (URISyntaxException e) {
            throw wrong(text, e.getReason());
        }
        if (!"amqp".equals(uri.getScheme())) {
            throw wrong(text, "its scheme is not amqp");
        }
        if (uri.getHost() == null) {
            throw wrong(text, "it names no host");
        }
        String virtualHost = uri.getPath().replaceFirst("^/", "");
        if (virtualHost.contains("/") || uri.getQuery() != null) {
            throw wrong(text, "there is something behind the virtual host");
        }
        String credentials = uri.getUserInfo() == null ? "" : uri.getUserInfo();
        int colon = credentials.indexOf(':');
        String user = colon < 0 ? credentials : credentials.substring(0, colon);
        return new BrokerUrl(
                uri.getHost().replaceAll("[\\[\\]]", ""),
                uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(),
                user.isEmpty() ? Optional.empty() : Optional.of(user),
                colon < 0 ? "" : credentials.substring(colon + 1),
                virtualHost.isEmpty() ? Optional.empty() : Optional.of(virtualHost));
    }

    private static IllegalArgumentException wrong(String text, String why) {
        return new IllegalArgumentException(
                "\"" + text + "\" is not amqp://user:password@host:port/virtualHost: " + why);
    }

    /** Without the password: fit for a log or an error. */
    @Override
    public String toString() {
        return "amqp://" + user.map(name -> name + "@").orElse("") + host + ":" + port
                + virtualHost.map(name -> "/" + name).orElse("");
    }
}
