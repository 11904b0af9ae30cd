package io.sluice.amqp.servicebus;

import io.sluice.amqp.message.AnnotationCodec;
import io.sluice.broker.Annotations;
import io.sluice.broker.Outcome;
import io.sluice.broker.Refusal;
import io.sluice.broker.security.Permissions.Action;
import io.sluice.broker.shard.AtomicBatch;
import io.sluice.broker.shard.ShardMailbox;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Symbol;

/**
 * {@code update-disposition}: what becomes of the messages of {@code lock-tokens}, all at once: {@code disposition-status} is {@code completed},
 * {@code abandoned}, {@code suspended} (a dead letter), {@code defered} or {@code released}.
 */
final class UpdateDisposition implements EntityOperation {
    private final Asker asker;

    UpdateDisposition(Asker asker) {
        this.asker = asker;
    }

    @Override
    public String name() {
        return "update-disposition";
    }

    @Override
    public Action action() {
        return Action.RECEIVE;
    }

    @Override
    public void run(EntityRequest request, Entity entity, EntityAnswer answer) throws EntityException {
        Outcome outcome = outcome(request);
        List<AtomicBatch.Settlement> settlements = new ArrayList<>();
        ShardMailbox shard = asker.shard(entity.name());
        for (UUID token : request.needTokens("lock-tokens", RenewLock.MAX_TOKENS)) {
            LockTokens.Held lock = asker.locks().need(token, shard);
            settlements.add(new AtomicBatch.Settlement(lock.message(), outcome));
        }
        AtomicBatch batch = new AtomicBatch(List.of(), settlements);
        shard.commit(
                batch, asker.thread(), asker.reply(answer, done -> answer.ok(Map.of()), UpdateDisposition::refused));
    }

    private static Outcome outcome(EntityRequest request) throws EntityException {
        String status = request.needText("disposition-status");
        Map<String, Object> changes = changes(request);
        return switch (status) {
            case "completed" -> Outcome.ACCEPTED;
            case "abandoned" -> Dispositions.abandoned(annotations(changes));
            case "defered", "deferred" -> Dispositions.deferred(annotations(changes));
            case "released" -> Outcome.RELEASED;
            case "suspended" ->
                Dispositions.deadLetter(
                        request.text("deadletter-reason").orElse(""),
                        request.text("deadletter-description").orElse(""),
                        changes);
            default ->
                throw request.wrong("disposition-status", "one of completed, abandoned, suspended, defered, released");
        };
    }

    private static Map<String, Object> changes(EntityRequest request) throws EntityException {
        Object given = request.body().get("properties-to-modify");
        if (given == null) {
            return Map.of();
        }
        if (!(given instanceof Map<?, ?> map)) {
            throw request.wrong("properties-to-modify", "a map");
        }
        Map<String, Object> changes = new LinkedHashMap<>();
        map.forEach((key, value) -> changes.put(String.valueOf(key), value));
        return changes;
    }

    private static Annotations annotations(Map<String, Object> changes) {
        Map<Symbol, Object> named = new LinkedHashMap<>();
        changes.forEach((key, value) -> named.put(Symbol.valueOf(key), value));
        return AnnotationCodec.from(named);
    }

    private static EntityException refused(Refusal refusal) {
        return refusal.kind() == Refusal.Kind.ILLEGAL_STATE
                ? EntityException.lockLost(refusal.text())
                : EntityException.of(refusal);
    }
}
