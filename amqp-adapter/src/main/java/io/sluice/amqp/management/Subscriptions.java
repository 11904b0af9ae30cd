package io.sluice.amqp.management;

import io.sluice.broker.QueueStatus;
import io.sluice.broker.Subscription;
import io.sluice.broker.SubscriptionExpiry;
import io.sluice.broker.SubscriptionStatus;
import io.sluice.broker.routing.TopicPattern;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Entity type {@code subscription}: what topics have. Its identity is the name of the queue its messages wait in, which may be looked
 * at and changed as any other. CREATE begins a durable one before anybody receives from it; DELETE ends one with all it holds.
 */
final class Subscriptions implements Listing {
    static final String TYPE = "subscription";
    static final String TOPIC = "topic";
    private static final String CONTAINER = "container";
    private static final String SHARED = "shared";
    private static final String NO_LOCAL = "noLocal";
    private static final List<String> ARGUMENTS =
            List.of(TOPIC, CONTAINER, SHARED, NO_LOCAL, RequestedFilter.SELECTOR, RequestedFilter.SQL);
    /** Allowed and without meaning: they say again what the request's properties say. */
    private static final List<String> REPEATED = List.of("name", "type");

    private static final Map<SubscriptionExpiry.Policy, String> POLICIES = Map.of(
            SubscriptionExpiry.Policy.LINK_DETACH, "link-detach",
            SubscriptionExpiry.Policy.SESSION_END, "session-end",
            SubscriptionExpiry.Policy.CONNECTION_CLOSE, "connection-close",
            SubscriptionExpiry.Policy.NEVER, "never");

    private static final Map<String, Function<SubscriptionStatus, Object>> ATTRIBUTES = attributesByName();

    private final Queues queues;

    Subscriptions(Queues queues) {
        this.queues = queues;
    }

    EntityType type() {
        return EntityType.of(
                TYPE,
                attributes(),
                new SimpleOperation("CREATE", ARGUMENTS, this::create),
                new SimpleOperation("READ", List.of(CONTAINER), this::read),
                new SimpleOperation("DELETE", List.of(CONTAINER), this::delete));
    }

    private static Map<String, Function<SubscriptionStatus, Object>> attributesByName() {
        Map<String, Function<SubscriptionStatus, Object>> all = new LinkedHashMap<>();
        all.put("name", of -> of.subscription().identity().name());
        all.put("identity", Subscriptions::identity);
        all.put("type", of -> TYPE);
        all.put(TOPIC, of -> of.subscription().topic());
        all.put(CONTAINER, of -> of.subscription().identity().container());
        all.put("durable", of -> of.subscription().durable());
        all.put(SHARED, of -> of.subscription().shared());
        all.put("global", of -> of.subscription().identity().isGlobal());
        all.put(NO_LOCAL, of -> of.subscription().noLocal());
        all.put(
                "filter",
                of -> of.subscription().selection().isAll()
                        ? null
                        : of.subscription().selection().text());
        all.put("links", SubscriptionStatus::links);
        all.put("expiryPolicy", of -> POLICIES.get(of.expiry().expiry().policy()));
        all.put("timeoutSeconds", of -> of.expiry().expiry().timeoutSeconds());
        all.put("endsAtMillis", of -> of.expiry().waits() ? of.expiry().endsAtMillis() : null);
        all.put("queue", Subscriptions::identity);
        all.put("messages", inQueue(QueueStatus::messages));
        all.put("bytes", inQueue(QueueStatus::bytes));
        all.put("unsettled", inQueue(QueueStatus::unsettled));
        all.put("scheduled", inQueue(QueueStatus::scheduled));
        return all;
    }

    private static Function<SubscriptionStatus, Object> inQueue(Function<QueueStatus, Object> read) {
        return of -> read.apply(of.queue());
    }

    private static String identity(SubscriptionStatus of) {
        return of.queue().definition().name();
    }

    @Override
    public List<String> attributes() {
        return List.copyOf(ATTRIBUTES.keySet());
    }

    private static Map<String, Object> describe(SubscriptionStatus status) {
        Map<String, Object> values = new LinkedHashMap<>();
        ATTRIBUTES.forEach((name, read) -> values.put(name, read.apply(status)));
        return values;
    }

