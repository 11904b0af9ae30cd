package io.sluice.amqp;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Which connections a container has, for those that want to be its only one (OASIS AMQP Enforcing Connection Uniqueness; JMS: one
 * connection for a client id). Every open connection is known, also those that want nothing (strong detection). Any thread.
 */
public final class ContainerRegistry {
    private final ConcurrentMap<String, Set<Holder>> holders = new ConcurrentHashMap<>();

    /** What happens when a container that wants one connection opens another. */
    enum Policy {
        REFUSE_CONNECTION,
        CLOSE_EXISTING
    }

    /** A connection. Equal to itself only. */
    static final class Holder {
        private final String user;
        private final Optional<Policy> policy;
        private final Runnable close;

        /**
         * @param user nobody closes somebody else's connection
         * @param policy empty: it does not mind others
         * @param close called when another takes its place; on that one's thread
         */
        Holder(String user, Optional<Policy> policy, Runnable close) {
            this.user = user;
            this.policy = policy;
            this.close = close;
        }
    }

    /**
     * Lets a connection in, or not; those whose place it takes are closed. Where one is open already, what that one wanted counts.
     *
     * @return whether it may open
     */
    boolean enter(String container, Holder holder) {
        List<Holder> displaced = new ArrayList<>();
        boolean[] entered = {true};
        holders.compute(container, (same, before) -> {
            Set<Holder> now = before == null ? new LinkedHashSet<>() : before;
            for (Holder existing : now) {
                Optional<Policy> policy = existing.policy.or(() -> holder.policy);
                if (policy.isPresent()) {
                    boolean mayClose = policy.get() == Policy.CLOSE_EXISTING && existing.user.equals(holder.user);
                    entered[0] &= mayClose;
                    displaced.add(existing);
                }
            }
            if (entered[0]) {
                displaced.forEach(now::remove);
                now.add(holder);
            }
            return now;
        });
        if (entered[0]) {
            displaced.forEach(existing -> existing.close.run());
        }
        return entered[0];
    }

    void leave(String container, Holder holder) {
        holders.computeIfPresent(container, (same, now) -> {
            now.remove(holder);
            return now.isEmpty() ? null : now;
        });
    }

    /** How many containers have a connection. */
    public int size() {
        return holders.size();
    }
}
