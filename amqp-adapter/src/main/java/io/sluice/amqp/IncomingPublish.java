package io.sluice.amqp;

import io.sluice.amqp.message.DuplicateId;
import io.sluice.broker.Message;
import io.sluice.broker.NodeKind;
import io.sluice.broker.port.LinkDescription;
import io.sluice.broker.shard.Publish;
import org.apache.qpid.proton.engine.Delivery;

/** A message on its way to a shard, with the delivery to answer. */
final class IncomingPublish extends Publish {
    private final Delivery delivery;
    private final PeerIdentity peer;
    private final String deliveryKey;

    IncomingPublish(NodeKind kind, String address, Message message, Delivery delivery, PeerIdentity peer) {
        this(kind, address, message, delivery, peer, "");
    }

    /** @param deliveryKey by which the delivery can be resumed, "" where it cannot */
    IncomingPublish(
            NodeKind kind, String address, Message message, Delivery delivery, PeerIdentity peer, String deliveryKey) {
        super(kind, address, message);
        this.deliveryKey = deliveryKey;
        this.delivery = delivery;
        this.peer = peer;
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
}
