package io.sluice.broker.shard;

import io.sluice.broker.Refusal;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.Reply;
import java.util.List;
import java.util.Optional;

/** The part of {@link ShardMailbox} that is about moves of messages from queue to queue: the same order, the same threads. */
public final class MoveMailbox {
    private final ShardMailbox mailbox;

    MoveMailbox(ShardMailbox mailbox) {
        this.mailbox = mailbox;
    }

    /**
     * Moves what is available from one queue to another, in the order of service; what consumers have locked stays. Each message is in
     * one of the two queues at any time, expires when it would have, and has no failed deliveries in the other. It goes on until the
     * queue has no more or {@code limit} is reached, beside all other work; it ends when a batch is refused.
     *
     * @param to is created where the pattern for automatic creation allows
     * @param limit 1 or more
     * @param client called with the answer
     */
    public void move(String from, String to, long limit, Client client, Reply<Moved> reply) {
        Reply<MoveStatus> started = new Reply<>() {
            @Override
            public void done(MoveStatus status) {}

            @Override
            public void refused(Refusal refusal) {
                reply.refused(refusal);
            }
        };
        Reply<MoveStatus> ended = new Reply<>() {
            @Override
            public void done(MoveStatus status) {
                reply.done(new Moved(status.moved(), status.stoppedBy()));
            }

            @Override
            public void refused(Refusal refusal) {
                reply.refused(refusal);
            }
        };
        move(MoveRequest.all(from, to).withLimit(limit), client, started, ended);
    }

    /**
     * Moves messages as the request says, or dead letters back to where they came from. As {@link #move(String, String, long, Client,
     * Reply)}, but a dead letter that cannot go back is passed over, and goes back marked: its annotation
     * {@code x-opt-redriven-count} says how often. A move ends with the broker; what is moved by then is.
     *
     * @param client called with the answers
     * @param started hears that it goes on, under which id, or why not; then nothing else comes
     * @param ended hears how it ended; is never refused
     */
    public void move(MoveRequest request, Client client, Reply<MoveStatus> started, Reply<MoveStatus> ended) {
        mailbox.post((shard, turn) -> shard.administration()
                .moves()
                .start(request, posted(client, started), posted(client, ended), turn.nowMillis()));
    }

    private <T> Reply<T> posted(Client client, Reply<T> reply) {
        return new Reply<>() {
            @Override
            public void done(T value) {
                answer(client, () -> reply.done(value));
            }

            @Override
            public void refused(Refusal refusal) {
                answer(client, () -> reply.refused(refusal));
            }
        };
    }

    /** Stops a move; answers false where none of this id goes on. What it has under way is done, then it ends. */
    public void stop(long id, Client client, Reply<Boolean> reply) {
        mailbox.post((shard, turn) -> {
            boolean stopped = shard.administration().moves().stop(id);
            turn.calling(client);
            reply.done(stopped);
        });
    }

    /** The moves that go on, behind the last hundred that ended. */
    public void list(Client client, Reply<List<MoveStatus>> reply) {
        mailbox.post((shard, turn) -> {
            turn.calling(client);
            reply.done(shard.administration().moves().all());
        });
    }

    private void answer(Client client, Runnable answer) {
        mailbox.post((shard, turn) -> {
            turn.calling(client);
            answer.run();
        });
    }

    /**
     * How a move ended.
     *
     * @param messages that were moved
     * @param stoppedBy why no more could be: the other queue is full, or one of the two is gone; else empty
     */
    public record Moved(long messages, Optional<Refusal> stoppedBy) {}
}
