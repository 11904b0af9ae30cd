package io.sluice.broker.routing;

import io.sluice.broker.ExchangeBinding;
import io.sluice.broker.ExchangeDefinition;
import io.sluice.broker.ExchangeDefinition.Type;
import io.sluice.broker.NodeKind;
import io.sluice.broker.Refusal;
import io.sluice.broker.explain.RouteExplanation.Step;
import io.sluice.broker.explain.RouteReason;
import io.sluice.broker.queue.Queue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The exchanges of a shard, what is bound to them, and where a message goes. Shard's thread only. */
public final class Exchanges {
    /** Whose targets are remembered; a producer of many keys has each looked up anew. */
    private static final int MAX_ROUTES = 1024;
    /** Of bindings that do not match, how many are told. */
    private static final int MAX_EXAMPLES = 10;

    private final Map<String, ExchangeNode> byName = new TreeMap<>();
    /** In the order they came: what follows from a seed must be the same twice. */
    private final Map<Long, Set<ExchangeBinding>> byQueue = new HashMap<>();

    private final Map<String, Set<ExchangeBinding>> byExchange = new HashMap<>();
    private final Map<Key, List<Queue>> routes = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, List<Queue>> eldest) {
            return size() > MAX_ROUTES;
        }
    };
    private int bindings;

    private record Key(String exchange, String routingKey) {}

    public Exchanges() {
        ExchangeDefinition.PREDECLARED.forEach(this::declare);
    }

    /** How many there are, without those that are always there. */
    public int declared() {
        return byName.size() - ExchangeDefinition.PREDECLARED.size();
    }

    /** How many bindings there are. */
    public int bindings() {
        return bindings;
    }

    public Optional<ExchangeDefinition> find(String name) {
        return Optional.ofNullable(byName.get(name)).map(ExchangeNode::definition);
    }

    /** By name. */
    public List<ExchangeDefinition> all() {
        return byName.values().stream().map(ExchangeNode::definition).toList();
    }

    public boolean has(ExchangeBinding binding) {
        ExchangeNode source = byName.get(binding.source());
        return source != null && source.find(binding).isPresent();
    }

    /** That this exchange is the source of, in the order they came. */
    public List<ExchangeBinding> from(String exchange) {
        ExchangeNode source = byName.get(exchange);
        return source == null
                ? List.of()
                : source.bindings().stream().map(BoundTo::binding).toList();
    }

    public int countFrom(String exchange) {
        ExchangeNode source = byName.get(exchange);
        return source == null ? 0 : source.bindings().size();
    }

    /** That end in this exchange. */
    public List<ExchangeBinding> toExchange(String exchange) {
        return List.copyOf(byExchange.getOrDefault(exchange, Set.of()));
    }

    /** That end in this queue. */
    public List<ExchangeBinding> toQueue(long queueId) {
        return List.copyOf(byQueue.getOrDefault(queueId, Set.of()));
    }

    /** Whether something is bound to the queue. */
    public boolean isBound(long queueId) {
        return byQueue.containsKey(queueId);
    }

    /** Why an exchange does not take this binding, though both ends are there. */
    public static Optional<Refusal> refusalOf(ExchangeDefinition source, ExchangeBinding binding) {
        if (source.type() == Type.HEADERS) {
            try {
                HeadersMatch.of(binding.arguments());
            } catch (IllegalArgumentException e) {
                return Optional.of(Refusal.of(Refusal.Kind.INVALID_FIELD, e.getMessage()));
            }
        }
        return Optional.empty();
    }

    // ---- changes

    /** One that is there keeps what is bound to it. */
    public void declare(ExchangeDefinition exchange) {
        ExchangeNode node = new ExchangeNode(exchange);
        ExchangeNode before = byName.put(exchange.name(), node);
        if (before != null) {
            before.bindings().forEach(node::add);
        }
        routes.clear();
    }

    /** With all bindings from it and to it. @return sources of bindings that went, but for itself */
    public Set<String> delete(String exchange) {
        Set<String> sources = new LinkedHashSet<>();
        toExchange(exchange).forEach(binding -> {
            sources.add(binding.source());
            unbind(binding);
        });
        from(exchange).forEach(this::unbind);
        byName.remove(exchange);
        routes.clear();
        sources.remove(exchange);
        return sources;
    }

    /** Changes nothing where it is there, or its source is not. @param queue empty where the destination is an exchange */
    public void bind(ExchangeBinding binding, Optional<Queue> queue) {
        ExchangeNode source = byName.get(binding.source());
        if (source == null || !into(binding, queue).add(binding)) {
            return;
        }
        source.add(BoundTo.of(binding, queue, source.definition().type()));
        bindings++;
        routes.clear();
    }

    private Set<ExchangeBinding> into(ExchangeBinding binding, Optional<Queue> queue) {
        return queue.isPresent()
                ? byQueue.computeIfAbsent(queue.get().id(), id -> new LinkedHashSet<>())
                : byExchange.computeIfAbsent(binding.destination(), name -> new LinkedHashSet<>());
    }

    public void unbind(ExchangeBinding binding) {
        ExchangeNode source = byName.get(binding.source());
        if (source == null) {
            return;
        }
        source.find(binding).ifPresent(bound -> {
            source.remove(binding);
            if (bound.queue().isPresent()) {
                drop(byQueue, bound.queue().get().id(), binding);
            } else {
                drop(byExchange, binding.destination(), binding);
            }
            bindings--;
            routes.clear();
        });
    }

    private static <K> void drop(Map<K, Set<ExchangeBinding>> map, K key, ExchangeBinding binding) {
        map.computeIfPresent(key, (same, all) -> {
            all.remove(binding);
            return all.isEmpty() ? null : all;
        });
    }

    /** The queue is gone, and what is bound to it. @return sources of bindings that went */
    public Set<String> forget(long queueId) {
        Set<String> sources = new LinkedHashSet<>();
        for (ExchangeBinding binding : toQueue(queueId)) {
            sources.add(binding.source());
            unbind(binding);
        }
        return sources;
    }

    // ---- where messages go

    /**
     * The queues a message is for, each once; none where it is for none. The default exchange has no bindings and gives none.
     *
     * @param headers by name, null where there is none; asked only where there is a headers exchange on the way
     */
    public List<Queue> route(String exchange, String routingKey, Function<String, Object> headers) {
        Key key = new Key(exchange, routingKey);
        List<Queue> known = routes.get(key);
        if (known != null) {
            return known;
        }
        Search search = new Search();
        search.byKey(exchange, routingKey, headers);
        List<Queue> found = new ArrayList<>(search.queues);
        if (!search.sawHeaders) {
            routes.put(key, found);
        }
        return found;
    }

    /** As {@link #route}, looked up anew. @param trace hears which way a message takes, and where it does not go on */
    public void explain(String exchange, String routingKey, Function<String, Object> headers, Consumer<Step> trace) {
        Search search = new Search();
        search.trace = trace;
        search.byKey(exchange, routingKey, headers);
    }

    /** The queues that some message to this exchange may be for. */
    public Collection<Queue> reachable(String exchange) {
        Search search = new Search();
        search.all(exchange);
        return search.queues;
    }

    /** From exchange to exchange, each once: so loops end. */
    private final class Search {
        private final Set<Queue> queues = new LinkedHashSet<>();
        private final Set<String> seen = new HashSet<>();
        private final ArrayDeque<ExchangeNode> left = new ArrayDeque<>();
        private boolean sawHeaders;
        /** Null where nobody asks for the way. */
        private Consumer<Step> trace;

        private void visit(String exchange) {
            ExchangeNode node = byName.get(exchange);
            if (node != null && seen.add(exchange)) {
                left.add(node);
            }
        }

        private void byKey(String exchange, String routingKey, Function<String, Object> headers) {
            visit(exchange);
            for (ExchangeNode node = left.poll(); node != null; node = left.poll()) {
                sawHeaders |= node.definition().type() == Type.HEADERS;
                boolean[] matched = new boolean[1];
                String name = node.definition().name();
                node.match(routingKey, headers, bound -> {
                    matched[0] = true;
                    tell(name, bound.binding());
                    reach(bound);
                });
                if (!matched[0]) {
                    tellNone(node);
                    node.definition().alternateExchange().ifPresent(this::visit);
                }
            }
        }

        private void tell(String at, ExchangeBinding binding) {
            if (trace != null) {
                boolean before = binding.kind() == NodeKind.EXCHANGE && seen.contains(binding.destination());
                RouteReason reason = before ? RouteReason.SEEN : RouteReason.BOUND;
                tell(reason, at, binding.kind(), binding.destination(), text(binding));
            }
        }

        private void tell(RouteReason reason, String at, NodeKind toKind, String to, String by) {
            trace.accept(new Step(reason, NodeKind.EXCHANGE, at, Optional.of(toKind), to, by, 0));
        }

        private void tellNone(ExchangeNode node) {
            if (trace == null) {
                return;
            }
            String name = node.definition().name();
            int count = node.bindings().size();
            String some = node.bindings().stream()
                    .limit(MAX_EXAMPLES)
                    .map(bound -> text(bound.binding()))
                    .collect(Collectors.joining(", "));
            RouteReason reason = count == 0 ? RouteReason.NO_BINDINGS : RouteReason.NO_BINDING_MATCHES;
            trace.accept(new Step(reason, NodeKind.EXCHANGE, name, Optional.empty(), "", some, count));
            node.definition()
                    .alternateExchange()
                    .ifPresent(alternate -> tell(onwards(alternate), name, NodeKind.EXCHANGE, alternate, ""));
        }

        private RouteReason onwards(String alternate) {
            if (!byName.containsKey(alternate)) {
                return RouteReason.NO_SUCH_EXCHANGE;
            }
            return seen.contains(alternate) ? RouteReason.SEEN : RouteReason.ALTERNATE_EXCHANGE;
        }

        /** What it compares. */
        private static String text(ExchangeBinding binding) {
            return binding.arguments().isEmpty()
                    ? "'" + binding.key() + "'"
                    : "'" + binding.key() + "' " + binding.arguments();
        }

        private void all(String exchange) {
            visit(exchange);
            for (ExchangeNode node = left.poll(); node != null; node = left.poll()) {
                node.bindings().forEach(this::reach);
                node.definition().alternateExchange().ifPresent(this::visit);
            }
        }

        private void reach(BoundTo bound) {
            if (bound.binding().kind() == NodeKind.EXCHANGE) {
                visit(bound.binding().destination());
            } else {
                bound.queue().ifPresent(queues::add);
            }
        }
    }
}
