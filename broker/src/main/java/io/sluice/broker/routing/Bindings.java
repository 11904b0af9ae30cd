package io.sluice.broker.routing;

import io.sluice.broker.Message;
import io.sluice.broker.Subscription;
import io.sluice.broker.Subscription.Selection;
import io.sluice.broker.SubscriptionExpiry;
import io.sluice.broker.TemporaryName;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.record.JournalRecord.Subscribed;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All subscriptions of a shard, and which of them a topic's messages go to. Those that are durable change by records alone, as their
 * queues do. Shard's thread only.
 */
public final class Bindings {
    private static final Logger LOG = LoggerFactory.getLogger(Bindings.class);

    /** Topics whose route is remembered; a producer of many topics looks each up anew. */
    private static final int MAX_ROUTES = 1024;

    /** By queue. In the order they came: what follows from a seed must be the same twice. */
    private final Map<Long, Binding> byQueue = new TreeMap<>();

    /** Durable ones by queue, until it is on the disk that they are gone: what a checkpoint has to remember. */
    private final Map<Long, Subscribed> recorded = new HashMap<>();

    private final Map<Subscription.Identity, Binding> byIdentity = new HashMap<>();
    private final Map<String, List<Binding>> exact = new HashMap<>();
    private final List<Binding> patterns = new ArrayList<>();
    private final Map<String, List<Binding>> routes = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, List<Binding>> eldest) {
            return size() > MAX_ROUTES;
        }
    };

    private final Function<Selection, Predicate<Message>> filters;
    /** Subscriptions that get other messages than those that pass. */
    private int rewriting;

    /** @param filters see {@link TopicSetup} */
    public Bindings(Function<Selection, Predicate<Message>> filters) {
        this.filters = filters;
    }

    public int size() {
        return byQueue.size();
    }

    /** In the order of their queues. */
    public Collection<Binding> all() {
        return Collections.unmodifiableCollection(byQueue.values());
    }

    public Optional<Binding> find(long queueId) {
        return Optional.ofNullable(byQueue.get(queueId));
    }

    /** Only of named ones. */
    public Optional<Binding> find(Subscription.Identity identity) {
        return Optional.ofNullable(byIdentity.get(identity));
    }

    /**
     * A record says so. A queue is for one subscription as long as it is; how its expiry stands, and what it selects, may change. Of one that is to go, it is still
     * what a checkpoint has to remember: whether it goes is not on the disk.
     */
    public void restore(Subscribed record, Queue queue) {
        Binding known = byQueue.get(queue.id());
        if (known != null) {
            changes(known, () -> known.recorded(record.subscription(), this::filterOf));
        } else if (!queue.isDeleted()) {
            add(record.subscription(), record.expiry().expiry(), queue, filterOf(record.subscription()));
        }
        recorded.put(queue.id(), record);
    }

    /** It selects otherwise from now on, by a decision whose record is on its way: {@link Binding#selectionRecorded} is to follow. */
    public void select(Binding binding, Subscription changed, Predicate<Message> newFilter) {
        changes(binding, () -> binding.select(changed, newFilter));
    }

    private void changes(Binding binding, Runnable change) {
        boolean counts = byQueue.get(binding.queue().id()) == binding;
        rewriting -= counts && binding.rewrites() ? 1 : 0;
        change.run();
        rewriting += counts && binding.rewrites() ? 1 : 0;
    }

    /** Whether any subscription gets other messages than those that pass. */
    public boolean anyRewrites() {
        return rewriting > 0;
    }

    /** What the queue gets in place of a message that is for it: itself, where it is no subscription's that rewrites. */
    public List<Message> copies(Queue queue, Message message) {
        Binding binding = byQueue.get(queue.id());
        return binding == null ? List.of(message) : binding.copies(message);
    }

    private Predicate<Message> filterOf(Subscription subscription) {
        if (subscription.selection().isAll()) {
            return null;
        }
        try {
            return filters.apply(subscription.selection());
        } catch (IllegalArgumentException e) {
            // Too much is better than to lose what it would have selected.
            LOG.error(
                    "The filter of subscription {} cannot be read; it gets every message: {}",
                    subscription.identity(),
                    e.getMessage());
            return null;
        }
    }

    /** @param filter null where every message passes */
    public Binding add(Subscription subscription, SubscriptionExpiry expiry, Queue queue, Predicate<Message> filter) {
        Binding binding = new Binding(subscription, queue, filter);
        binding.expiry(new SubscriptionExpiry.State(expiry, 0));
        byQueue.put(queue.id(), binding);
        rewriting += binding.rewrites() ? 1 : 0;
        if (subscription.durable()) {
            recorded.put(queue.id(), new Subscribed(queue.id(), subscription, binding.expiry()));
        }
        if (subscription.identity().isNamed()) {
            byIdentity.put(subscription.identity(), binding);
        }
        if (binding.pattern().isExact()) {
            exact.computeIfAbsent(subscription.topic(), topic -> new ArrayList<>())
                    .add(binding);
        } else {
            patterns.add(binding);
        }
        routes.clear();
        return binding;
    }

    /** The durable subscription of the queue, also of one that is to go but has not gone. */
    public Optional<Subscribed> recorded(long queueId) {
        return Optional.ofNullable(recorded.get(queueId));
    }

    /** The queue is gone. */
    public void forget(long queueId) {
        remove(queueId);
        recorded.remove(queueId);
    }

    /** The queue is to go, and the subscription with it: it gets nothing more. */
    public void remove(long queueId) {
        Binding binding = byQueue.remove(queueId);
        if (binding == null) {
            return;
        }
        rewriting -= binding.rewrites() ? 1 : 0;
        byIdentity.remove(binding.subscription().identity(), binding);
        patterns.remove(binding);
        exact.computeIfPresent(binding.subscription().topic(), (topic, bindings) -> {
            bindings.remove(binding);
            return bindings.isEmpty() ? null : bindings;
        });
        routes.clear();
    }

    /** Those whose topic this is, whatever they select. */
    public List<Binding> route(String topic) {
        if (byQueue.isEmpty()) {
            return List.of();
        }
        List<Binding> route = routes.get(topic);
        if (route == null) {
            route = findRoute(topic);
            routes.put(topic, route);
        }
        return route;
    }

    private List<Binding> findRoute(String topic) {
        List<Binding> route = new ArrayList<>(exact.getOrDefault(topic, List.of()));
        // Who subscribes to all there is does not mean what two others have between them.
        if (!patterns.isEmpty() && !TemporaryName.isTopic(topic)) {
            String[] words = TopicPattern.words(topic);
            for (Binding binding : patterns) {
                if (binding.pattern().matches(words)) {
                    route.add(binding);
                }
            }
        }
        return route;
    }

    /** Subscriptions to exactly this topic or pattern. */
    public List<Binding> named(String topic) {
        return byQueue.values().stream()
                .filter(binding -> binding.subscription().topic().equals(topic))
                .toList();
    }
}
