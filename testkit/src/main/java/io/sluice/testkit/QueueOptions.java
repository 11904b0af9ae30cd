package io.sluice.testkit;

import io.sluice.broker.Dispatching;
import io.sluice.broker.Dispatching.Groups;
import io.sluice.broker.MessageLife;
import io.sluice.broker.MessageLife.Backoff;
import io.sluice.broker.MessageLife.Growth;
import io.sluice.broker.MessageLife.LastValue;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.DeadLetter;
import io.sluice.broker.QueueDefinition.Deduplication;
import io.sluice.broker.QueueDefinition.Limits;
import io.sluice.broker.QueueDefinition.Overflow;
import io.sluice.broker.QueueDefinition.Service;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/** What a queue is to be. Immutable: each method returns other options. A new queue is a priority queue without limits. */
public final class QueueOptions {
    private final QueueDefinition definition;

    private QueueOptions(QueueDefinition definition) {
        this.definition = definition;
    }

    static QueueOptions of(QueueDefinition definition) {
        return new QueueOptions(definition);
    }

    QueueDefinition definition() {
        return definition;
    }

    /** First in, first out; priorities are carried but not looked at. */
    public QueueOptions fifo() {
        return new QueueOptions(definition.withService(Service.FIFO));
    }

    /** Higher priorities first, first in, first out within each. */
    public QueueOptions priority() {
        return new QueueOptions(definition.withService(Service.STRICT));
    }

    /** Priorities share the service: level n has weight n + 1. */
    public QueueOptions weighted() {
        return new QueueOptions(definition.withService(Service.WEIGHTED));
    }

    /** Priorities share the service. @param weights of level 0 to 9, each 1 to 1000 */
    public QueueOptions weighted(int... weights) {
        return new QueueOptions(definition.withService(
                new QueueDefinition.Weighted(Arrays.stream(weights).boxed().toList())));
    }

    /** @param messages it may hold, 1 or more */
    public QueueOptions maxMessages(long messages) {
        Limits is = definition.limits();
        return limits(messages, is.maxBytes(), is.overflow(), is.maxTtlMillis());
    }

    /** @param bytes of encoded messages it may hold, 1 or more */
    public QueueOptions maxBytes(long bytes) {
        Limits is = definition.limits();
        return limits(is.maxMessages(), bytes, is.overflow(), is.maxTtlMillis());
    }

    /** When full, senders are told {@code rejected}; so it is unless something else is asked for. */
    public QueueOptions rejectWhenFull() {
        return overflow(Overflow.REJECT);
    }

    /** When full, the oldest message makes room. */
    public QueueOptions dropHeadWhenFull() {
        return overflow(Overflow.DROP_HEAD);
    }

    /** When full, senders get no credit. */
    public QueueOptions blockWhenFull() {
        return overflow(Overflow.BLOCK);
    }

    private QueueOptions overflow(Overflow overflow) {
        Limits is = definition.limits();
        return limits(is.maxMessages(), is.maxBytes(), overflow, is.maxTtlMillis());
    }

    /** @param longest time to live of a message, also of those that ask for none; 1 ms or more */
    public QueueOptions maxTtl(Duration longest) {
        Limits is = definition.limits();
        return limits(is.maxMessages(), is.maxBytes(), is.overflow(), longest.toMillis());
    }

    private QueueOptions limits(long maxMessages, long maxBytes, Overflow overflow, long maxTtlMillis) {
        return new QueueOptions(definition.withLimits(new Limits(maxMessages, maxBytes, overflow, maxTtlMillis)));
    }

    /** @param queue where rejected and undeliverable messages go; it comes into being with the first of them */
    public QueueOptions deadLetterTo(String queue) {
        DeadLetter is = definition.deadLetter();
        return deadLetter(new DeadLetter(Optional.of(checked(queue)), is.expiryQueue(), is.maxDeliveries())
                .withExchange(is.exchange(), is.routingKey()));
    }

    /** @param queue where expired messages go */
    public QueueOptions expireTo(String queue) {
        DeadLetter is = definition.deadLetter();
        return deadLetter(new DeadLetter(is.queue(), Optional.of(checked(queue)), is.maxDeliveries())
                .withExchange(is.exchange(), is.routingKey()));
    }

    /** @param failedDeliveries after which a message is undeliverable, 1 or more */
    public QueueOptions maxDeliveries(int failedDeliveries) {
        DeadLetter is = definition.deadLetter();
        return deadLetter(new DeadLetter(is.queue(), is.expiryQueue(), failedDeliveries)
                .withExchange(is.exchange(), is.routingKey()));
    }

    /** @param queue where messages go that their consumers have accepted */
    public QueueOptions keepAcknowledgedIn(String queue) {
        return new QueueOptions(
                definition.withLife(definition.life().withAcknowledgedQueue(Optional.of(checked(queue)))));
    }

    private QueueOptions deadLetter(DeadLetter deadLetter) {
        return new QueueOptions(definition.withDeadLetter(deadLetter));
    }

