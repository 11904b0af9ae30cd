package io.sluice.broker.shard;

import io.sluice.broker.Message;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which messages an administrator wants to move, where and how fast.
 *
 * @param from the queue they are in
 * @param to the queue they go to; empty: each goes back to the queue it came from as a dead letter
 * @param filter which; empty: all. Asked on the shard's thread, of messages as they are; it must be quick and must not throw
 * @param limit most messages, 1 or more
 * @param messagesPerSecond most in a second, 1 to {@link #MAX_PER_SECOND}; 0 for as fast as it goes
 */
public record MoveRequest(
        String from, Optional<String> to, Optional<Predicate<Message>> filter, long limit, int messagesPerSecond) {
    public static final int MAX_PER_SECOND = 1_000_000;

    public MoveRequest {
        Objects.requireNonNull(from, "from");
        Objects.requireNonNull(to, "to");
        Objects.requireNonNull(filter, "filter");
        if (limit < 1) {
            throw new IllegalArgumentException("1 message or more is moved, not " + limit);
        }
        if (messagesPerSecond < 0 || messagesPerSecond > MAX_PER_SECOND) {
            throw new IllegalArgumentException(
                    "1 to " + MAX_PER_SECOND + " messages are moved in a second, not " + messagesPerSecond);
        }
    }

    /** All of a queue into another one. */
    public static MoveRequest all(String from, String to) {
        return new MoveRequest(from, Optional.of(to), Optional.empty(), Long.MAX_VALUE, 0);
    }

    /** All dead letters of a queue back to where each came from. */
    public static MoveRequest redrive(String from) {
        return new MoveRequest(from, Optional.empty(), Optional.empty(), Long.MAX_VALUE, 0);
    }

    public MoveRequest withFilter(Predicate<Message> newFilter) {
        return new MoveRequest(from, to, Optional.of(newFilter), limit, messagesPerSecond);
    }

    public MoveRequest withLimit(long newLimit) {
        return new MoveRequest(from, to, filter, newLimit, messagesPerSecond);
    }

    public MoveRequest withMessagesPerSecond(int rate) {
        return new MoveRequest(from, to, filter, limit, rate);
    }
}
