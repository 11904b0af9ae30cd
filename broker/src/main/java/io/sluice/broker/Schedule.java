package io.sluice.broker;

/**
 * When a producer wants a message to be delivered. Where both are given, the instant counts.
 *
 * @param atMillis epoch milliseconds before which nobody is to have it, or {@link Message#NONE}
 * @param delayMillis from its arrival, or {@link Message#NONE}
 */
public record Schedule(long atMillis, long delayMillis) {
    /** An instant that does not come: a message with it is parked until somebody asks for it by its number. */
    public static final long NEVER = Long.MAX_VALUE;

    public static final Schedule PARKED = new Schedule(NEVER, Message.NONE);
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
