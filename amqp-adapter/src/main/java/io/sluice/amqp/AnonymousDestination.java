package io.sluice.amqp;

import io.sluice.amqp.dialect.RabbitAddress;
import io.sluice.amqp.message.MessageFields;
import io.sluice.broker.Message;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.LargeBodies;
import io.sluice.broker.queue.Producer;
import io.sluice.broker.security.Permissions;
import io.sluice.broker.shard.ShardMailbox;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.qpid.proton.engine.Delivery;

/**
 * The anonymous terminus: each message names its queue or topic in {@code to} (AMQP 1.0 Anonymous Terminus §2.2). A message that goes
 * nowhere is refused, the link lives.
 */
final class AnonymousDestination implements Destination {
    private final ConnectionScope scope;
    private final Map<Way, Producer> producers = new HashMap<>();
    private IncomingLink link;
    private Allowed allowed = new Allowed(Optional.empty(), "");

    /** What was asked last, and allowed: it is most often asked again. @param permissions at that time */
    private record Allowed(Optional<Permissions> permissions, String address) {}

    /** @param existing whether nothing comes to be by being named */
    private record Way(ShardMailbox shard, boolean existing) {}

    AnonymousDestination(ConnectionScope scope) {
        this.scope = scope;
    }

    @Override
    public void attach(IncomingLink newLink) {
        link = newLink;
        link.attached();
    }

    /**
     * Where one message goes, which its {@code to} says: read once.
     *
     * @param refusal why it goes nowhere; null where it has a target
     * @param named whether the address names what there is, and brings nothing into being
     */
    private record Addressed(MessageTarget target, boolean named, Refusal refusal) {
        static Addressed nowhere(Refusal why) {
            return new Addressed(null, false, why);
        }
    }

    @Override
    public void send(Message message, Delivery delivery) {
        Addressed addressed = addressed(message);
        if (addressed.refusal != null) {
            refuse(message, delivery, addressed.refusal);
            return;
        }
        ShardMailbox shard = scope.environment().shards().of(addressed.target.address());
        Producer producer = producers.computeIfAbsent(new Way(shard, addressed.named), this::attachTo);
        scope.transactions()
                .publish(
                        shard,
                        producer,
                        new IncomingPublish(shard, addressed.target, message, delivery, scope.identity()));
    }

    @Override
    public void sendAll(List<Message> messages, Delivery delivery, int bytes) {
        Map<Message, Addressed> addressed = new IdentityHashMap<>();
        for (Message message : messages) {
            Addressed each = addressed(message);
            if (each.refusal != null) {
                link.refused(delivery, bytes, each.refusal);
                return;
            }
            addressed.put(message, each);
        }
        IncomingBatch batch = new IncomingBatch(delivery, bytes);
        batch.add(
                messages,
                message -> new IncomingPublish(
                        scope.environment()
                                .shards()
                                .of(addressed.get(message).target.address()),
                        addressed.get(message).target,
                        message,
                        delivery,
                        scope.identity(),
                        "",
                        batch));
        Set<ShardMailbox> shards = new HashSet<>();
        batch.messages().forEach(each -> shards.add(scope.environment().shards().of(each.address())));
        if (shards.size() > 1) {
            link.refused(
                    delivery,
                    bytes,
                    Refusal.of(Refusal.Kind.NOT_IMPLEMENTED, "the messages of a batch are for several shards"));
            return;
        }
        ShardMailbox shard = shards.iterator().next();
        // One of them brings nothing into being, so none does: they come together or not at all.
        Way way = new Way(shard, addressed.values().stream().anyMatch(Addressed::named));
        scope.transactions().publish(shard, producers.computeIfAbsent(way, this::attachTo), batch);
    }

    private Addressed addressed(Message message) {
        String to = MessageFields.to(message).orElse("");
        if (to.isEmpty()) {
            return Addressed.nowhere(Refusal.of(
                    Refusal.Kind.NOT_FOUND, "a message over the anonymous terminus says in 'to' where it goes"));
        }
        Optional<RabbitAddress> named;
        try {
            named = RabbitAddress.of(to);
        } catch (IllegalArgumentException e) {
            return Addressed.nowhere(Refusal.of(Refusal.Kind.INVALID_FIELD, e.getMessage()));
        }
        String address = named.isPresent() ? named.get().name() : to;
        Optional<Refusal> refusal = refusal(address).or(() -> scope.elsewhere(address));
        if (refusal.isPresent()) {
            return Addressed.nowhere(refusal.get());
        }
        MessageTarget target = named.isPresent()
                ? MessageTarget.of(named.get())
                : MessageTarget.of(scope.environment().kinds().of(message, to), to);
        return new Addressed(target, named.isPresent(), null);
    }

    private Optional<Refusal> refusal(String address) {
        if (scope.access().claims().areClaims()) {
            return scope.access().refusal(Permissions.Action.SEND, address);
        }
        Optional<Permissions> now = scope.access().permissions();
        boolean same = now.orElse(null) == allowed.permissions.orElse(null);
        if (now.isEmpty() || (same && allowed.address.equals(address))) {
            return Optional.empty();
        }
        Optional<Refusal> refusal = scope.access().refusal(now, Permissions.Action.SEND, address);
        if (refusal.isEmpty()) {
            allowed = new Allowed(now, address);
        }
        return refusal;
    }

    private void refuse(Message message, Delivery delivery, Refusal refusal) {
        link.refused(delivery, message.residentBytes(), refusal);
        message.largeBody().ifPresent(body -> bodies(message).delete(body.id()));
    }

    private Producer attachTo(Way way) {
        Client client = way.existing ? new ExistingOnly(scope.calls()) : scope.calls();
        Producer producer =
                new Producer(client, new ProducerCalls(scope.calls(), link, way.existing), Optional.empty());
        way.shard.attach(producer);
        return producer;
    }

    @Override
    public boolean takesLarge() {
        return true;
    }

    /** Of a message that goes nowhere, any: it is deleted there. */
    @Override
    public LargeBodies bodies(Message front) {
        String to = MessageFields.to(front).orElse("");
        // What is wrong in itself goes nowhere, and is refused when it is complete.
        String address = RabbitAddress.isValid(to) ? RabbitAddress.nodeOf(to) : to;
        return scope.environment().large().of(scope.environment().shards().of(address));
    }

    @Override
    public boolean transacts() {
        return true;
    }

    @Override
    public void detach() {
        producers.forEach((way, producer) -> way.shard.detach(producer));
    }
}
