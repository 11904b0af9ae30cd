package io.sluice.amqp;

import io.sluice.amqp.dialect.RabbitAddress;
import io.sluice.broker.Annotations;
import io.sluice.broker.NodeKind;

/**
 * Where a message is sent.
 *
 * @param address of a queue, a topic or an exchange, decoded
 * @param routingKey for an exchange, "" for none
 * @param stamps annotations that say where it was sent, where its sender's clients want that
 */
record MessageTarget(NodeKind kind, String address, String routingKey, Annotations stamps) {
    static MessageTarget of(NodeKind kind, String address) {
        return new MessageTarget(kind, address, "", Annotations.EMPTY);
    }

    static MessageTarget of(RabbitAddress address) {
        boolean queue = address.type() == RabbitAddress.Type.QUEUE;
        return new MessageTarget(
                queue ? NodeKind.QUEUE : NodeKind.EXCHANGE, address.name(), address.routingKey(), address.stamps());
    }
}
