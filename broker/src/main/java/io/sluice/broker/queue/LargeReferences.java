package io.sluice.broker.queue;

import io.sluice.broker.LargeBody;
import io.sluice.broker.Message;
import io.sluice.broker.port.LargeBodies;
import io.sluice.broker.port.StorageException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * How many messages refer to each large body, counted from applied records. A body that nobody refers to is deleted at the end of
 * the turn, when what follows from the turn's records has been said: a move between queues refers to it throughout, and a front
 * end that was given a message has opened it. Shard's thread.
 */
public final class LargeReferences {
    private final LargeBodies bodies;
    private final Map<Long, Integer> counts = new HashMap<>();
    /** Had no reference at some time; some may have one again. */
    private final Set<Long> candidates = new HashSet<>();

    public LargeReferences(LargeBodies bodies) {
        this.bodies = bodies;
    }

    /** A message is in a queue from here on. */
    void came(Message message) {
        if (message.isLarge()) {
            came(message.largeBody().orElseThrow().id());
        }
    }

    /** A message left its queue, or the queue went. */
    void left(Message message) {
        if (message.isLarge()) {
            left(message.largeBody().orElseThrow().id());
        }
    }

    /** As for a message, where only the id of its body is known; 0 is none. */
    public void came(long id) {
        if (id != 0) {
            counts.merge(id, 1, Integer::sum);
        }
    }

    /** As for a message, where only the id of its body is known; 0 is none. */
    public void left(long id) {
        if (id != 0 && counts.computeIfPresent(id, (same, count) -> count == 1 ? null : count - 1) == null) {
            candidates.add(id);
        }
    }

    /** The message is on its way into several queues: its body stays, whatever happens in those that have it first. */
    public void hold(Message message) {
        came(message);
    }

    /** It is where it was to go. */
    public void letGo(Message message) {
        left(message);
    }

    /** A message that was to come into a queue does not. */
    public void discard(Message message) {
        message.largeBody().map(LargeBody::id).ifPresent(candidates::add);
    }

    /** Deletes what nobody refers to. */
    public void deleteUnreferenced() {
        if (!candidates.isEmpty()) {
            for (long id : candidates) {
                if (!counts.containsKey(id)) {
                    bodies.delete(id);
                }
            }
            candidates.clear();
        }
    }

    /**
     * All records are applied: what is there and not referred to is what a crash left, and goes.
     *
     * @return ids that messages refer to and that are missing
     */
    public Set<Long> recovered() throws StorageException {
        candidates.clear();
        return bodies.retain(Set.copyOf(counts.keySet()));
    }
}
