package io.sluice.amqp.servicebus;

import io.sluice.broker.PeekedMessage;
import io.sluice.broker.security.Permissions.Action;
import io.sluice.broker.shard.OwnSession;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code batch-delete-messages}: {@code message-count}, {@code enqueued-time-utc} and {@code session-id}; removes the first of those that are available
 * and came before that time, and is answered with {@code message-count}: how many. 204 where there were none. A session is asked for by
 * the connection that has it.
 */
final class BatchDeleteMessages implements EntityOperation {
    private static final String COUNT = "message-count";
    private static final String BEFORE = "enqueued-time-utc";
    private static final String SESSION = "session-id";
    /** As in Service Bus; of more are asked for, clients ask again until there are none. */
    private static final int MAX_MESSAGES = 4_000;
    /** Looked at in one turn of the shard. */
    private static final int MAX_LOOKED_AT = 500;

    private static final int MAX_BYTES = 512 << 10;

    private final Asker asker;

    BatchDeleteMessages(Asker asker) {
        this.asker = asker;
    }

    @Override
    public String name() {
        return "batch-delete-messages";
    }

    /** It could as well receive them. */
    @Override
    public Action action() {
        return Action.RECEIVE;
    }

    @Override
    public Optional<Map<String, String>> audited(EntityRequest request) {
        Object session = request.body().get(SESSION);
        return Optional.of(session == null ? Map.of() : Map.of("session", session.toString()));
    }

    @Override
    public void run(EntityRequest request, Entity entity, EntityAnswer answer) throws EntityException {
        long count = request.number(COUNT, 0);
        if (count < 1) {
            throw request.wrong(COUNT, "1 or more");
        }
        Object before = request.body().get(BEFORE);
        if (before != null && !(before instanceof Date)) {
            throw request.wrong(BEFORE, "a timestamp");
        }
        Deleting deleting = new Deleting(
                entity.and(request.session()),
                before instanceof Date time ? time.getTime() : Long.MAX_VALUE,
                (int) Math.min(MAX_MESSAGES, count),
                answer);
        Optional<String> session = request.text(SESSION);
        if (session.isEmpty()) {
            deleting.look(1);
            return;
        }
        if (entity.deadLetters()) {
            throw SessionOperation.noSessions();
        }
        OwnSession own =
                new OwnSession(entity.name(), session.get(), asker.receivers().get(), asker.thread());
        asker.shard(entity.name()).sessions().state(own, asker.reply(answer, held -> deleting.look(1)));
    }

    /** One request, from the front of the queue on, some messages at a time. */
    private final class Deleting {
        private final Entity entity;
        private final long beforeMillis;
        private final int most;
        private final EntityAnswer answer;
        private int deleted;

        Deleting(Entity entity, long beforeMillis, int most, EntityAnswer answer) {
            this.entity = entity;
            this.beforeMillis = beforeMillis;
            this.most = most;
            this.answer = answer;
        }

        void look(long from) {
            String queue = entity.name();
            PeekedMessage.Range range = new PeekedMessage.Range(from, MAX_LOOKED_AT, MAX_BYTES);
            asker.shard(queue).peek(queue, range, asker.thread(), asker.reply(answer, some -> {
                List<Long> numbers = some.messages().stream()
                        .filter(this::isMeant)
                        .limit(most - deleted)
                        .map(PeekedMessage::sequence)
                        .toList();
                if (numbers.isEmpty()) {
                    goOn(some.nextSequence());
                } else {
                    delete(numbers, some.nextSequence());
                }
            }));
        }

        private boolean isMeant(PeekedMessage peeked) {
            return peeked.state() == PeekedMessage.State.AVAILABLE
                    && peeked.arrivedAtMillis() < beforeMillis
                    && peeked.message().filter(entity.isOurs()).isPresent();
        }

        private void delete(List<Long> numbers, long next) {
            String queue = entity.name();
            asker.shard(queue).deleteMessages(queue, numbers, asker.thread(), asker.reply(answer, done -> {
                deleted += done.messages();
                goOn(next);
            }));
        }

        private void goOn(long next) {
            if (deleted < most && next != Long.MAX_VALUE) {
                look(next);
            } else if (deleted == 0) {
                answer.counting(0).nothing();
            } else {
                answer.counting(deleted).ok(Map.of(COUNT, deleted));
            }
        }
    }
}
