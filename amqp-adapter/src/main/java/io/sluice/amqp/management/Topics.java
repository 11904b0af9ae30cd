package io.sluice.amqp.management;

import io.sluice.broker.TopicStatus;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** Entity type {@code topic}: topics and patterns that somebody publishes or subscribes to, by name. DELETE ends their subscriptions. */
final class Topics implements Listing {
    static final String TYPE = "topic";

    private static final Map<String, Function<TopicStatus, Object>> ATTRIBUTES = attributesByName();

    private final Queues queues;

    Topics(Queues queues) {
        this.queues = queues;
    }

    EntityType type() {
        return EntityType.of(
                TYPE,
                attributes(),
                new SimpleOperation("READ", List.of(), this::read),
                new SimpleOperation("DELETE", List.of(), this::delete));
    }

    private static Map<String, Function<TopicStatus, Object>> attributesByName() {
        Map<String, Function<TopicStatus, Object>> all = new LinkedHashMap<>();
        all.put("name", TopicStatus::name);
        all.put("identity", TopicStatus::name);
        all.put("type", topic -> TYPE);
        all.put("producers", TopicStatus::producers);
        all.put("subscriptions", topic -> topic.subscriptions().size());
        all.put("messages", Topics::messages);
        return all;
    }

    @Override
    public List<String> attributes() {
        return List.copyOf(ATTRIBUTES.keySet());
    }

    private static Map<String, Object> describe(TopicStatus status) {
        Map<String, Object> values = new LinkedHashMap<>();
        ATTRIBUTES.forEach((name, read) -> values.put(name, read.apply(status)));
        return values;
    }

    @Override
    public void page(Page page, Consumer<Rows> then) {
        TopicGathering.all(
                queues,
                all -> then.accept(
                        new Rows(page.of(all).stream().map(Topics::describe).toList(), all.size())));
    }

    private static long messages(TopicStatus topic) {
        return topic.subscriptions().stream()
                .mapToLong(subscription -> subscription.queue().messages())
                .sum();
    }

    private void read(ManagementRequest request, Answer answer) throws ManagementException {
        String name = request.name();
        TopicGathering.all(queues, all -> {
            Optional<TopicStatus> found =
                    all.stream().filter(topic -> topic.name().equals(name)).findFirst();
            if (found.isPresent()) {
                answer.give(Status.OK, "OK", describe(found.get()));
            } else {
                answer.refuse(new ManagementException(
                        Status.NOT_FOUND, "nobody publishes or subscribes to a topic '" + name + "'"));
            }
        });
    }

    private void delete(ManagementRequest request, Answer answer) throws ManagementException {
        String name = request.name();
        queues.owner(name)
                .topics()
                .delete(
                        name,
                        Queues.NO_BATCHES,
                        answer.then(
                                was -> answer.counting(messages(was)).give(Status.NO_CONTENT, "No Content", Map.of())));
    }
}
