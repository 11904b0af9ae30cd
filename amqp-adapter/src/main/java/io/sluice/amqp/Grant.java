package io.sluice.amqp;

/**
 * How much of the peer's credit the shard may use now. Limits are counts of deliveries since the attach; the engine's credit is
 * what the peer grants beyond the deliveries that arrived here, so the two add up. While a drain is not answered the shard is
 * told nothing new: the answer must be to what was asked.
 */
final class Grant {
    private final FlowWindow window;
    private final int maxUnsettled;
    private long received;
    private int unsettled;
    private long limit;
    /** A drain is asked and not answered. */
    private boolean draining;

    private boolean askedAgain;
    private boolean throttled;
    private boolean waiting;

    Grant(FlowWindow window, int maxUnsettled) {
        this.window = window;
        this.maxUnsettled = maxUnsettled;
    }

    void received() {
        received++;
    }

    void sent(int bytes) {
        unsettled++;
        window.seen(bytes);
    }

    void settled() {
        unsettled--;
    }

    /**
     * @param credit of the link, negative when the peer took some back
     * @param queued deliveries not written yet
     * @param asked the peer sent a flow; otherwise small changes are put off
     * @return whether the shard is to be told {@link #limit} and {@link #drains}
     */
    boolean update(int credit, int queued, boolean drain, boolean asked) {
        int wanted = Math.max(0, credit);
        int room = Math.min(window.messages() - queued, maxUnsettled - unsettled);
        int may = Math.max(0, Math.min(wanted, room));
        throttled = may < wanted;
        long newLimit = received + may;
        if (draining) {
            askedAgain |= asked;
            return false;
        }
        if (!asked && wanted == 0) {
            return false;
        }
        if (may == 0 && throttled && limit <= received) {
            // No room before output is written; a drain without credit would only be answered and asked again.
            return false;
        }
        if (newLimit == limit && !(asked && drain)) {
            return false;
        }
        if (!asked && throttled && limit - received > window.messages() / 2) {
            return false;
        }
        limit = newLimit;
        draining = drain;
        return true;
    }

    /**
     * The shard has drained: what it was granted is used up.
     *
     * @return whether there may be more to send: it came to the end of what was granted, or the peer sent a flow since
     */
    boolean drained() {
        boolean more = received >= limit || askedAgain;
        limit = received;
        draining = false;
        askedAgain = false;
        return more;
    }

    long limit() {
        return limit;
    }

    boolean drains() {
        return draining;
    }

    boolean isThrottled() {
        return throttled;
    }

    /** @return whether it did not wait before */
    boolean startsWaiting() {
        boolean starts = !waiting;
        waiting = true;
        return starts;
    }

    void stopsWaiting() {
        waiting = false;
    }
}
