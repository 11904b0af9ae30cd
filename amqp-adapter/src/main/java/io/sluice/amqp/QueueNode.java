package io.sluice.amqp;

import io.sluice.amqp.filter.SourceFilter;
import io.sluice.broker.Message;
import io.sluice.broker.port.Client;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.shard.ShardMailbox;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.engine.Sender;

/** One queue, and what the link selects of it. */
final class QueueNode implements SourceNode {
    private final Sender link;
    private final Source asked;
    private final SourceFilter filter;
    private final LinkNode queue;

    QueueNode(Sender link, Source asked, SourceFilter filter, LinkNode queue) {
        this.link = link;
        this.asked = asked;
        this.filter = filter;
        this.queue = queue;
    }

    @Override
    public Optional<KeptTermini.Kept> kept(ShardMailbox shard, Consumer consumer) {
        return queue.kept(link);
    }

    @Override
    public Client client(ShardCalls calls) {
        return queue.client(calls);
    }

    @Override
    public String address() {
        return queue.address();
    }

    @Override
    public Optional<Predicate<Message>> filter() {
        return filter.isEmpty() ? Optional.empty() : Optional.of(filter);
    }

    @Override
    public boolean copies() {
        return Terminus.copies(asked);
    }

    @Override
    public boolean resumes() {
        return !queue.isTemporary() && KeptDeliveries.isKept(asked);
    }

    @Override
    public void attach(ShardMailbox shard, Consumer consumer) {
        queue.attach(consumer);
    }

    @Override
    public void detach(ShardMailbox shard, Consumer consumer, boolean closed) {
        shard.detach(consumer);
    }

    @Override
    public Source answer() {
        return Terminus.answer(asked, filter.accepted(), Optional.of(queue));
    }
}
