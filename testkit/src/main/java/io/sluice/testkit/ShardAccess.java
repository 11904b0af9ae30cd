package io.sluice.testkit;

import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.Reply;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.ShardMailbox.DeleteCondition;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** Asks a shard and waits for its answer. Any thread but the shard's own. */
final class ShardAccess {
    /** An answer takes microseconds: after so long there will be none. */
    private static final long TIMEOUT_SECONDS = 10;

    private static final Client NO_BATCHES = () -> {};

    private final ShardMailbox mailbox;
    private final Executor thread;
    private final CompletableFuture<Void> stopped;

    /**
     * @param thread the shard's
     * @param stopped completed when the shard answers no more, exceptionally when it should not have stopped
     */
    ShardAccess(ShardMailbox mailbox, Executor thread, CompletableFuture<Void> stopped) {
        this.mailbox = mailbox;
        this.thread = thread;
        this.stopped = stopped;
    }

    QueueStatus declare(QueueDefinition definition) {
        return ask(reply -> mailbox.declare(definition, NO_BATCHES, reply));
    }

    QueueStatus describe(String name) {
        return ask(reply -> mailbox.describe(name, NO_BATCHES, reply));
    }

    long purge(String name) {
        return this.<Long>ask(reply -> mailbox.purge(name, NO_BATCHES, reply));
    }

    void delete(String name) {
        this.<QueueStatus>ask(reply -> mailbox.delete(name, DeleteCondition.ALWAYS, NO_BATCHES, reply));
    }

    List<QueueStatus> list() {
        return ask(reply -> mailbox.list(NO_BATCHES, reply));
    }

    /** Time has passed: returns when all that was due has happened. */
    void tick() {
        // A turn looks at the clock when it starts: one that runs now may still go by the old time.
        quiesce();
        mailbox.tick();
        quiesce();
    }

    /**
     * Waits until everything is done that was posted before, with all that follows from it: a shard decides what comes in one
     * turn before it dispatches, so an answer alone may be ahead of what was asked for before it. The second round is for a turn
     * that was ending as the first was queued.
     */
    private void quiesce() {
        for (int round = 0; round < 2; round++) {
            CompletableFuture<Void> idle = new CompletableFuture<>();
            try {
                thread.execute(() -> idle.complete(null));
            } catch (RejectedExecutionException e) {
                throw closed(e);
            }
            await(idle);
        }
    }

    private static SluiceBrokerException closed(RejectedExecutionException threadIsGone) {
        return new SluiceBrokerException("the broker is closed", threadIsGone);
    }

    private <T> T ask(Consumer<Reply<T>> command) {
        quiesce();
        CompletableFuture<T> answer = new CompletableFuture<>();
        Reply<T> reply = new Reply<>() {
            @Override
            public void done(T value) {
                answer.complete(value);
            }

            @Override
            public void refused(Refusal refusal) {
                answer.completeExceptionally(new SluiceBrokerException(refusal.text()));
            }
        };
        try {
            command.accept(reply);
        } catch (RejectedExecutionException e) {
            throw closed(e);
        }
        return await(answer);
    }

    private <T> T await(CompletableFuture<T> answer) {
        try {
            CompletableFuture.anyOf(answer, stopped).get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            if (!answer.isDone()) {
                throw new SluiceBrokerException("the broker is closed");
            }
            return answer.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof SluiceBrokerException
                    ? (SluiceBrokerException) e.getCause()
                    : new SluiceBrokerException("the broker has stopped: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new SluiceBrokerException("the broker gave no answer within " + TIMEOUT_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SluiceBrokerException("interrupted while waiting for the broker", e);
        }
    }
}
