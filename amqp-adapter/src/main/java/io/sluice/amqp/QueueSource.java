package io.sluice.amqp;

import io.sluice.broker.Refusal;
import io.sluice.broker.port.ConsumerActivity;
import io.sluice.broker.port.ConsumerListener;
import io.sluice.broker.port.LinkDescription;
import io.sluice.broker.queue.Delivery;

/** Brings what a shard tells a consumer to its link, on the connection's event loop. */
final class QueueSource implements ConsumerListener {
    private final ShardCalls calls;
    private final OutgoingLink link;

    QueueSource(ShardCalls calls, OutgoingLink link) {
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
    public void deliver(Delivery delivery) {
        if (delivery.message().isLarge()) {
            // Now: the next thing the shard does may be to delete it.
            delivery.context(link.open(delivery.message().largeBody().orElseThrow()));
        }
        if (calls.direct()) {
            link.deliver(delivery);
        } else {
            calls.later(() -> link.deliver(delivery));
        }
    }

    @Override
    public void timedOut(Delivery delivery) {
        if (calls.direct()) {
            link.timedOut(delivery);
        } else {
            calls.later(() -> link.timedOut(delivery));
        }
    }

    @Override
    public void settled(Delivery delivery) {
        if (calls.direct()) {
            link.settled(delivery);
        } else {
            calls.later(() -> link.settled(delivery));
        }
    }

    @Override
    public void activity(ConsumerActivity activity) {
        if (calls.direct()) {
            link.activity(activity);
        } else {
            calls.later(() -> link.activity(activity));
        }
    }

    @Override
    public void drained() {
        if (calls.direct()) {
            link.drained();
        } else {
            calls.later(link::drained);
        }
    }

    @Override
    public LinkDescription link() {
        return link.describe();
    }

    @Override
    public void detached() {
        if (calls.direct()) {
            link.detached();
        } else {
            calls.later(link::detached);
        }
    }
}
