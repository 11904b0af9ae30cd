package io.sluice.amqp.servicebus;

import io.sluice.broker.Refusal;
import io.sluice.broker.queue.LockRenewal;
import io.sluice.broker.security.Permissions.Action;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;

/** {@code renew-lock}: {@code lock-tokens}; answered with {@code expirations}, an array of timestamps. */
final class RenewLock implements EntityOperation {
    static final int MAX_TOKENS = 1_000;

    private final Asker asker;

    RenewLock(Asker asker) {
        this.asker = asker;
    }

    @Override
    public String name() {
        return "renew-lock";
    }

    @Override
    public Action action() {
        return Action.RECEIVE;
    }

    @Override
    public void run(EntityRequest request, Entity entity, EntityAnswer answer) throws EntityException {
        List<LockTokens.Held> locks = new ArrayList<>();
        for (UUID token : request.needTokens("lock-tokens", MAX_TOKENS)) {
            locks.add(asker.locks().need(token, asker.shard(entity.name())));
        }
        renew(locks, new ArrayList<>(), answer);
    }

    /** One after the other: the first that is lost is the answer. */
    private void renew(List<LockTokens.Held> locks, List<Date> ends, EntityAnswer answer) {
        if (ends.size() == locks.size()) {
            answer.ok(Map.of("expirations", ends.toArray(new Date[0])));
            return;
        }
        LockTokens.Held next = locks.get(ends.size());
        long sequence = next.message().sequence();
        next.shard()
                .renewLocks(
                        next.message().consumer(),
                        OptionalLong.of(sequence),
                        asker.thread(),
                        asker.reply(
                                answer,
                                (LockRenewal renewal) -> {
                                    ends.add(new Date(renewal.lockedUntilMillis()));
                                    renew(locks, ends, answer);
                                },
                                RenewLock::refused));
    }

    private static EntityException refused(Refusal refusal) {
        return refusal.kind() == Refusal.Kind.NOT_FOUND
                ? EntityException.lockLost(refusal.text())
                : EntityException.of(refusal);
    }
}
