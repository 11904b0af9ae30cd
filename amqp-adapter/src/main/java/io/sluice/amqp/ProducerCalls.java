package io.sluice.amqp;

import io.sluice.broker.Refusal;
import io.sluice.broker.port.ProducerListener;
import io.sluice.broker.shard.Publish;

/** Brings what a shard tells a producer to its link, on the connection's event loop. */
final class ProducerCalls implements ProducerListener {
    private final ShardCalls calls;
    private final IncomingLink link;

    ProducerCalls(ShardCalls calls, IncomingLink link) {
        this.calls = calls;
        this.link = link;
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
            incoming.refused(refusal, link);
        } else {
            calls.later(() -> incoming.refused(refusal, link));
        }
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
