package io.sluice.amqp;

import io.sluice.amqp.message.DuplicateId;
import io.sluice.broker.Message;
import io.sluice.broker.NodeKind;
import io.sluice.broker.shard.Publish;
import org.apache.qpid.proton.engine.Delivery;

/** A message on its way to a shard, with the delivery to answer. */
final class IncomingPublish extends Publish {
    private final Delivery delivery;
    private final String container;

    IncomingPublish(NodeKind kind, String address, Message message, Delivery delivery, String container) {
        super(kind, address, message);
        this.delivery = delivery;
        this.container = container;
    }

    @Override
    public String container() {
        return container;
    }

    @Override
    public String duplicateId(String property) {
        return DuplicateId.of(message(), property);
    }

    Delivery delivery() {
        return delivery;
    }
}
