package io.sluice.amqp;

import io.sluice.amqp.message.DuplicateId;
import io.sluice.amqp.message.MessageHeaders;
import io.sluice.broker.Message;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.LinkDescription;
import io.sluice.broker.shard.Publish;
import io.sluice.broker.shard.ShardMailbox;
import java.util.Optional;
import org.apache.qpid.proton.engine.Delivery;

/** A message on its way to a shard, with the delivery to answer: its own, or that of the batch it is in. */
final class IncomingPublish extends Publish {
    private final Delivery delivery;
    /** Null where the delivery is of this message alone. */
    private final IncomingBatch batch;

    private final PeerIdentity peer;
    private final String routingKey;
    private final String deliveryKey;

    IncomingPublish(ShardMailbox shard, MessageTarget target, Message message, Delivery delivery, PeerIdentity peer) {
        this(shard, target, message, delivery, peer, "");
    }

    /** @param deliveryKey by which the delivery can be resumed, "" where it cannot */
    IncomingPublish(
            ShardMailbox shard,
            MessageTarget target,
            Message message,
            Delivery delivery,
            PeerIdentity peer,
            String deliveryKey) {
        this(shard, target, message, delivery, peer, deliveryKey, null);
    }

    IncomingPublish(
            ShardMailbox shard,
            MessageTarget target,
            Message message,
            Delivery delivery,
            PeerIdentity peer,
            String deliveryKey,
            IncomingBatch batch) {
        super(target.kind(), target.address(), published(shard, message, peer).annotated(target.stamps()));
        this.batch = batch;
        this.routingKey = target.routingKey();
        this.deliveryKey = deliveryKey;
        this.delivery = delivery;
        this.peer = peer;
    }

    private static Message published(ShardMailbox shard, Message message, PeerIdentity peer) {
        return shard.remembersPublishers() ? message.publishedBy(Message.publisher(peer.container())) : message;
    }

    @Override
    public String routingKey() {
        return routingKey;
    }

    @Override
    public Object header(String name) {
        return MessageHeaders.value(message(), name);
    }

    @Override
    public String container() {
        return peer.container();
    }

    @Override
    public LinkDescription link() {
        return peer.describe(delivery.getLink(), "");
    }

    @Override
    public String duplicateId(String property) {
        return DuplicateId.of(message(), property);
    }

    @Override
    public String deliveryKey() {
        return deliveryKey;
    }

    Delivery delivery() {
        return delivery;
    }

    /** It is in its queue. The connection's event loop. */
    void accepted(IncomingLink link) {
        if (batch == null) {
            link.accepted(delivery, message().residentBytes());
        } else {
            batch.heard(Optional.empty(), link);
        }
    }

    /** It is not. The connection's event loop. */
    void refused(Refusal refusal, IncomingLink link) {
        if (batch == null) {
            link.refused(delivery, message().residentBytes(), refusal);
        } else {
            batch.heard(Optional.of(refusal), link);
        }
    }
}
