package io.sluice.amqp;

import io.sluice.amqp.filter.NoLocalFilter;
import io.sluice.amqp.filter.SourceFilter;
import io.sluice.broker.Message;
import io.sluice.broker.port.Client;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.shard.ShardMailbox;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.engine.Sender;

/** One queue, and what the link selects of it. */
final class QueueNode implements SourceNode {
    private final Sender link;
    private final Source asked;
    private final SourceFilter filter;
    /** Whose messages it does not get, see {@link Message#publisher()}; 0: it gets all. */
    private final long notBy;

    private final LinkNode queue;

    /** @param container of the peer, whose own messages it may not want */
    QueueNode(Sender link, Source asked, SourceFilter filter, String container, LinkNode queue) {
        this.link = link;
        this.asked = asked;
        this.filter = filter;
        this.notBy = NoLocalFilter.isIn(asked.getFilter()) ? Message.publisher(container) : 0;
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
        if (notBy == 0) {
            return filter.isEmpty() ? Optional.empty() : Optional.of(filter);
        }
        return Optional.of(message -> message.publisher() != notBy && filter.test(message));
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
        if (notBy != 0) {
            shard.rememberPublishers();
        }
        queue.attach(consumer);
    }

    @Override
    public void detach(ShardMailbox shard, Consumer consumer, boolean closed) {
        shard.detach(consumer);
    }

    @Override
    public Source answer() {
        Map<Symbol, Object> applied = new LinkedHashMap<>(filter.accepted());
        if (notBy != 0) {
            applied.putAll(NoLocalFilter.of(asked.getFilter()));
        }
        return Terminus.answer(asked, applied, Optional.of(queue));
    }
}
