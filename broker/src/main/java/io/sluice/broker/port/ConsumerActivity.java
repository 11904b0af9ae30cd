package io.sluice.broker.port;

/** How a consumer stands beside the others of its queue. */
public enum ConsumerActivity {
    /** All of them are given messages. */
    SHARED,
    /** It is the one that is given everything. */
    ACTIVE,
    /** Another one is. */
    STANDING_BY;

    /** Whether it may be given messages. */
    public boolean isActive() {
        return this != STANDING_BY;
    }
}
