package io.sluice.broker.shard;

import io.sluice.broker.Refusal;
import io.sluice.broker.SessionState;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.Reply;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.queue.Sessions;
import io.sluice.broker.queue.Turn;
import java.util.Map;
import java.util.Optional;

/**
 * The part of {@link ShardMailbox} that is about sessions: the same order, the same threads. But for {@link #states} who asks has to have the
 * session, with one of its consumers: {@code SESSION_LOCK_LOST} where it has not.
 */
public final class SessionMailbox {
    private final ShardMailbox mailbox;

    SessionMailbox(ShardMailbox mailbox) {
        this.mailbox = mailbox;
    }

    /** Makes its lock last anew. Answers when it ends, in epoch milliseconds. */
    public void renew(OwnSession session, Reply<Long> reply) {
        withHeld(session, reply, (sessions, shard, turn) -> {
            long endsAtMillis = sessions.renew(session.id(), turn.nowMillis());
            answer(session.client(), reply, endsAtMillis, turn);
        });
    }

    /** Answers what is kept with it. */
    public void state(OwnSession session, Reply<Optional<SessionState>> reply) {
        withHeld(
                session,
                reply,
                (sessions, shard, turn) -> answer(session.client(), reply, sessions.state(session.id()), turn));
    }

    /** Keeps something with it, or nothing any longer. Answered when it is durable where the queue is. */
    public void keep(OwnSession session, Optional<byte[]> state, Reply<Optional<SessionState>> reply) {
        withHeld(session, reply, (sessions, shard, turn) -> {
            Turn.Effect kept = applied -> answer(session.client(), reply, sessions.state(session.id()), applied);
            sessions.keep(session.id(), state, shard.publishing().maxMessageBytes(), turn, kept)
                    .ifPresent(refusal -> refuse(session.client(), reply, refusal, turn));
        });
    }

    /** Answers what is kept with all sessions of a queue, whoever has them. */
    public void states(String queue, Client client, Reply<Map<String, SessionState>> reply) {
        withQueue(
                queue,
                client,
                reply,
                (found, shard, turn) -> answer(client, reply, found.sessions().states(), turn));
    }

    private interface With<T> {
        void run(T what, Shard shard, Turn turn);
    }

    private void withHeld(OwnSession session, Reply<?> reply, With<Sessions> then) {
        withQueue(session.queue(), session.client(), reply, (found, shard, turn) -> {
            Optional<Refusal> refusal = found.sessions().refusalOf(session.id(), session.asking());
            if (refusal.isPresent()) {
                refuse(session.client(), reply, refusal.get(), turn);
            } else {
                then.run(found.sessions(), shard, turn);
            }
        });
    }

    private void withQueue(String name, Client client, Reply<?> reply, With<Queue> then) {
        mailbox.post((shard, turn) -> {
            Optional<Queue> queue = shard.administration().queues().find(name);
            if (queue.isPresent()) {
                then.run(queue.get(), shard, turn);
            } else {
                refuse(client, reply, Administration.noQueue(name), turn);
            }
        });
    }

    private static void refuse(Client client, Reply<?> reply, Refusal refusal, Turn turn) {
        turn.calling(client);
        reply.refused(refusal);
    }

    private static <T> void answer(Client client, Reply<T> reply, T value, Turn turn) {
        turn.calling(client);
        reply.done(value);
    }
}
