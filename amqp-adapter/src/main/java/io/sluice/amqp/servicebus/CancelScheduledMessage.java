package io.sluice.amqp.servicebus;

import io.sluice.broker.security.Permissions.Action;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code cancel-scheduled-message}: {@code sequence-numbers}; one after the other, up to the first that waits for no time. */
final class CancelScheduledMessage implements EntityOperation {
    private static final int MAX_MESSAGES = 1_000;

    private final Asker asker;

    CancelScheduledMessage(Asker asker) {
        this.asker = asker;
    }

    @Override
    public String name() {
        return "cancel-scheduled-message";
    }

    /** As in Service Bus: it belongs to sending. */
    @Override
    public Action action() {
        return Action.SEND;
    }

    @Override
    public Optional<Map<String, String>> audited(EntityRequest request) {
        return Optional.of(Map.of());
    }

    @Override
    public void run(EntityRequest request, Entity entity, EntityAnswer answer) throws EntityException {
        String queue = entity.name();
        cancel(queue, request.needNumbers("sequence-numbers", MAX_MESSAGES), answer.counting(0), 1);
    }

    /** @param nth of all, from 1, the first of these is */
    private void cancel(String queue, List<Long> numbers, EntityAnswer answer, int nth) {
        if (numbers.isEmpty()) {
            answer.ok(Map.of());
            return;
        }
        long number = numbers.get(0);
        List<Long> rest = numbers.subList(1, numbers.size());
        // Looked at first: one that is parked is not for its sender to take away.
        asker.shard(queue).scheduled(queue, number, 1, asker.thread(), asker.reply(answer, some -> {
            boolean waits =
                    some.messages().stream().anyMatch(message -> message.sequence() == number && !message.isParked());
            if (!waits) {
                throw none(queue, number);
            }
            asker.shard(queue).cancelScheduled(queue, number, asker.thread(), asker.reply(answer, cancelled -> {
                if (!cancelled) {
                    throw none(queue, number);
                }
                cancel(queue, rest, answer.counting(nth), nth + 1);
            }));
        }));
    }

    private static EntityException none(String queue, long number) {
        return EntityException.messageNotFound("no message " + number + " of queue '" + queue + "' waits for its time");
    }
}
