package io.sluice.broker.queue;

import io.sluice.broker.Dispatching;
import io.sluice.broker.MessageGroup;
import java.util.HashMap;
import java.util.Map;

/**
 * Which consumer has which group of messages. A group stays with its consumer while that has a message of it whose outcome is not
 * applied yet, so that what comes back is given out again before what stands behind it; and longer, where the queue asks for that.
 * Groups that nobody has are not in here, so a queue without groups has nothing in it.
 *
 * <p>Where groups are tenants that share fairly nobody has one: it is only counted what they have in flight.
 */
final class GroupTable {
    /** One that a consumer has. */
    static final class Group {
        private final String id;
        private Consumer owner;
        /** Its messages at the owner that are not over. */
        private int held;
        /** Of those, the ones that are on their way back. */
        private int returning;
        /** Its last message that was given out closed it. */
        private boolean closed;
        /** It is a session, and its owner has the lock on it: it stays there whatever its messages do. */
        private boolean locked;
        /** It does not stay with its owner. */
        private boolean leaves;
        /** The last dispatch that passed a message of it, see {@link LookAhead}. */
        private long heldBackIn;
        /** Neighbours among the idle ones, oldest first. */
        private Group previousIdle;

        private Group nextIdle;

        private Group(String id) {
            this.id = id;
        }

        Consumer owner() {
            return owner;
        }

        /** Nobody may have more of it before something that happened to it is applied. */
        boolean isReturning() {
            return returning > 0;
        }

        boolean isHeldBackIn(long dispatch) {
            return heldBackIn == dispatch;
        }

        void holdBackIn(long dispatch) {
            heldBackIn = dispatch;
        }

        /** The owner has none of its messages, and no lock on it. */
        boolean isIdle() {
            return held == 0 && !locked;
        }
    }

    /** A tenant that has so many messages in flight, and more than its share, is noisy. */
    private static final int NOISY_MESSAGES = 30;

    private static final int NOISY_PERCENT = 10;

    private final QueueState state;
    /** Messages of the queue that consumers have, in whatever group. */
    private long inFlight;

    private final Map<String, Group> groups = new HashMap<>();
    private Group longestIdle;
    private Group latestIdle;
    private int idle;

    GroupTable(QueueState state) {
        this.state = state;
    }

    /** How many groups somebody has. */
    int size() {
        return groups.size();
    }

    /** Where one consumer gets everything, groups say nothing more. */
    private Dispatching.Groups kind() {
        Dispatching dispatching = state.definition().dispatching();
        return dispatching.singleActiveConsumer() ? Dispatching.Groups.OFF : dispatching.groups();
    }

    /** @return the group where somebody has it; null where anybody may have its messages, and for a message in no group */
    Group of(MessageGroup group) {
        Group found = find(group);
        return found == null || (!found.locked && (kind() == Dispatching.Groups.OFF || isFair())) ? null : found;
    }

    /** Whether groups are tenants. */
    boolean isFair() {
        return kind() == Dispatching.Groups.FAIR;
    }

    /** Whether messages of the group come behind those of others: it is a tenant that has much in flight. */
    boolean isNoisy(MessageGroup group) {
        if (!isFair()) {
            return false;
        }
        Group tenant = find(group);
        return tenant != null
                && !tenant.locked
                && tenant.held >= NOISY_MESSAGES
                && tenant.held * 100L > inFlight * NOISY_PERCENT;
    }

    /** A message is given to a consumer, or is over: one more or one less is in flight. */
    void inFlight(int more) {
        inFlight += more;
    }

    private Group find(MessageGroup group) {
        return groups.isEmpty() || group.isNone() ? null : groups.get(group.id());
    }

    /** Whether the consumer may have nothing of the group now, whatever the message. */
    boolean keepsFrom(MessageGroup group, Consumer consumer) {
        Group of = consumer.isTakingAway() ? null : of(group);
        return of != null && (of.isReturning() || (of.owner != consumer && !of.isIdle()));
    }

    /** As {@link #keepsFrom}, and where the owner has none of the group, whether the owner wants the message. */
    boolean keepsFrom(QueueEntry entry, Consumer consumer) {
        Group of = consumer.isTakingAway() ? null : of(entry.message.group());
        return of != null && (of.isReturning() || (of.owner != consumer && (!of.isIdle() || of.owner.mayTake(entry))));
    }

