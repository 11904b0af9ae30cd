package io.sluice.amqp;

import io.sluice.broker.NodeKind;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.ProducerListener;
import io.sluice.broker.shard.Publish;

/** Brings what a shard tells a producer to its link, on the connection's event loop. */
final class ProducerCalls implements ProducerListener {
    private final ShardCalls calls;
    private final IncomingLink link;
    private final boolean released;

    ProducerCalls(ShardCalls calls, IncomingLink link) {
        this(calls, link, false);
    }

    /** @param released whether a message that goes nowhere is released, as RabbitMQ does it, and not rejected */
    ProducerCalls(ShardCalls calls, IncomingLink link, boolean released) {
        this.calls = calls;
        this.link = link;
        this.released = released;
    }

    @Override
    public void attached() {
        if (calls.direct()) {
            link.attached();
        } else {
            calls.later(link::attached);
        }
    }

    @Override
    public void closed(Refusal refusal) {
        if (calls.direct()) {
            link.refused(refusal);
        } else {
            calls.later(() -> link.refused(refusal));
        }
    }

    @Override
    public void accepted(Publish publish) {
        IncomingPublish incoming = (IncomingPublish) publish;
        if (calls.direct()) {
            incoming.accepted(link);
        } else {
            calls.later(() -> incoming.accepted(link));
        }
    }

    @Override
    public void refused(Publish publish, Refusal refusal) {
        IncomingPublish incoming = (IncomingPublish) publish;
        if (calls.direct()) {
            refused(incoming, refusal);
        } else {
            calls.later(() -> refused(incoming, refusal));
        }
    }

    private void refused(IncomingPublish incoming, Refusal refusal) {
        boolean nowhere = released && refusal.kind() == Refusal.Kind.NOT_FOUND && incoming.kind() == NodeKind.QUEUE;
        incoming.refused(
                nowhere ? new Refusal(Refusal.Kind.UNROUTABLE, refusal.text(), refusal.info()) : refusal, link);
    }

    @Override
    public void creditOpen(boolean open, String reason) {
        if (calls.direct()) {
            link.creditOpen(open ? "" : reason);
        } else {
            calls.later(() -> link.creditOpen(open ? "" : reason));
        }
    }
}
