package io.sluice.amqp;

import io.sluice.amqp.message.MessageFields;
import io.sluice.broker.Message;
import org.apache.qpid.proton.engine.Delivery;

/** A node of the broker itself: each message is a request, and accepted as soon as the node has it. */
final class NodeDestination implements Destination {
    private final ConnectionScope scope;
    private final LocalNode node;
    private final String address;
    private IncomingLink link;

    /** @param address of the node, where answers go of requests that name no other */
    NodeDestination(ConnectionScope scope, LocalNode node, String address) {
        this.scope = scope;
        this.node = node;
        this.address = address;
    }

    /** Whether the link is of no concern to other connections of its container: clients call all of them the same. */
    boolean isPaired() {
        return node.isPaired();
    }

    @Override
    public void attach(IncomingLink newLink) {
        link = newLink;
        link.attached();
    }

    @Override
    public void send(Message message, Delivery delivery) {
        String replyTo = MessageFields.replyTo(message).orElse("");
        boolean paired = node.isPaired() && replyTo.equals(NodeReplies.PAIRED);
        Object way = paired ? NodeReplies.Pair.of(link.link()) : replyTo.isEmpty() ? address : replyTo;
        // Accepted first: a request whose answer came before its outcome would look answered twice.
        link.accepted(delivery, message.residentBytes());
        // It may ask any of them, and whoever waits for the answer of one that is lost is to hear of it.
        scope.environment().shards().all();
        node.request(
                message,
                replyTo,
                new AskerAccess(scope, link.link()),
                reply -> scope.calls().onLoop(() -> scope.replies().send(way, reply)));
    }

    @Override
    public boolean takesLarge() {
        return false;
    }

    @Override
    public boolean transacts() {
        return false;
    }

    @Override
    public void detach() {
        // The node knows of no links.
    }
}