    private void all(Consumer<List<SubscriptionStatus>> then) {
        TopicGathering.all(queues, topics -> {
            List<SubscriptionStatus> all = new ArrayList<>();
            topics.forEach(topic -> all.addAll(topic.subscriptions()));
            then.accept(all);
        });
    }

    @Override
    public void page(Page page, Consumer<Rows> then) {
        all(found -> then.accept(
                new Rows(page.of(found).stream().map(Subscriptions::describe).toList(), found.size())));
    }

    private void create(ManagementRequest request, Answer answer) throws ManagementException {
        Subscription asked = subscription(request);
        queues.owner(asked.topic())
                .topics()
                .declare(
                        asked,
                        Queues.NO_BATCHES,
                        answer.then(now -> answer.give(Status.CREATED, "Created", describe(now))));
    }

    private Subscription subscription(ManagementRequest request) throws ManagementException {
        for (Object key : request.body().keySet()) {
            if (!ARGUMENTS.contains(key) && !REPEATED.contains(key)) {
                throw ManagementException.badRequest(
                        "there is no attribute '" + key + "' to create a subscription with");
            }
        }
        String name = request.name();
        String topic = request.neededText(TOPIC);
        Optional<String> container = request.textArgument(CONTAINER).filter(given -> !given.isEmpty());
        boolean shared = request.flagArgument(SHARED).orElse(container.isEmpty());
        if (name.isEmpty()) {
            throw ManagementException.badRequest("a subscription needs a name");
        }
        if (topic.startsWith("$") || name.startsWith("$")) {
            throw ManagementException.badRequest("names that begin with $ are the broker's own");
        }
        if (!shared && container.isEmpty()) {
            throw ManagementException.badRequest(
                    "a subscription that is not shared is of one client: attribute '" + CONTAINER + "' is missing");
        }
        if (shared && name.indexOf('|') >= 0) {
            throw ManagementException.badRequest(
                    "the name of a shared subscription ends where its links' names have a |: there is one in '" + name
                            + "'");
        }
        if (queues.shards().count() > 1 && !TopicPattern.of(topic).isExact()) {
            throw new ManagementException(
                    Status.NOT_IMPLEMENTED,
                    "topics are spread over several shards, and a subscription is to one topic, not to '" + topic
                            + "'");
        }
        try {
            return new Subscription(
                    new Subscription.Identity(container.orElse(""), name, true),
                    topic,
                    RequestedFilter.of(request),
                    request.flagArgument(NO_LOCAL).orElse(false),
                    shared);
        } catch (IllegalArgumentException e) {
            throw ManagementException.badRequest(e.getMessage());
        }
    }

    private void read(ManagementRequest request, Answer answer) throws ManagementException {
        one(request, answer, found -> answer.give(Status.OK, "OK", describe(found)));
    }

    private void delete(ManagementRequest request, Answer answer) throws ManagementException {
        one(
                request,
                answer,
                found -> queues.of(found.subscription().topic())
                        .topics()
                        .unsubscribe(
                                found.subscription().identity(),
                                Queues.NO_BATCHES,
                                answer.then(was -> answer.counting(was.queue().messages())
                                        .give(Status.NO_CONTENT, "No Content", Map.of()))));
    }

    /** By identity, or by name where only one has it. */
    private void one(ManagementRequest request, Answer answer, Consumer<SubscriptionStatus> then)
            throws ManagementException {
        String name = request.name();
        boolean byIdentity = request.text("identity").isPresent();
        String container = request.textArgument(CONTAINER).orElse(null);
        all(every -> {
            List<SubscriptionStatus> found = every.stream()
                    .filter(of -> byIdentity ? identity(of).equals(name) : isNamed(of, name, container))
                    .toList();
            if (found.size() == 1) {
                then.accept(found.get(0));
            } else if (found.isEmpty()) {
                answer.refuse(new ManagementException(Status.NOT_FOUND, "there is no subscription '" + name + "'"));
            } else {
                answer.refuse(new ManagementException(
                        Status.CONFLICT,
                        found.size() + " subscriptions have the name '" + name + "'; say which by identity, such as '"
                                + identity(found.get(0)) + "'"));
            }
        });
    }

    private static boolean isNamed(SubscriptionStatus of, String name, String container) {
        return of.subscription().identity().name().equals(name)
                && (container == null
                        || of.subscription().identity().container().equals(container));
    }
}
