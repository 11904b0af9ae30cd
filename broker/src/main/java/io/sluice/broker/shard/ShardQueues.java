package io.sluice.broker.shard;

import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueExpiry;
import io.sluice.broker.Refusal;
import io.sluice.broker.Subscription;
import io.sluice.broker.TemporaryName;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.MessageStore.StoredPage;
import io.sluice.broker.queue.LargeReferences;
import io.sluice.broker.queue.MemoryUse;
import io.sluice.broker.queue.Pages;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.queue.Turn;
import io.sluice.broker.record.DefinitionRecord;
import io.sluice.broker.record.ExchangeRecord;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.LastValues;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.broker.record.JournalRecord.QueueDeleted;
import io.sluice.broker.record.JournalRecord.QueuePaused;
import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.JournalRecord.Returned;
import io.sluice.broker.record.JournalRecord.SessionStateSet;
import io.sluice.broker.record.JournalRecord.Subscribed;
import io.sluice.broker.record.RecordVisitor;
import io.sluice.broker.routing.Bindings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** The queues of a shard, and the one place where records are applied to them and to definitions: by recovery, a backup and the primary alike. */
final class ShardQueues implements RecordVisitor {
    /** In the names of the queues of subscriptions, and in no others that come to be by themselves. */
    private static final String SUBSCRIPTION_MARK = "::";
    /** What stands behind it in the name of the queue that keeps a topic's messages for later subscribers. */
    private static final String KEPT = "$replay";

    private final Map<Long, Queue> byId = new HashMap<>();
    /** Only queues that are not being deleted. */
    private final Map<String, Queue> byName = new HashMap<>();

    private final Function<String, Optional<QueueDefinition>> autoCreate;
    private final Pages pages;
    private final MemoryUse memory = new MemoryUse();
    private final LargeReferences large;
    private final Consumer<Queue> changed;
    private final Bindings bindings;
    private final ShardDefinitions definitions;
    private final ShardExchanges exchanges;
    private final ShardPlace place;
    private long nextQueueId = 1;
    /** Whether there is, or was, a queue that forwards what comes. */
    private boolean someForward;

    /**
     * @param bindings of its queues
     * @param place of the shard
     * @param changed hears of each queue that a record changed
     */
    ShardQueues(
            Function<String, Optional<QueueDefinition>> autoCreate,
            Pages pages,
            LargeReferences large,
            Bindings bindings,
            ShardDefinitions definitions,
            ShardExchanges exchanges,
            ShardPlace place,
            Consumer<Queue> changed) {
        this.bindings = bindings;
        this.definitions = definitions;
        this.exchanges = exchanges;
        this.place = place;
        this.large = large;
        this.autoCreate = autoCreate;
        this.pages = pages;
        this.changed = changed;
    }

    ShardDefinitions definitions() {
        return definitions;
    }

    ShardExchanges exchanges() {
        return exchanges;
    }

    /** Whether a queue may forward what comes; where none does, nobody looks. */
    boolean someForward() {
        return someForward;
    }

    /** A queue is decided to be this. */
    void becomes(QueueDefinition definition) {
        someForward |= definition.life().forward().isPresent();
    }

    /** Whether an address is of this shard. */
    boolean isHere(String address) {
        return place.owns(address);
    }

    /** What all queues take. */
    MemoryUse memory() {
        return memory;
    }

    /** Of memory, for all messages. */
    long bytes() {
        return memory.bytes();
    }

    Collection<Queue> all() {
        return byName.values();
    }

    /** Durable queues whose declaration is applied: what a checkpoint holds. */
    List<Queue> durable() {
        List<Queue> durable = new ArrayList<>();
        for (Queue queue : byId.values()) {
            if (queue.isDeclared() && queue.definition().durable()) {
                durable.add(queue);
            }
        }
        return durable;
    }

