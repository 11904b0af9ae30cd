package io.sluice.storage.raft;

import java.util.Objects;

/**
 * A node of a cluster, as the others reach it.
 *
 * @param id name of the node, the same for as long as it is a member
 * @param host name or address for replication
 * @param port for replication, 1 to 65535
 */
public record RaftMember(String id, String host, int port) {
    public RaftMember {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(host, "host");
        if (id.isEmpty() || host.isEmpty()) {
            throw new IllegalArgumentException("a member has an id and a host");
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port of a member is 1 to 65535, not " + port);
        }
    }

    /** {@code host:port}. */
    String address() {
        return host.contains(":") ? "[" + host + "]:" + port : host + ":" + port;
    }
}