    /** A message whose message-id came before is accepted and not stored; the last 10,000 of ten minutes are known. */
    public QueueOptions deduplicate() {
        return deduplication(Deduplication.BY_MESSAGE_ID);
    }

    /** As {@link #deduplicate()}, by an application property instead of the message-id. */
    public QueueOptions deduplicateBy(String property) {
        Deduplication is = deduplicate().definition.deduplication();
        return deduplication(new Deduplication(is.maxIds(), is.maxAgeMillis(), property));
    }

    /**
     * Copies are known for so long; by message-id, where nothing else was said.
     *
     * @param messages whose ids are remembered, 1 to 1,000,000
     * @param age longest, 1 ms or more
     */
    public QueueOptions duplicateWindow(int messages, Duration age) {
        String property = definition.deduplication().property();
        return deduplication(new Deduplication(messages, age.toMillis(), property));
    }

    private QueueOptions deduplication(Deduplication deduplication) {
        return new QueueOptions(definition.withDeduplication(deduplication));
    }

    /** Messages of one group go to one consumer until it detaches; so it is unless something else is asked for. */
    public QueueOptions groupsUntilDetach() {
        return dispatching(definition.dispatching().withGroups(Groups.UNTIL_DETACH));
    }

    /** Messages of one group go to one consumer while it has one that is not settled. */
    public QueueOptions groupsWhileUnsettled() {
        return dispatching(definition.dispatching().withGroups(Groups.WHILE_UNSETTLED));
    }

    /** A group is a tenant: messages of one that has much in flight come behind those of the others. */
    public QueueOptions fairGroups() {
        return dispatching(definition.dispatching().withGroups(Groups.FAIR));
    }

    /** No message leaves by being consumed: every consumer sees all there is and all that comes. */
    public QueueOptions nonDestructive() {
        return dispatching(definition.dispatching().withNonDestructive(true));
    }

    /** Groups are not looked at. */
    public QueueOptions withoutGroups() {
        return dispatching(definition.dispatching().withGroups(Groups.OFF));
    }

    /** One consumer gets everything, the others stand by. */
    public QueueOptions singleActiveConsumer() {
        return dispatching(definition.dispatching().withSingleActiveConsumer(true));
    }

    /** @param lock after which a delivery that is not settled goes back, 1 ms or more */
    public QueueOptions lock(Duration lock) {
        return dispatching(definition.dispatching().withLockMillis(lock.toMillis()));
    }

    private QueueOptions dispatching(Dispatching dispatching) {
        return new QueueOptions(definition.withDispatching(dispatching));
    }

    /** A message whose delivery failed waits so long for the next. */
    public QueueOptions retryAfter(Duration wait) {
        return backoff(Backoff.fixed(wait.toMillis()));
    }

    /** A message waits so long after its first failed delivery, each time twice as long as before. @param longest the longest wait */
    public QueueOptions retryExponentially(Duration first, Duration longest) {
        return backoff(new Backoff(Growth.EXPONENTIAL, first.toMillis(), 200, longest.toMillis(), 0));
    }

    /** A message waits so long for each failed delivery. @param longest the longest wait */
    public QueueOptions retryLinearly(Duration perFailure, Duration longest) {
        return backoff(new Backoff(Growth.LINEAR, perFailure.toMillis(), 100, longest.toMillis(), 0));
    }

    private QueueOptions backoff(Backoff backoff) {
        return life(definition.life().withBackoff(backoff));
    }

    /** @param deliveries that came back, for whatever reason, after which a message is undeliverable; 1 or more */
    public QueueOptions maxAcquisitions(int deliveries) {
        return life(definition.life().withMaxAcquisitions(deliveries));
    }

    /** @param wait of a message that every consumer has said is undeliverable here, before it is a dead letter */
    public QueueOptions undeliverableAfter(Duration wait) {
        return life(definition.life().withUndeliverableMillis(wait.toMillis()));
    }

    /** A message takes the place of the one before it that has the same application property {@code _AMQ_LVQ_NAME}. */
    public QueueOptions lastValue() {
        return life(definition.life().withLastValue(LastValue.ON));
    }

    /** As {@link #lastValue()}, by another application property. */
    public QueueOptions lastValueBy(String property) {
        return life(definition.life().withLastValue(new LastValue(LastValue.ON.maxKeys(), property)));
    }

    /** Messages go out with the annotations {@code x-opt-sequence-number} and {@code x-opt-enqueued-time}. */
    public QueueOptions stampMessages() {
        return life(definition.life().withStamped(true));
    }

    /** It is deleted when its last consumer is gone and it is empty; not before it has had one. */
    public QueueOptions autoDelete() {
        return new QueueOptions(definition.withExpiry(definition.expiry().withAutoDelete(true)));
    }

    /** @param time without a consumer after which it is deleted, with all it holds; 1 ms or more */
    public QueueOptions idleExpiry(Duration time) {
        return new QueueOptions(definition.withExpiry(definition.expiry().withIdleMillis(time.toMillis())));
    }

    private QueueOptions life(MessageLife life) {
        return new QueueOptions(definition.withLife(life));
    }

    private static String checked(String queue) {
        return QueueDefinition.named(queue).name();
    }
}