    Optional<Queue> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    Optional<Queue> find(long id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** The queue, created where the pattern for automatic creation allows. */
    Optional<Queue> findOrCreate(String name, Turn turn) {
        Queue queue = byName.get(name);
        if (queue != null) {
            return Optional.of(queue);
        }
        if (!mayCreate(name)) {
            // Whatever a client writes into an address, it is no defect of ours.
            return Optional.empty();
        }
        return autoCreate.apply(name).map(definition -> declare(definition.withName(name), turn));
    }

    /**
     * Why a client gets no queue of this name: there is none, and it may not be created, by itself or by this client. To be asked before
     * {@link #findOrCreate} and {@link #findOrImagine}.
     */
    Optional<Refusal> refusalOf(String name, Client client) {
        if (byName.containsKey(name)) {
            return Optional.empty();
        }
        if (!mayCreate(name) || autoCreate.apply(name).isEmpty()) {
            return Optional.of(absence(name));
        }
        return client.refusalToCreate(name);
    }

    /** Why there is no queue of this name here. */
    Refusal absence(String name) {
        return TemporaryName.is(name) || place.owns(name) ? Links.noSuchQueue(name) : place.elsewhere(name);
    }

    /** A temporary queue that is gone stays gone, and so does that of a subscription. */
    private boolean mayCreate(String name) {
        return QueueDefinition.isName(name)
                && !TemporaryName.is(name)
                && !name.contains(SUBSCRIPTION_MARK)
                && place.owns(name);
    }

    /** The queue, or one like that which {@link #findOrCreate} would create: to be looked at, it does not exist. */
    Optional<Queue> findOrImagine(String name) {
        Queue queue = byName.get(name);
        if (queue != null) {
            return Optional.of(queue);
        }
        return mayCreate(name)
                ? autoCreate
                        .apply(name)
                        .map(definition -> new Queue(0, definition.withName(name), pages, memory, large))
                : Optional.empty();
    }

    /** Decides on a queue for a subscription. @param template what it is, but for its name */
    Queue declareFor(Subscription subscription, QueueDefinition template, Turn turn) {
        Subscription.Identity identity = subscription.identity();
        String own = identity.isOfKept() ? KEPT : identity.isNamed() ? identity.toString() : "" + nextQueueId;
        String wanted = subscription.topic() + SUBSCRIPTION_MARK + own;
        String end = "~" + nextQueueId;
        String name = wanted.length() <= QueueDefinition.MAX_NAME_LENGTH && !byName.containsKey(wanted)
                ? wanted
                : wanted.substring(0, Math.min(wanted.length(), QueueDefinition.MAX_NAME_LENGTH - end.length())) + end;
        // What is subscribed to stays while nobody is there: that is what a subscription is for.
        QueueExpiry expiry = template.expiry().withAutoDelete(false);
        return declare(
                template.withName(name).withDurable(subscription.durable()).withExpiry(expiry), turn);
    }

    /**
     * The queue, created in any case: the broker itself has something to put there. In place of one of another shard it is one of this
     * one, for a move is one batch of one journal.
     */
    Queue target(String name, Turn turn) {
        String here = place.nameHere(name);
        return findOrCreate(here, turn).orElseGet(() -> declare(QueueDefinition.named(here), turn));
    }

    /** As {@link #target}, through an exchange: this shard's, in place of one of another shard. */
    List<Queue> deadLetterTargets(String exchange, String routingKey, Message message) {
        return exchanges.route(place.nameHere(exchange), routingKey, message);
    }

    /** The queue that {@link #target} gives, where it is there. */
    Optional<Queue> findTarget(String name) {
        return find(place.nameHere(name));
    }

    /** Decides that a queue exists; it takes messages from here on, its links are answered when the declaration is applied. */
    Queue declare(QueueDefinition definition, Turn turn) {
        Queue queue = new Queue(nextQueueId++, definition, pages, memory, large);
        byId.put(queue.id(), queue);
        byName.put(definition.name(), queue);
        becomes(definition);
        turn.decide(queue.asRecord(), definition.durable(), Turn.Effect.NOTHING);
        return queue;
    }

    /** Decides that a queue is gone; its name is free at once. */
    void delete(Queue queue, Turn turn, Turn.Effect then) {
        queue.delete();
        byName.remove(queue.name());
        bindings.remove(queue.id());
        // First: of a queue that is not durable it is applied at once, and nobody knows what was bound to it then.
        exchanges.queueGoes(queue, turn);
        turn.decide(new QueueDeleted(queue.id()), queue.definition().durable(), then);
    }

    @Override
    public void queueDeclared(QueueDeclared declared) {
        Queue queue = byId.get(declared.queueId());
        if (queue == null) {
            queue = new Queue(declared.queueId(), declared.definition(), pages, memory, large);
            byId.put(queue.id(), queue);
            byName.put(queue.name(), queue);
        }
        queue.declared(declared);
        becomes(declared.definition());
        nextQueueId = Math.max(nextQueueId, declared.queueId() + 1);
        changed.accept(queue);
    }

    @Override
    public void queueDeleted(QueueDeleted deleted) {
        Queue queue = byId.remove(deleted.queueId());
        if (queue != null) {
            byName.remove(queue.name(), queue);
            bindings.forget(deleted.queueId());
            exchanges.forget(deleted.queueId());
            queue.forgetAll();
        }
        nextQueueId = Math.max(nextQueueId, deleted.queueId() + 1);
    }

    @Override
    public void enqueued(Enqueued enqueued) {
        Queue queue = byId.get(enqueued.queueId());
        if (queue != null) {
            queue.enqueued(enqueued);
            changed.accept(queue);
        } else {
            large.discard(enqueued.message());
        }
    }

    @Override
    public void removed(Removed removed) {
        Queue queue = byId.get(removed.queueId());
        if (queue != null) {
            queue.removed(removed);
            changed.accept(queue);
        }
    }

    @Override
    public void returned(Returned returned) {
        Queue queue = byId.get(returned.queueId());
        if (queue != null) {
            queue.returned(returned);
        }
    }

    @Override
    public void duplicatesRemembered(DuplicatesRemembered remembered) {
        Queue queue = byId.get(remembered.queueId());
        if (queue != null) {
            queue.duplicatesRemembered(remembered);
        }
    }

    @Override
    public void queuePaused(QueuePaused paused) {
        Queue queue = byId.get(paused.queueId());
        if (queue != null) {
            queue.paused(paused);
            changed.accept(queue);
        }
    }

    @Override
    public void subscribed(Subscribed subscribed) {
        Queue queue = byId.get(subscribed.queueId());
        if (queue != null) {
            bindings.restore(subscribed, queue);
        }
    }

    /** What a checkpoint is to remember of the queue's subscription, where it has one. */
    Optional<Subscribed> subscriptionOf(Queue queue) {
        return bindings.recorded(queue.id());
    }

    @Override
    public void lastValues(LastValues last) {
        Queue queue = byId.get(last.queueId());
        if (queue != null) {
            queue.lastValues(last);
        }
    }

    @Override
    public void sessionStateSet(SessionStateSet set) {
        Queue queue = byId.get(set.queueId());
        if (queue != null) {
            queue.sessionStateSet(set);
        }
    }

    @Override
    public void defined(DefinitionRecord definition) {
        definitions.apply(definition);
    }

    @Override
    public void exchange(ExchangeRecord exchange) {
        exchanges.apply(exchange, byId::get);
    }

    /** A page that the store's checkpoint holds. */
    void restored(StoredPage page) {
        Queue queue = byId.get(page.queueId());
        if (queue == null) {
            pages.forgetPage(page.page());
        } else {
            queue.restored(page);
        }
    }
}
