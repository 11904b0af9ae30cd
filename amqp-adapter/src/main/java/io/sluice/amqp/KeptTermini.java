package io.sluice.amqp;

import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.TemporaryLink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.engine.Session;

/**
 * The termini of one connection that may outlive their links (AMQP 1.0 §3.5.1): of each it tells the shard when its link is gone, at
 * the event its expiry policy names. The connection's event loop.
 */
final class KeptTermini {
    private final ConnectionScope scope;
    private final Map<LinkEndpoint, Kept> attached = new HashMap<>();
    /** By the address of the node. */
    private final Map<String, Kept> detached = new HashMap<>();

    private final Set<ShardMailbox> shards = new HashSet<>();

    /**
     * @param holder by which the node knows the link
     * @param session the link was on
     */
    record Kept(ShardMailbox shard, TemporaryLink holder, String address, TerminusExpiry expiry, Session session) {
        private void expire() {
            shard.detached(holder, expiry.timeoutMillis());
        }

        private void end() {
            shard.detached(holder, 0);
        }
    }

    KeptTermini(ConnectionScope scope) {
        this.scope = scope;
    }

    void attached(LinkEndpoint endpoint, Kept kept) {
        attached.put(endpoint, kept);
        shards.add(kept.shard);
    }

    /** The peer detached. To be told when the endpoint knows. @param closed the link is not only detached, it has ended (§2.6.4) */
    void detached(LinkEndpoint endpoint, boolean closed) {
        Kept kept = attached.remove(endpoint);
        if (kept == null) {
            return;
        }
        if (closed) {
            detached.remove(kept.address);
            kept.end();
        } else if (kept.expiry.policy() == TerminusExpiryPolicy.LINK_DETACH || !kept.holder.isHolding()) {
            kept.expire();
        } else {
            detached.put(kept.address, kept);
        }
    }

    /** The link was attached again elsewhere: its terminus waits for that. */
    void stolen(LinkEndpoint endpoint) {
        Kept kept = attached.remove(endpoint);
        if (kept != null) {
            detached.put(kept.address, kept);
        }
    }

    void sessionEnded(Session session) {
        List<LinkEndpoint> gone = new ArrayList<>();
        attached.forEach((endpoint, kept) -> {
            if (kept.session == session) {
                gone.add(endpoint);
            }
        });
        gone.forEach(endpoint -> detached(endpoint, false));
        Iterator<Kept> each = detached.values().iterator();
        while (each.hasNext()) {
            Kept kept = each.next();
            if (kept.session == session && kept.expiry.policy() != TerminusExpiryPolicy.CONNECTION_CLOSE) {
                each.remove();
                kept.expire();
            }
        }
    }

    /** Told twice is told once. */
    void connectionEnded() {
        attached.values().forEach(Kept::expire);
        attached.clear();
        detached.values().forEach(Kept::expire);
        detached.clear();
        shards.forEach(shard -> shard.left(scope.calls()));
        shards.clear();
    }

    int size() {
        return attached.size() + detached.size();
    }
}
