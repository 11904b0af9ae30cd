package io.sluice.amqp;

import io.sluice.amqp.filter.SourceFilter;
import io.sluice.amqp.servicebus.EntityPath;
import io.sluice.broker.Message;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.shard.ShardMailbox;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.engine.Sender;

/**
 * The dead letters of one queue: of the queue they went to, those that were in this one. Who may receive from a queue may receive its dead
 * letters, and those of no other.
 */
final class DeadLetterNode implements SourceNode {
    private final QueueNode queue;
    private final EntityPath of;

    /** @param source its address is the dead-letter queue's by now */
    DeadLetterNode(Sender link, Source source, SourceFilter filter, LinkNode deadLetters, EntityPath of) {
        this.queue = new QueueNode(link, source, filter, "", deadLetters);
        this.of = of;
    }

    @Override
    public String address() {
        return queue.address();
    }

    @Override
    public Optional<String> readFrom() {
        return Optional.of(of.permission());
    }

    @Override
    public Optional<KeptTermini.Kept> kept(ShardMailbox shard, Consumer consumer) {
        return queue.kept(shard, consumer);
    }

    @Override
    public Optional<Predicate<Message>> filter() {
        Predicate<Message> were = of::isDeadLetter;
        return Optional.of(queue.filter().map(were::and).orElse(were));
    }

    @Override
    public boolean copies() {
        return queue.copies();
    }

    @Override
    public void attach(ShardMailbox shard, Consumer consumer) {
        queue.attach(shard, consumer);
    }

    @Override
    public void detach(ShardMailbox shard, Consumer consumer, boolean closed) {
        queue.detach(shard, consumer, closed);
    }

    @Override
    public Source answer() {
        return queue.answer();
    }
}
