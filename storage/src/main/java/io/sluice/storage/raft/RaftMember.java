package io.sluice.storage.raft;

import java.util.Objects;

/**
 * A node of a cluster, as the others and its clients reach it; every member knows it of every other.
 *
 * @param id name of the node, the same for as long as it is a member
 * @param replication for the log
 * @param clients for AMQP, on its main port
 * @param handThrough where other nodes bring clients to it while it is the primary
 */
public record RaftMember(String id, Endpoint replication, Endpoint clients, Endpoint handThrough) {
    public RaftMember {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(replication, "replication");
        Objects.requireNonNull(clients, "clients");
        Objects.requireNonNull(handThrough, "handThrough");
        if (id.isEmpty()) {
            throw new IllegalArgumentException("a member has an id");
        }
    }

    /** @param port 1 to 65535 */
    public record Endpoint(String host, int port) {
        public Endpoint {
            if (host.isEmpty() || port < 1 || port > 65_535) {
                throw new IllegalArgumentException("a host and a port of 1 to 65535, not " + host + ":" + port);
            }
        }

        /** @throws IllegalArgumentException it is not {@code host:port} or {@code [host]:port} */
        public static Endpoint parse(String text) {
            int colon = text.lastIndexOf(':');
            if (colon < 1) {
                throw new IllegalArgumentException("'" + text + "' is not host:port");
            }
            String host = text.substring(0, colon);
            boolean bracketed = host.startsWith("[") && host.endsWith("]");
            try {
                return new Endpoint(
                        bracketed ? host.substring(1, host.length() - 1) : host,
                        Integer.parseInt(text.substring(colon + 1)));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("'" + text + "' is not host:port", e);
            }
        }

        @Override
        public String toString() {
            return host.contains(":") ? "[" + host + "]:" + port : host + ":" + port;
        }
    }
}
