package io.sluice.broker;

/**
 * When a producer wants a message to be delivered. Where both are given, the instant counts.
 *
 * @param atMillis epoch milliseconds before which nobody is to have it, or {@link Message#NONE}
 * @param delayMillis from its arrival, or {@link Message#NONE}
 */
public record Schedule(long atMillis, long delayMillis) {
    public static final Schedule AT_ONCE = new Schedule(Message.NONE, Message.NONE);

    /** @return epoch milliseconds behind {@code nowMillis}, 0 where the message may be had at once */
    public long deliverAtMillis(long nowMillis) {
        long at = atMillis;
        if (at == Message.NONE && delayMillis > 0) {
            at = nowMillis > Long.MAX_VALUE - delayMillis ? Long.MAX_VALUE : nowMillis + delayMillis;
        }
        return at > nowMillis ? at : 0;
    }
}
