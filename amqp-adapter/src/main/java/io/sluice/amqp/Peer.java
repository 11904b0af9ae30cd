package io.sluice.amqp;

import io.sluice.amqp.sasl.PeerSecurity;

/**
 * The other end of a connection.
 *
 * @param name address and port, for log lines
 * @param security what is known of it before it speaks
 */
public record Peer(String name, PeerSecurity security) {
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
