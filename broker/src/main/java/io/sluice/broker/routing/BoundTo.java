package io.sluice.broker.routing;

import io.sluice.broker.ExchangeBinding;
import io.sluice.broker.ExchangeDefinition.Type;
import io.sluice.broker.queue.Queue;
import java.util.Map;
import java.util.Optional;

/**
 * A binding in force.
 *
 * @param queue empty where the destination is an exchange
 */
record BoundTo(ExchangeBinding binding, Optional<Queue> queue, TopicPattern pattern, HeadersMatch headers) {
    private static final HeadersMatch NO_HEADERS = HeadersMatch.of(Map.of());

    /** @param type of the source */
    static BoundTo of(ExchangeBinding binding, Optional<Queue> queue, Type type) {
        return new BoundTo(
                binding,
                queue,
                TopicPattern.of(binding.key()),
                type == Type.HEADERS ? HeadersMatch.of(binding.arguments()) : NO_HEADERS);
    }
}
