package io.sluice.amqp;

/**
 * The other end of a connection.
 *
 * @param name address and port, for log lines
 * @param loopback it is on this machine
 */
public record Peer(String name, boolean loopback) {
    @Override
    public String toString() {
        return name;
    }
}
