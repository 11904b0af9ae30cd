package io.sluice.broker.routing;

import io.sluice.broker.Divert;
import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Subscription.Selection;
import io.sluice.broker.definitions.Definitions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What a shard is told of topics, exchanges and diverts from the edge.
 *
 * @param queue what the queue of a subscription to this topic is; its name and whether it is durable are the subscription's affair
 * @param filters compiles what a front end has written of a subscription's filter, after a restart; what it gives is quick and throws
 *     nothing. It throws {@code IllegalArgumentException} where it cannot read it any more
 * @param maxSubscriptions of all topics together, 1 or more
 * @param headers a header of a message by name, as {@code Publish.header} gives it; quick, and throws nothing. For dead letters, whose
 *     bytes are all that is left of how they came
 * @param diverts by which messages go elsewhere; before those of the same name that are defined
 * @param defined what is defined for the broker as a whole; empty: what this shard's own journal says. Any thread
 */
public record TopicSetup(
        Function<String, QueueDefinition> queue,
        Function<Selection, Predicate<Message>> filters,
        int maxSubscriptions,
        BiFunction<Message, String, Object> headers,
        List<Divert> diverts,
        Optional<Supplier<Definitions>> defined) {
    /** Queues without limits, and subscriptions without filters. */
    public static final TopicSetup PLAIN = new TopicSetup(
            QueueDefinition::named,
            selection -> {
                throw new IllegalArgumentException("nobody reads filters here");
            },
            10_000);

    /** Where dead letters have no headers. */
    public TopicSetup(
            Function<String, QueueDefinition> queue,
            Function<Selection, Predicate<Message>> filters,
            int maxSubscriptions) {
        this(queue, filters, maxSubscriptions, (message, header) -> null);
    }

    /** Where nothing is diverted. */
    public TopicSetup(
            Function<String, QueueDefinition> queue,
            Function<Selection, Predicate<Message>> filters,
            int maxSubscriptions,
            BiFunction<Message, String, Object> headers) {
        this(queue, filters, maxSubscriptions, headers, List.of(), Optional.empty());
    }

    public TopicSetup withDiverts(List<Divert> all) {
        return new TopicSetup(queue, filters, maxSubscriptions, headers, all, defined);
    }

    /** @param now see {@link #defined} */
    public TopicSetup withDefinitions(Supplier<Definitions> now) {
        return new TopicSetup(queue, filters, maxSubscriptions, headers, diverts, Optional.of(now));
    }

    /** All diverts, in the order in which they are looked at. */
    public List<Divert> divertsWith(Definitions definitions) {
        if (definitions.diverts().isEmpty()) {
            return diverts;
        }
        Set<String> names = new HashSet<>();
        diverts.forEach(divert -> names.add(divert.name()));
        List<Divert> all = new ArrayList<>(diverts);
        definitions.diverts().stream()
                .filter(divert -> !names.contains(divert.name()))
                .forEach(all::add);
        return all;
    }

    public TopicSetup {
        Objects.requireNonNull(queue, "queue");
        Objects.requireNonNull(filters, "filters");
        Objects.requireNonNull(headers, "headers");
        Objects.requireNonNull(defined, "defined");
        diverts = List.copyOf(diverts);
        if (maxSubscriptions < 1) {
            throw new IllegalArgumentException("maxSubscriptions is 1 or more, not " + maxSubscriptions);
        }
    }
}
