package io.sluice.amqp;

import io.sluice.broker.security.Principal;

/**
 * Who is at the other end of a connection, and what the connection is called here.
 *
 * @param connection number of the connection, from 1, not used again while the broker runs; 0 before it has opened
 * @param container the peer's container-id, "" where it has none
 * @param remoteAddress host and port
 */
record PeerIdentity(long connection, Principal principal, String container, String remoteAddress) {
    static final PeerIdentity UNKNOWN = new PeerIdentity(0, Principal.ANONYMOUS, "", "");
}
