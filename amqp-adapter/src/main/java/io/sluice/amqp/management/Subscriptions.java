package io.sluice.amqp.management;

import io.sluice.broker.QueueStatus;
import io.sluice.broker.SubscriptionExpiry;
import io.sluice.broker.SubscriptionStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Entity type {@code subscription}: what topics have. Its identity is the name of the queue its messages wait in, which may be looked
 * at and changed as any other. DELETE ends it with all it holds.
 */
final class Subscriptions implements Listing {
    static final String TYPE = "subscription";

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
                new SimpleOperation("READ", List.of("container"), this::read),
                new SimpleOperation("DELETE", List.of("container"), this::delete));
    }

    private static Map<String, Function<SubscriptionStatus, Object>> attributesByName() {
        Map<String, Function<SubscriptionStatus, Object>> all = new LinkedHashMap<>();
        all.put("name", of -> of.subscription().identity().name());
        all.put("identity", Subscriptions::identity);
        all.put("type", of -> TYPE);
        all.put("topic", of -> of.subscription().topic());
        all.put("container", of -> of.subscription().identity().container());
        all.put("durable", of -> of.subscription().durable());
        all.put("shared", of -> of.subscription().shared());
        all.put("global", of -> of.subscription().identity().isGlobal());
        all.put("noLocal", of -> of.subscription().noLocal());
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

    private void read(ManagementRequest request, Answer answer) throws ManagementException {
        one(request, answer, found -> answer.give(Status.OK, "OK", describe(found)));
    }

    private void delete(ManagementRequest request, Answer answer) throws ManagementException {
        one(
                request,
                answer,
                found -> queues.of(found.subscription().topic())
                        .unsubscribe(
                                found.subscription().identity(),
                                Queues.NO_BATCHES,
                                answer.then(was -> answer.give(Status.NO_CONTENT, "No Content", Map.of()))));
    }

    /** By identity, or by name where only one has it. */
    private void one(ManagementRequest request, Answer answer, Consumer<SubscriptionStatus> then)
            throws ManagementException {
        String name = request.name();
        boolean byIdentity = request.text("identity").isPresent();
        String container = request.textArgument("container").orElse(null);
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
