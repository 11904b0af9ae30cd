package io.sluice.broker.queue;

import io.sluice.broker.Message;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which messages of a queue an administrator means.
 *
 * @param filter which; empty: all. Asked on the shard's thread, of messages as they are; it must be quick and must not throw
 * @param limit most messages, 1 or more; of more, those that came first
 */
public record Selection(Optional<Predicate<Message>> filter, long limit) {
    public static final Selection ALL = new Selection(Optional.empty(), Long.MAX_VALUE);

    public Selection {
        Objects.requireNonNull(filter, "filter");
        if (limit < 1) {
            throw new IllegalArgumentException("1 message or more is meant, not " + limit);
        }
    }

    public Selection withFilter(Predicate<Message> newFilter) {
        return new Selection(Optional.of(newFilter), limit);
    }

    public Selection withLimit(long newLimit) {
        return new Selection(filter, newLimit);
    }

    boolean isAll() {
        return filter.isEmpty() && limit == Long.MAX_VALUE;
    }

    boolean takes(Message message) {
        return filter.isEmpty() || filter.get().test(message);
    }
}
