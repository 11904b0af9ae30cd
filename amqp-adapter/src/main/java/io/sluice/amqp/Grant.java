package io.sluice.amqp;

/**
 * How much of the peer's credit the shard may use now. The shard counts deliveries since the attach, so limits are such counts;
 * what it was given and the engine's credit are in step, because both know of the deliveries that arrived here and of no others.
 */
final class Grant {
    private final FlowWindow window;
    private final int maxUnsettled;
    private long received;
    private int unsettled;
    private long limit;
    private boolean drains;
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
        if (!asked && wanted == 0) {
            return false;
        }
        if (may == 0 && throttled && limit <= received) {
            // No room before output is written; a drain without credit would only be answered and asked again.
            return false;
        }
        if (newLimit == limit && drain == drains && !(asked && drain)) {
            return false;
        }
        if (!asked && throttled && limit - received > window.messages() / 2) {
            return false;
        }
        limit = newLimit;
        drains = drain;
        return true;
    }

    /**
     * The shard has drained, which takes its credit away.
     *
     * @return whether there may be more to send, because it used up all that was granted
     */
    boolean drained() {
        boolean usedUp = received == limit;
        limit = received;
        drains = false;
        return usedUp;
    }

    long limit() {
        return limit;
    }

    boolean drains() {
        return drains;
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
