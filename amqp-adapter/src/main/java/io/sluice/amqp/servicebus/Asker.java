package io.sluice.amqp.servicebus;

import io.sluice.amqp.Shards;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Clock;
import io.sluice.broker.port.Reply;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.transaction.ConnectionThread;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The connection that asks. Its event loop.
 *
 * @param number of the connection
 * @param container its container-id
 * @param receivers those of its links
 * @param messageIds gives one that no other message has
 * @param newIds for newid() in rules
 * @param thread where answers of shards are brought to
 */
public record Asker(
        long number,
        String container,
        Shards shards,
        LockTokens locks,
        Supplier<Set<Consumer>> receivers,
        Supplier<String> messageIds,
        Supplier<UUID> newIds,
        Clock clock,
        ConnectionThread thread) {
    /** What is done with what a shard says. */
    interface Step<T> {
        void run(T value) throws EntityException;
    }

    ShardMailbox shard(String queue) {
        return shards.of(queue);
    }

    /** For a shard to answer to: the step is on the event loop, and what it throws, as a refusal, is the answer. */
    <T> Reply<T> reply(EntityAnswer answer, Step<T> step) {
        return reply(answer, step, EntityException::of);
    }

    /** As {@link #reply(EntityAnswer, Step)}. @param refused what a refusal is called */
    <T> Reply<T> reply(EntityAnswer answer, Step<T> step, Function<Refusal, EntityException> refused) {
        return new Reply<>() {
            @Override
            public void done(T value) {
                thread.call(() -> {
                    try {
                        step.run(value);
                    } catch (EntityException e) {
                        answer.refuse(e);
                    }
                });
            }

            @Override
            public void refused(Refusal refusal) {
                thread.call(() -> answer.refuse(refused.apply(refusal)));
            }
        };
    }
}
