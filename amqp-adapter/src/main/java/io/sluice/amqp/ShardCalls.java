package io.sluice.amqp;

import io.sluice.broker.Refusal;
import io.sluice.broker.security.Permissions;
import io.sluice.broker.transaction.ConnectionThread;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;

/**
 * Brings what shards tell the links of one connection onto its event loop. On small machines a shard runs on that very loop and
 * the calls go straight through; otherwise they are collected and handed over once for each turn of the shard.
 */
final class ShardCalls implements ConnectionThread {
    private final Executor loop;
    private final BooleanSupplier inLoop;
    private final Runnable turnDone;
    private final PeerAccess access;
    private final Queue<Runnable> collected = new ConcurrentLinkedQueue<>();

    /**
     * @param inLoop whether the caller is on the loop
     * @param turnDone runs on the loop behind the calls of a turn
     * @param access what the peer may do
     */
    ShardCalls(Executor loop, BooleanSupplier inLoop, Runnable turnDone, PeerAccess access) {
        this.access = access;
        this.loop = loop;
        this.inLoop = inLoop;
        this.turnDone = turnDone;
    }

    /** Whether the caller may touch the connection at once; if not, it is to use {@link #later}. */
    boolean direct() {
        return inLoop.getAsBoolean();
    }

    /** To be run on the loop when the turn of the shard ends. */
    void later(Runnable call) {
        collected.add(call);
    }

    @Override
    public void call(Runnable answer) {
        if (direct()) {
            answer.run();
        } else {
            later(answer);
        }
    }

    /** Runs on the loop whenever it comes to it, at once if the caller is there. */
    void onLoop(Runnable call) {
        if (direct()) {
            call.run();
            turnDone.run();
        } else {
            loop.execute(() -> {
                call.run();
                turnDone.run();
            });
        }
    }

    /**
     * Runs on the loop behind what waits there, also where the caller is on it.
     *
     * @return false where the loop has ended
     */
    boolean whenItsTurnComes(Runnable call) {
        try {
            loop.execute(call);
            return true;
        } catch (RejectedExecutionException ended) {
            return false;
        }
    }

    PeerAccess access() {
        return access;
    }

    @Override
    public Optional<Refusal> refusalToCreate(String queue) {
        return access.refusal(Permissions.Action.CREATE, queue);
    }

    @Override
    public void turnEnded() {
        if (direct()) {
            turnDone.run();
        } else {
            loop.execute(this::handOver);
        }
    }

    private void handOver() {
        Runnable call;
        while ((call = collected.poll()) != null) {
            call.run();
        }
        turnDone.run();
    }
}
