package io.sluice.amqp.management;

import io.sluice.broker.Refusal;
import io.sluice.broker.shard.MoveStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Entity type {@code move}: moves and redrives that go on, and the last that ended. DELETE stops one: what it has under way is done.
 */
final class Moves implements Listing {
    static final String TYPE = "move";

    private static final Map<String, Function<MoveStatus, Object>> ATTRIBUTES = attributesByName();

    private final Queues queues;

    Moves(Queues queues) {
        this.queues = queues;
    }

    EntityType type() {
        return EntityType.of(
                TYPE,
                attributes(),
                new SimpleOperation("READ", List.of(), this::read),
                new SimpleOperation("DELETE", List.of(), this::stop));
    }

    private static Map<String, Function<MoveStatus, Object>> attributesByName() {
        Map<String, Function<MoveStatus, Object>> all = new LinkedHashMap<>();
        all.put("name", move -> Long.toString(move.id()));
        all.put("identity", move -> Long.toString(move.id()));
        all.put("type", move -> TYPE);
        all.put("from", MoveStatus::from);
        all.put("to", move -> move.to().orElse(null));
        all.put("running", MoveStatus::isRunning);
        all.put("messages", MoveStatus::moved);
        all.put("refused", MoveStatus::refused);
        all.put("stoppedBy", move -> move.stoppedBy().map(Refusal::text).orElse(null));
        all.put("refusals", Moves::refusals);
        return all;
    }

    private static List<Map<String, Object>> refusals(MoveStatus move) {
        List<Map<String, Object>> all = new ArrayList<>();
        for (MoveStatus.RefusedMessage refused : move.refusals()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("sequence", refused.sequence());
            one.put("why", refused.refusal().text());
            all.add(one);
        }
        return all;
    }

    @Override
    public List<String> attributes() {
        return List.copyOf(ATTRIBUTES.keySet());
    }

    static Map<String, Object> describe(MoveStatus status) {
        Map<String, Object> values = new LinkedHashMap<>();
        ATTRIBUTES.forEach((name, read) -> values.put(name, read.apply(status)));
        return values;
    }

    @Override
    public void page(Page page, Consumer<Rows> then) {
        all(all ->
                then.accept(new Rows(page.of(all).stream().map(Moves::describe).toList(), all.size())));
    }

    private void all(Consumer<List<MoveStatus>> then) {
        ShardGathering.<MoveStatus>all(
                queues,
                (shard, reply) -> shard.moves().list(Queues.NO_BATCHES, reply),
                Comparator.comparingLong(MoveStatus::id),
                then);
    }

    private void one(ManagementRequest request, Answer answer, Consumer<MoveStatus> then) throws ManagementException {
        String name = request.name();
        all(moves -> {
            Optional<MoveStatus> found = moves.stream()
                    .filter(move -> Long.toString(move.id()).equals(name))
                    .findFirst();
            if (found.isPresent()) {
                then.accept(found.get());
            } else {
                answer.refuse(none(name));
            }
        });
    }

    private static ManagementException none(String name) {
        return new ManagementException(Status.NOT_FOUND, "there is no move '" + name + "'");
    }

    private void read(ManagementRequest request, Answer answer) throws ManagementException {
        one(request, answer, move -> answer.give(Status.OK, "OK", describe(move)));
    }

    private void stop(ManagementRequest request, Answer answer) throws ManagementException {
        one(
                request,
                answer,
                move -> queues.of(move.from())
                        .moves()
                        .stop(move.id(), Queues.NO_BATCHES, answer.<Boolean>then(stopped -> {
                            if (stopped) {
                                answer.give(Status.NO_CONTENT, "No Content", Map.of());
                            } else {
                                answer.refuse(new ManagementException(
                                        Status.CONFLICT, "move " + move.id() + " has ended already"));
                            }
                        })));
    }
}
