package io.sluice.amqp;

import io.sluice.amqp.message.DuplicateId;
import io.sluice.broker.Message;
import io.sluice.broker.shard.Publish;
import org.apache.qpid.proton.engine.Delivery;

/** A message on its way to a shard, with the delivery to answer. */
final class IncomingPublish extends Publish {
    private final Delivery delivery;

    IncomingPublish(String address, Message message, Delivery delivery) {
        super(address, message);
        this.delivery = delivery;
    }

    @Override
    public String duplicateId(String property) {
        return DuplicateId.of(message(), property);
    }

    Delivery delivery() {
        return delivery;
    }
}
