package io.sluice.broker;

/**
 * Counts the places in which the bytes of one message are, so that memory counts them once: a message to a topic is in the queues of all its
 * subscriptions, and its bytes are there once. A message is immutable, this is not: shard's thread only.
 */
public final class SharedBytes {
    private int places;
    private int unstoredPlaces;

    /** One more queue has the bytes in memory. @return whether it is the first */
    public boolean comes() {
        return places++ == 0;
    }

    /** @return whether no queue has them in memory any more */
    public boolean goes() {
        return --places == 0;
    }

    /** One more queue has them in memory only. @return whether it is the first */
    public boolean becomesUnstored() {
        return unstoredPlaces++ == 0;
    }

    /** @return whether no queue has them in memory only any more */
    public boolean isUnstoredNoMore() {
        return --unstoredPlaces == 0;
    }
}
