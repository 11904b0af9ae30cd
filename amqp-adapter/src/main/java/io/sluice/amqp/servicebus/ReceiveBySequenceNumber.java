package io.sluice.amqp.servicebus;

import io.sluice.amqp.message.OutgoingMessage;
import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.ConsumerListener;
import io.sluice.broker.port.LinkDescription;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.security.Permissions.Action;
import io.sluice.broker.shard.AtomicBatch;
import io.sluice.broker.shard.ShardMailbox;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;

/**
 * {@code receive-by-sequence-number}: {@code sequence-numbers}, {@code session-id}, and {@code receiver-settle-mode}: 1 where they are to be locked, 0 where they are gone.
 * All of them or none; answered with {@code messages}, each a map with an encoded {@code message} and its {@code lock-token}.
 */
final class ReceiveBySequenceNumber implements EntityOperation {
    private static final int MAX_MESSAGES = 1_000;
    private final Asker asker;

    ReceiveBySequenceNumber(Asker asker) {
        this.asker = asker;
    }

    @Override
    public String name() {
        return "receive-by-sequence-number";
    }

    @Override
    public Action action() {
        return Action.RECEIVE;
    }

    @Override
    public void run(EntityRequest request, Entity entity, EntityAnswer answer) throws EntityException {
        List<Long> numbers = request.needNumbers("sequence-numbers", MAX_MESSAGES);
        boolean locks = request.number("receiver-settle-mode", 1) != 0;
        new Receiving(entity.and(request.session()), numbers.size(), locks, answer).start(numbers);
    }

    /** What one request asks for: a consumer that is there until all it got is settled, or the connection is gone. */
    private final class Receiving implements ConsumerListener {
        private final Entity entity;
        private final ShardMailbox shard;
        private final Consumer consumer;
        private final boolean locks;
        private final EntityAnswer answer;
        private final Map<Delivery, Optional<UUID>> unsettled = new LinkedHashMap<>();
        private final Runnable leaving = this::leave;
        private int expected;
        private boolean gone;

        Receiving(Entity entity, int expected, boolean locks, EntityAnswer answer) {
            this.entity = entity;
            this.shard = asker.shard(entity.name());
            this.expected = expected;
            this.locks = locks;
            this.answer = answer;
            this.consumer = new Consumer(new Consumer.Request(
                    asker.thread(),
                    this,
                    entity.name(),
                    Consumer.Mode.FETCH,
                    Outcome.FAILED,
                    Optional.empty(),
                    new Consumer.Terms(
                            0, false, OptionalLong.empty(), LockTokens.LOCK_MILLIS, true, Consumer.Sight.AVAILABLE)));
        }

        void start(List<Long> numbers) {
            asker.locks().whenLeft(leaving);
            shard.attachFetching(consumer, numbers);
            shard.grant(consumer, numbers.size(), false);
        }

        @Override
        public void attached() {
            // What it asked for follows.
        }

        @Override
        public void closed(Refusal refusal) {
            asker.thread().call(() -> {
                over();
                if (expected > 0) {
                    answer.refuse(
                            refusal.kind() == Refusal.Kind.NOT_FOUND
                                    ? EntityException.messageNotFound(refusal.text())
                                    : EntityException.of(refusal));
                }
            });
        }

        @Override
        public void deliver(Delivery delivery) {
            asker.thread().call(() -> {
                unsettled.put(delivery, Optional.empty());
                if (--expected == 0 && !gone) {
                    received();
                }
            });
        }

        private void received() {
            if (!unsettled.keySet().stream().allMatch(each -> entity.isOurs().test(each.message()))) {
                giveBack(EntityException.messageNotFound(
                        "one of the messages is a dead letter of another queue, or of another session"));
            } else if (unsettled.keySet().stream()
                    .anyMatch(each -> each.message().isLarge())) {
                giveBack(EntityException.notImplemented(
                        "a large message is received over a link, by the filter sluice:sequence-numbers"));
            } else if (locks) {
                unsettled.replaceAll(
                        (each, none) -> Optional.of(asker.locks().give(asker.number(), shard, each, this)));
                answer.ok(body());
            } else {
                List<AtomicBatch.Settlement> all = unsettled.keySet().stream()
                        .map(each -> new AtomicBatch.Settlement(each, Outcome.ACCEPTED))
                        .toList();
                Map<String, Object> body = body();
                shard.commit(
                        new AtomicBatch(List.of(), all), asker.thread(), asker.reply(answer, done -> answer.ok(body)));
            }
        }

        /** As if nobody had asked. */
        private void giveBack(EntityException why) {
            unsettled.keySet().forEach(each -> shard.settle(each, Outcome.UNSENT));
            leave();
            answer.refuse(why);
        }

        private Map<String, Object> body() {
            List<Map<String, Object>> messages = new ArrayList<>();
            unsettled.forEach((each, token) -> {
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("message", new Binary(encoded(each)));
                token.ifPresent(lock -> fields.put("lock-token", lock));
                messages.add(fields);
            });
            return Map.of("messages", messages);
        }

        private byte[] encoded(Delivery delivery) {
            Message message = delivery.message();
            return OutgoingMessage.encodeApart(
                    message,
                    delivery.sequence(),
                    delivery.arrivedAtMillis(),
                    delivery.expiresAtMillis(),
                    delivery.deliveryCount(),
                    asker.clock().millis());
        }

        @Override
        public void timedOut(Delivery delivery) {
            forget(delivery);
        }

        @Override
        public void settled(Delivery delivery) {
            forget(delivery);
        }

        private void forget(Delivery delivery) {
            asker.thread().call(() -> {
                Optional<UUID> token = unsettled.remove(delivery);
                if (token != null) {
                    token.ifPresent(asker.locks()::forget);
                }
                if (expected == 0 && unsettled.isEmpty() && !gone) {
                    leave();
                }
            });
        }

        /** What it has not settled goes back, counted. */
        private void leave() {
            if (!gone) {
                over();
                shard.detach(consumer);
            }
        }

        private void over() {
            gone = true;
            asker.locks().forgetAll(this);
            asker.locks().done(leaving);
        }

        @Override
        public void drained() {
            // It never drains.
        }

        @Override
        public void detached() {
            // Nobody waits for it.
        }

        @Override
        public LinkDescription link() {
            return new LinkDescription(asker.number() + ".0", "receive-by-sequence-number", asker.container(), "", "");
        }
    }
}
