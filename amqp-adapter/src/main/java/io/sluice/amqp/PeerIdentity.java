package io.sluice.amqp;

import io.sluice.broker.port.LinkDescription;
import io.sluice.broker.security.Principal;
import java.util.Optional;
import org.apache.qpid.proton.engine.Link;

/**
 * Who is at the other end of a connection, and what the connection is called here.
 *
 * @param connection number of the connection, from 1, not used again while the broker runs; 0 before it has opened
 * @param container the peer's container-id, "" where it has none
 * @param remoteAddress host and port
 * @param scheme as of a {@link Peer}
 * @param virtualHost the one it has opened; empty: the default one
 */
record PeerIdentity(
        long connection,
        Principal principal,
        String container,
        String remoteAddress,
        String scheme,
        Optional<String> virtualHost) {
    static final PeerIdentity UNKNOWN = new PeerIdentity(0, Principal.ANONYMOUS, "", "", "", Optional.empty());

    /** One of its links. Any thread: nothing of it changes. @param filter what it selects by, "" where it takes everything */
    LinkDescription describe(Link link, String filter) {
        return new LinkDescription(
                connection + "." + PeerLink.of(link).count.number, link.getName(), container, remoteAddress, filter);
    }
}
