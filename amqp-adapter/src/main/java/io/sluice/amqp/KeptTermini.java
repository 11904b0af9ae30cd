package io.sluice.amqp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.engine.Session;

/**
 * The termini of one connection that may outlive their links (AMQP 1.0 §3.5.1): of each it tells the shard when its link is gone, at
 * the event its expiry policy names. The connection's event loop.
 */
final class KeptTermini {
    private final ConnectionScope scope;
    private final Map<LinkEndpoint, Kept> attached = new HashMap<>();
    /** By their keys. */
    private final Map<Object, Kept> detached = new HashMap<>();

    private boolean anyKept;

    /** A terminus, and the link it has or had. */
    interface Kept {
        /** Equal when the link comes back to it. */
        Object key();

        TerminusExpiryPolicy policy();

        /** The link was on. */
        Session session();

        /** The event has come that the policy names. */
        void expire();

        /** The link has ended. */
        void end();
    }

    KeptTermini(ConnectionScope scope) {
        this.scope = scope;
    }

    void attached(LinkEndpoint endpoint, Kept kept) {
        attached.put(endpoint, kept);
        anyKept = true;
    }

    /** The peer detached. To be told when the endpoint knows. @param closed the link is not only detached, it has ended (§2.6.4) */
    void detached(LinkEndpoint endpoint, boolean closed) {
        Kept kept = attached.remove(endpoint);
        if (kept == null) {
            return;
        }
        if (closed) {
            Kept before = detached.remove(kept.key());
            kept.end();
            if (before != null) {
                before.end();
            }
        } else if (outlivesLink(kept.policy())) {
            waits(kept);
        } else {
            kept.expire();
        }
    }

    /** Of what never expires nobody needs to be told when: it is said at once. */
    private static boolean outlivesLink(TerminusExpiryPolicy policy) {
        return policy == TerminusExpiryPolicy.SESSION_END || policy == TerminusExpiryPolicy.CONNECTION_CLOSE;
    }

    /** The link of before, if any, has come back as this one: it is not waited for any more. */
    private void waits(Kept kept) {
        Kept before = detached.put(kept.key(), kept);
        if (before != null) {
            before.end();
        }
    }

    /** The link was attached again elsewhere: its terminus waits for that. */
    void stolen(LinkEndpoint endpoint) {
        Kept kept = attached.remove(endpoint);
        if (kept != null) {
            waits(kept);
        }
    }

    void sessionEnded(Session session) {
        List<LinkEndpoint> gone = new ArrayList<>();
        attached.forEach((endpoint, kept) -> {
            if (kept.session() == session) {
                gone.add(endpoint);
            }
        });
        gone.forEach(endpoint -> detached(endpoint, false));
        Iterator<Kept> each = detached.values().iterator();
        while (each.hasNext()) {
            Kept kept = each.next();
            if (kept.session() == session && kept.policy() != TerminusExpiryPolicy.CONNECTION_CLOSE) {
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
        if (anyKept) {
            anyKept = false;
            scope.environment().shards().all().forEach(shard -> shard.left(scope.calls()));
        }
    }

    int size() {
        return attached.size() + detached.size();
    }
}
