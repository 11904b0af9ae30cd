package io.sluice.broker.queue;

import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import io.sluice.broker.record.JournalRecord.Enqueued;
import java.util.Map;

/**
 * How much of its limits a queue has used. Decisions count from the moment they are made, not from when they are applied:
 * a full queue must not take a burst because the disk is slow.
 */
final class Room {
    private final QueueState state;
    private final ReadyLevels ready;
    /** Decided, not yet applied. */
    private long pendingMessages;

    private long pendingBytes;
    /** Of the pending ones, those that make room for nobody because they are for later. */
    private long pendingScheduledMessages;

    private long pendingScheduledBytes;
    /** Dropped to make room, not yet applied. */
    private long leavingMessages;

    private long leavingBytes;

    Room(QueueState state, ReadyLevels ready) {
        this.state = state;
        this.ready = ready;
    }

    void comesIn(Enqueued enqueued) {
        pending(enqueued, 1);
    }

    private void pending(Enqueued enqueued, int sign) {
        long size = (long) sign * enqueued.message().size();
        pendingMessages += sign;
        pendingBytes += size;
        if (enqueued.deliverAtMillis() != 0) {
            pendingScheduledMessages += sign;
            pendingScheduledBytes += size;
        }
    }

    /** A message is in the queue; one that recovery applies was never pending. */
    void cameIn(Enqueued enqueued) {
        if (pendingMessages > 0) {
            pending(enqueued, -1);
        }
    }

    void leaves(int size) {
        leavingMessages++;
        leavingBytes += size;
    }

    void left(int size) {
        leavingMessages--;
        leavingBytes -= size;
    }

    /** All it holds and all that is on its way in. */
    long expectedMessages() {
        return state.messages() + pendingMessages;
    }

    private long heldMessages() {
        return expectedMessages() - leavingMessages;
    }

    private long heldBytes() {
        return state.bytes() + pendingBytes - leavingBytes;
    }

    /** Whether so much more would be too much. */
    boolean isOverWith(long messages, long bytes) {
        return isOver(heldMessages() + messages, heldBytes() + bytes);
    }

    /** Whether so much more would be too much even when all that is available, or will be at once, had made room. */
    boolean isOverWithLockedAnd(long messages, long bytes) {
        return isOver(
                heldMessages() - (pendingMessages - pendingScheduledMessages) - ready.size() + messages,
                heldBytes() - (pendingBytes - pendingScheduledBytes) - ready.bytes() + bytes);
    }

    private boolean isOver(long messages, long bytes) {
        QueueDefinition.Limits limits = state.definition().limits();
        return messages > limits.maxMessages() || bytes > limits.maxBytes();
    }

    /** @param messages that were to come in */
    Refusal full(long messages) {
        QueueDefinition.Limits limits = state.definition().limits();
        String name = state.definition().name();
        boolean byCount = heldMessages() + messages > limits.maxMessages();
        long limit = byCount ? limits.maxMessages() : limits.maxBytes();
        long current = byCount ? heldMessages() : heldBytes();
        String reason = byCount ? "maxMessages" : "maxBytes";
        return new Refusal(
                Refusal.Kind.RESOURCE_LIMIT_EXCEEDED,
                "queue '" + name + "' is full: " + reason + " " + limit + ", now " + current,
                Map.of("queue", name, "reason", reason, "limit", limit, "current", current));
    }
}