    /** Whether a message of this group is to be {@link #given} and then {@link #over}. */
    boolean isCounted(MessageGroup group, Consumer consumer) {
        return !group.isNone()
                && !consumer.isTakingAway()
                && (consumer.session != null || kind() != Dispatching.Groups.OFF);
    }

    /** A message of a group is given to a consumer. @return whether it is the first of its group that this consumer gets */
    boolean given(MessageGroup message, Consumer consumer) {
        Group group = groups.computeIfAbsent(message.id(), Group::new);
        if (group.locked) {
            // Also to one that has asked for it by its number.
            group.held++;
            return false;
        }
        boolean first = group.owner != consumer;
        if (group.owner != null && group.isIdle()) {
            leaveIdle(group);
        }
        if (first) {
            group.owner = consumer;
            group.leaves = false;
        }
        group.closed = message.closes();
        group.held++;
        return first && !isFair();
    }

    /** A message on its way back to the queue was its consumer's; {@link #over} follows when it is there. */
    void returning(MessageGroup message) {
        find(message).returning++;
    }

    /** It is back. */
    void returned(MessageGroup message) {
        find(message).returning--;
    }

    /** Whether consumers that are attached have messages of the group. */
    boolean isWithSomebodyElse(String id, Consumers consumers) {
        Group group = groups.get(id);
        return group != null && !group.isIdle() && consumers.has(group.owner);
    }

    /** Whether nobody has the lock on the group. */
    boolean isFree(MessageGroup group) {
        Group found = find(group);
        return found == null || !found.locked;
    }

    /** The group is a session from here on, that this consumer alone has. What others still have of it comes back before it gets more. */
    void lock(String id, Consumer consumer) {
        Group group = groups.computeIfAbsent(id, Group::new);
        if (group.owner != null && group.isIdle()) {
            leaveIdle(group);
        }
        group.owner = consumer;
        group.locked = true;
    }

    /** Its consumer has no lock on it any longer: others may have it when all of it is back. */
    void unlock(String id) {
        Group group = groups.get(id);
        group.locked = false;
        group.leaves = true;
        if (group.isIdle()) {
            groups.remove(id);
        }
    }

    /** A delivery that was {@link #given} is over. */
    void over(MessageGroup message) {
        Group group = find(message);
        group.held--;
        if (group.isIdle()) {
            if (group.closed || group.leaves || kind() != Dispatching.Groups.UNTIL_DETACH) {
                groups.remove(group.id);
            } else {
                becomeIdle(group);
            }
        }
    }

    /** Another consumer is there: it gets its share of the groups, of each when its owner has none of it. */
    void joined() {
        release(null);
    }

    /** The consumer is gone: others may have its groups, each when all the consumer had of it is over. */
    void left(Consumer consumer) {
        release(consumer);
    }

    /** @param owner null for all */
    private void release(Consumer owner) {
        groups.values().removeIf(group -> {
            if (owner != null && group.owner != owner) {
                return false;
            }
            group.leaves = true;
            if (group.isIdle()) {
                leaveIdle(group);
            }
            return group.isIdle();
        });
    }

    private void becomeIdle(Group group) {
        group.previousIdle = latestIdle;
        if (latestIdle == null) {
            longestIdle = group;
        } else {
            latestIdle.nextIdle = group;
        }
        latestIdle = group;
        idle++;
        while (idle > state.definition().dispatching().maxIdleGroups()) {
            Group forgotten = longestIdle;
            leaveIdle(forgotten);
            groups.remove(forgotten.id);
        }
    }

    private void leaveIdle(Group group) {
        if (group.previousIdle == null) {
            longestIdle = group.nextIdle;
        } else {
            group.previousIdle.nextIdle = group.nextIdle;
        }
        if (group.nextIdle == null) {
            latestIdle = group.previousIdle;
        } else {
            group.nextIdle.previousIdle = group.previousIdle;
        }
        group.previousIdle = null;
        group.nextIdle = null;
        idle--;
    }
}
