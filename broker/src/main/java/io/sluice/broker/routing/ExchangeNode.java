package io.sluice.broker.routing;

import io.sluice.broker.ExchangeBinding;
import io.sluice.broker.ExchangeDefinition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** One exchange and what it is the source of. Shard's thread only. */
final class ExchangeNode {
    private static final String[] NO_WORDS = {};

    private final ExchangeDefinition definition;
    private final Map<ExchangeBinding, BoundTo> bindings = new LinkedHashMap<>();
    /** Those that one key only is for. */
    private final Map<String, List<BoundTo>> byKey = new HashMap<>();
    /** Those that have to be looked at for each key. */
    private final List<BoundTo> others = new ArrayList<>();

    ExchangeNode(ExchangeDefinition definition) {
        this.definition = definition;
    }

    ExchangeDefinition definition() {
        return definition;
    }

    Collection<BoundTo> bindings() {
        return bindings.values();
    }

    Optional<BoundTo> find(ExchangeBinding binding) {
        return Optional.ofNullable(bindings.get(binding));
    }

    void add(BoundTo bound) {
        if (bindings.putIfAbsent(bound.binding(), bound) == null) {
            if (isByKey(bound)) {
                byKey.computeIfAbsent(bound.binding().key(), key -> new ArrayList<>())
                        .add(bound);
            } else {
                others.add(bound);
            }
        }
    }

    void remove(ExchangeBinding binding) {
        BoundTo bound = bindings.remove(binding);
        if (bound != null) {
            others.remove(bound);
            byKey.computeIfPresent(binding.key(), (key, all) -> {
                all.remove(bound);
                return all.isEmpty() ? null : all;
            });
        }
    }

    private boolean isByKey(BoundTo bound) {
        return switch (definition.type()) {
            case DIRECT -> true;
            case TOPIC -> bound.pattern().isExact();
            case FANOUT, HEADERS -> false;
        };
    }

    /** Those that want a message. @param headers by name, null where there is none */
    void match(String key, Function<String, Object> headers, Consumer<BoundTo> found) {
        byKey.getOrDefault(key, List.of()).forEach(found);
        if (others.isEmpty()) {
            return;
        }
        // A key without a character has no words, as RabbitMQ counts them.
        String[] words = key.isEmpty() ? NO_WORDS : TopicPattern.words(key);
        for (BoundTo bound : others) {
            boolean wants = switch (definition.type()) {
                case DIRECT -> false;
                case TOPIC -> bound.pattern().matches(words);
                case FANOUT -> true;
                case HEADERS -> bound.headers().matches(headers);
            };
            if (wants) {
                found.accept(bound);
            }
        }
    }
}
