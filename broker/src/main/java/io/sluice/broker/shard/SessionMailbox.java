package io.sluice.broker.shard;

import io.sluice.broker.Refusal;
import io.sluice.broker.SessionState;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.Reply;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.queue.Sessions;
import io.sluice.broker.queue.Turn;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The part of {@link ShardMailbox} that is about sessions: the same order, the same threads. But for {@link #states} who asks has to have the
 * session, with one of its consumers: {@code SESSION_LOCK_LOST} where it has not.
 */
public final class SessionMailbox {
    private final ShardMailbox mailbox;

    SessionMailbox(ShardMailbox mailbox) {
        this.mailbox = mailbox;
    }

    /** Makes a lock last anew. Answers when it ends, in epoch milliseconds. @param asking consumers of who asks */
    public void renew(String queue, String session, Set<Consumer> asking, Client client, Reply<Long> reply) {
        withHeld(
                queue,
                session,
                asking,
                client,
                reply,
                (sessions, shard, turn) -> answer(client, reply, sessions.renew(session, turn.nowMillis()), turn));
    }

    /** Answers what is kept with a session. */
    public void state(
            String queue, String session, Set<Consumer> asking, Client client, Reply<Optional<SessionState>> reply) {
        withHeld(
                queue,
                session,
                asking,
                client,
                reply,
                (sessions, shard, turn) -> answer(client, reply, sessions.state(session), turn));
    }

    /** Keeps something with a session, or nothing any longer. Answered when it is durable where the queue is. */
    public void keep(
            String queue,
            String session,
            Optional<byte[]> state,
            Set<Consumer> asking,
            Client client,
            Reply<Optional<SessionState>> reply) {
        withHeld(queue, session, asking, client, reply, (sessions, shard, turn) -> {
            Turn.Effect kept = applied -> answer(client, reply, sessions.state(session), applied);
            sessions.keep(session, state, shard.publishing().maxMessageBytes(), turn, kept)
                    .ifPresent(refusal -> refuse(client, reply, refusal, turn));
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

    private void withHeld(
            String queue, String session, Set<Consumer> asking, Client client, Reply<?> reply, With<Sessions> then) {
        withQueue(queue, client, reply, (found, shard, turn) -> {
            Optional<Refusal> refusal = found.sessions().refusalOf(session, asking);
            if (refusal.isPresent()) {
                refuse(client, reply, refusal.get(), turn);
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
