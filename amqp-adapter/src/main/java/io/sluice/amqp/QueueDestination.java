package io.sluice.amqp;

import io.sluice.broker.Message;
import io.sluice.broker.queue.Producer;
import io.sluice.broker.shard.ShardMailbox;
import java.util.Optional;
import org.apache.qpid.proton.engine.Delivery;

/** One queue. */
final class QueueDestination implements Destination {
    private final ShardCalls calls;
    private final LinkNode node;
    private final String address;
    private final ShardMailbox shard;
    private final ConnectionTransactions transactions;
    private Producer producer;

    QueueDestination(ConnectionScope scope, LinkNode node) {
        this.calls = scope.calls();
        this.node = node;
        this.address = node.address();
        this.shard = node.shard();
        this.transactions = scope.transactions();
    }

    @Override
    public Optional<LinkNode> node() {
        return Optional.of(node);
    }

    @Override
    public void attach(IncomingLink link) {
        producer = new Producer(calls, new ProducerCalls(calls, link), Optional.of(address));
        node.attach(producer);
    }

    @Override
    public void send(Message message, Delivery delivery) {
        transactions.publish(shard, producer, new IncomingPublish(address, message, delivery));
    }

    @Override
    public boolean takesLarge() {
        return true;
    }

    @Override
    public boolean transacts() {
        return true;
    }

    @Override
    public void detach() {
        shard.detach(producer);
    }
}
