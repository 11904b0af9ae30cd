package io.sluice.amqp;

import io.sluice.amqp.sasl.PeerSecurity;

/**
 * The other end of a connection.
 *
 * @param name address and port, for log lines
 * @param scheme of a URI by which a client comes as it came: amqp, amqps, amqpws or amqpwss
 * @param security what is known of it before it speaks
 */
public record Peer(String name, String scheme, PeerSecurity security) {
    /** Without WebSocket. */
    public Peer(String name, PeerSecurity security) {
        this(name, security.encrypted() ? "amqps" : "amqp", security);
    }

    /** Without TLS. @param loopback it is on this machine */
    public Peer(String name, boolean loopback) {
        this(name, PeerSecurity.plain(loopback));
    }

    boolean loopback() {
        return security.loopback();
    }

    @Override
    public String toString() {
        return name;
    }
}
