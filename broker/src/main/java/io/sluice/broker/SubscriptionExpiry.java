package io.sluice.broker;

import java.util.Objects;

/**
 * When a subscription that no link has ends by itself, with what waits for it (AMQP 1.0 §3.5.6).
 *
 * @param policy the event the wait begins with
 * @param timeoutSeconds of the wait, 0 to 2^32-1; a link that comes back ends it
 */
public record SubscriptionExpiry(Policy policy, long timeoutSeconds) {
    public static final SubscriptionExpiry NEVER = new SubscriptionExpiry(Policy.NEVER, 0);
    /** Of one that is not kept: it ends with its last link. */
    public static final SubscriptionExpiry WITH_LINKS = new SubscriptionExpiry(Policy.LINK_DETACH, 0);

    private static final long MAX_SECONDS = 0xFFFF_FFFFL;

    /** What begins the wait. Links, sessions and connections are a front end's: it tells of the event. The end of the broker is all three. */
    public enum Policy {
        LINK_DETACH,
        SESSION_END,
        CONNECTION_CLOSE,
        /** Nothing. */
        NEVER
    }

    public SubscriptionExpiry {
        Objects.requireNonNull(policy, "policy");
        if (timeoutSeconds < 0 || timeoutSeconds > MAX_SECONDS) {
            throw new IllegalArgumentException("a time-out is 0 to " + MAX_SECONDS + " seconds, not " + timeoutSeconds);
        }
    }

    public boolean isNever() {
        return policy == Policy.NEVER;
    }

    public long timeoutMillis() {
        return timeoutSeconds * 1000;
    }

    /** In force, of one subscription. @param endsAtMillis epoch milliseconds of its end, 0 while the wait has not begun */
    public record State(SubscriptionExpiry expiry, long endsAtMillis) {
        public static final State NEVER = new State(SubscriptionExpiry.NEVER, 0);

        public State {
            Objects.requireNonNull(expiry, "expiry");
        }

        public boolean waits() {
            return endsAtMillis != 0;
        }
    }
}
