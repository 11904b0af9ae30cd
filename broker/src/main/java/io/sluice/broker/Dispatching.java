package io.sluice.broker;

import java.util.Objects;

/**
 * Which consumers of a queue may have its messages, and for how long. Part of a {@link QueueDefinition}.
 *
 * @param groups whether messages of one group go to one consumer
 * @param maxIdleGroups groups without a message at their consumer whose consumer is remembered all the same, 1 to
 *     {@link #MAX_IDLE_GROUPS}; of more, those that were idle longest are forgotten
 * @param singleActiveConsumer one consumer gets everything, the others stand by
 * @param lockMillis after which a delivery that is not settled goes back, 1 or more, {@link QueueDefinition#UNLIMITED} for never;
 *     a link may ask for another time
 * @param nonDestructive no message leaves by being consumed: consumers see all there is and all that comes
 */
public record Dispatching(
        Groups groups, int maxIdleGroups, boolean singleActiveConsumer, long lockMillis, boolean nonDestructive) {
    /** How long the messages of one group go to one consumer. */
    public enum Groups {
        /** Groups are not looked at. */
        OFF,
        /** While it has one that is not settled. */
        WHILE_UNSETTLED,
        /** Until it detaches, the group is closed, or another one joins while it has none. */
        UNTIL_DETACH,
        /** A group is a tenant: of one that has much in flight messages are given out behind those of the others. */
        FAIR
    }

    public static final int MAX_IDLE_GROUPS = 1_000_000;

    public static final Dispatching DEFAULT =
            new Dispatching(Groups.UNTIL_DETACH, 10_000, false, QueueDefinition.UNLIMITED);

    /** Of a queue whose messages leave it when they are consumed. */
    public Dispatching(Groups groups, int maxIdleGroups, boolean singleActiveConsumer, long lockMillis) {
        this(groups, maxIdleGroups, singleActiveConsumer, lockMillis, false);
    }

    public Dispatching {
        Objects.requireNonNull(groups, "groups");
        if (maxIdleGroups < 1 || maxIdleGroups > MAX_IDLE_GROUPS) {
            throw new IllegalArgumentException(
                    "idle groups that are remembered are 1 to " + MAX_IDLE_GROUPS + ", not " + maxIdleGroups);
        }
        if (lockMillis < 1) {
            throw new IllegalArgumentException("a lock lasts 1 ms or more, not " + lockMillis);
        }
    }

    public Dispatching withGroups(Groups newGroups) {
        return new Dispatching(newGroups, maxIdleGroups, singleActiveConsumer, lockMillis, nonDestructive);
    }

    public Dispatching withMaxIdleGroups(int newMaxIdleGroups) {
        return new Dispatching(groups, newMaxIdleGroups, singleActiveConsumer, lockMillis, nonDestructive);
    }

    public Dispatching withSingleActiveConsumer(boolean isSingle) {
        return new Dispatching(groups, maxIdleGroups, isSingle, lockMillis, nonDestructive);
    }

    public Dispatching withLockMillis(long newLockMillis) {
        return new Dispatching(groups, maxIdleGroups, singleActiveConsumer, newLockMillis, nonDestructive);
    }

    public Dispatching withNonDestructive(boolean isNonDestructive) {
        return new Dispatching(groups, maxIdleGroups, singleActiveConsumer, lockMillis, isNonDestructive);
    }
}
