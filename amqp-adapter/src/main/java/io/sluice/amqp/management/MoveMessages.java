package io.sluice.amqp.management;

import io.sluice.amqp.filter.InvalidFilterException;
import io.sluice.amqp.filter.SourceFilter;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Reply;
import io.sluice.broker.shard.MoveRequest;
import io.sluice.broker.shard.MoveStatus;
import io.sluice.broker.shard.ShardMailbox;
import java.util.List;
import java.util.Optional;

/**
 * MOVE, to another queue, and REDRIVE, of dead letters to the queue each came from. What consumers have locked stays. The answer comes
 * when it has ended, and with {@code wait} false when it has begun; see {@link Moves} for what it says.
 */
final class MoveMessages implements Operation {
    private final Queues queues;
    private final boolean redrives;

    private MoveMessages(Queues queues, boolean redrives) {
        this.queues = queues;
        this.redrives = redrives;
    }

    static MoveMessages move(Queues queues) {
        return new MoveMessages(queues, false);
    }

    static MoveMessages redrive(Queues queues) {
        return new MoveMessages(queues, true);
    }

    @Override
    public String name() {
        return redrives ? "REDRIVE" : "MOVE";
    }

    @Override
    public List<String> arguments() {
        return redrives
                ? List.of("filter", "count", "messagesPerSecond", "wait")
                : List.of("to", "filter", "count", "messagesPerSecond", "wait");
    }

    @Override
    public void run(ManagementRequest request, Answer answer) throws ManagementException {
        MoveRequest move = moveOf(request);
        ShardMailbox shard = queues.owner(move.from());
        if (move.to().isPresent() && shard != queues.owner(move.to().get())) {
            throw new ManagementException(
                    Status.NOT_IMPLEMENTED,
                    "queues '" + move.from() + "' and '" + move.to().get() + "' are of different shards");
        }
        boolean waits = request.flagArgument("wait").orElse(true);
        Reply<MoveStatus> told = answer.then(status ->
                (waits ? answer.counting(status.moved()) : answer).give(Status.OK, "OK", Moves.describe(status)));
        Reply<MoveStatus> untold = new Reply<>() {
            @Override
            public void done(MoveStatus status) {}

            @Override
            public void refused(Refusal refusal) {
                told.refused(refusal);
            }
        };
        shard.moves().move(move, Queues.NO_BATCHES, waits ? untold : told, waits ? told : heard(answer));
    }

    /** The asker is gone by then, and the audit trail is not. */
    private static Reply<MoveStatus> heard(Answer answer) {
        return new Reply<>() {
            @Override
            public void done(MoveStatus status) {
                answer.alsoDone(status.moved());
            }

            @Override
            public void refused(Refusal refusal) {}
        };
    }

    private MoveRequest moveOf(ManagementRequest request) throws ManagementException {
        String from = request.name();
        MoveRequest move = MoveRequest.redrive(from);
        if (!redrives) {
            move = MoveRequest.all(
                    from,
                    request.textArgument("to")
                            .orElseThrow(() ->
                                    ManagementException.badRequest("argument 'to' is missing: the queue to move to")));
        }
        Optional<SourceFilter> filter = filterOf(request);
        if (filter.isPresent()) {
            move = move.withFilter(filter.get());
        }
        move = move.withLimit(request.numberArgument("count", 1).orElse(Long.MAX_VALUE));
        long rate = request.numberArgument("messagesPerSecond", 0).orElse(0L);
        if (rate > MoveRequest.MAX_PER_SECOND) {
            throw ManagementException.badRequest(
                    "argument 'messagesPerSecond' is " + MoveRequest.MAX_PER_SECOND + " at most");
        }
        return move.withMessagesPerSecond((int) rate);
    }

    /** The selector that a request brings along. */
    static Optional<SourceFilter> filterOf(ManagementRequest request) throws ManagementException {
        Optional<String> text = request.textArgument("filter").filter(written -> !written.isBlank());
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(SourceFilter.ofSelector(text.get()));
        } catch (InvalidFilterException e) {
            throw ManagementException.badRequest("argument 'filter': " + e.getMessage());
        }
    }
}
