package io.sluice.broker;

/**
 * When a queue is deleted by itself. Part of a {@link QueueDefinition}.
 *
 * @param autoDelete when it has had a consumer, has none any more, and is empty
 * @param idleMillis when it has had no consumer for so long, with what it holds; 1 or more, {@link QueueDefinition#UNLIMITED} for
 *     never
 */
public record QueueExpiry(boolean autoDelete, long idleMillis) {
    public static final QueueExpiry NEVER = new QueueExpiry(false, QueueDefinition.UNLIMITED);

    public QueueExpiry {
        if (idleMillis < 1) {
            throw new IllegalArgumentException("idleExpiryMillis is 1 or more, not " + idleMillis);
        }
    }

    public QueueExpiry withAutoDelete(boolean isAutoDelete) {
        return new QueueExpiry(isAutoDelete, idleMillis);
    }

    public QueueExpiry withIdleMillis(long millis) {
        return new QueueExpiry(autoDelete, millis);
    }

    public boolean isNever() {
        return !autoDelete && idleMillis == QueueDefinition.UNLIMITED;
    }
}
