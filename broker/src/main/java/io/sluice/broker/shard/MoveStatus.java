package io.sluice.broker.shard;

import io.sluice.broker.Refusal;
import java.util.List;
import java.util.Optional;

/**
 * A move as it stands.
 *
 * @param id by which it is stopped; of a move since the start of the broker, never used again
 * @param from the queue the messages were in
 * @param to the queue they go to; empty: each goes back to the queue it came from
 * @param moved messages that are in the other queue
 * @param refused messages that could not be moved and stay in theirs
 * @param refusals of the first of those, why
 * @param isRunning whether it goes on
 * @param stoppedBy why it ended before it was through; empty where it was, or goes on
 */
public record MoveStatus(
        long id,
        String from,
        Optional<String> to,
        long moved,
        long refused,
        List<RefusedMessage> refusals,
        boolean isRunning,
        Optional<Refusal> stoppedBy) {
    public MoveStatus {
        refusals = List.copyOf(refusals);
    }

    /** @param sequence of the message in the queue it is in */
    public record RefusedMessage(long sequence, Refusal refusal) {}
}
