package io.sluice.amqp.netty;

import java.util.Objects;

/**
 * How connections go from one node of a cluster to another.
 *
 * @param secret known to all nodes: who does not bring it is no node; may be empty where nobody else can reach the ports
 * @param waitMillis a connection waits so long for a primary, then it is refused with {@code amqp:connection:forced}
 */
public record HandThrough(String secret, int waitMillis) {
    public HandThrough {
        Objects.requireNonNull(secret, "secret");
    }

    @Override
    public String toString() {
        return "HandThrough[" + waitMillis + " ms]";
    }
}
