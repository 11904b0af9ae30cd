package io.sluice.amqp;

import io.sluice.broker.Message;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.LargeBodies;
import io.sluice.broker.queue.Producer;
import io.sluice.broker.shard.ShardMailbox;
import java.util.List;
import java.util.Optional;
import org.apache.qpid.proton.engine.Delivery;

/** One queue, one topic or one exchange. */
final class QueueDestination implements Destination {
    private final ShardCalls calls;
    /** Empty for an exchange, and for a topic, unless it is made for this link. */
    private final Optional<LinkNode> node;

    private final Optional<KeptDeliveries> kept;
    private final MessageTarget target;
    private final PeerIdentity peer;
    private final ShardMailbox shard;
    private final ConnectionTransactions transactions;
    private final LargeMessages large;
    private Producer producer;

    QueueDestination(ConnectionScope scope, LinkNode node, Optional<KeptDeliveries> kept) {
        this(scope, Optional.of(node), kept, node.target(), node.shard());
    }

    /** @param target a topic or an exchange */
    QueueDestination(ConnectionScope scope, MessageTarget target) {
        this(
                scope,
                Optional.empty(),
                Optional.empty(),
                target,
                scope.environment().shards().of(target.address()));
    }

    private QueueDestination(
            ConnectionScope scope,
            Optional<LinkNode> node,
            Optional<KeptDeliveries> kept,
            MessageTarget target,
            ShardMailbox shard) {
        this.kept = kept;
        this.calls = scope.calls();
        this.node = node;
        this.target = target;
        this.peer = scope.identity();
        this.shard = shard;
        this.transactions = scope.transactions();
        this.large = scope.environment().large();
    }

    @Override
    public Optional<LinkNode> node() {
        return node;
    }

    @Override
    public Optional<String> address() {
        return Optional.of(target.address());
    }

    @Override
    public Optional<KeptDeliveries> kept() {
        return kept;
    }

    @Override
    public void attach(IncomingLink link) {
        Client client = node.isPresent() ? node.get().client(calls) : calls;
        producer = new Producer(client, new ProducerCalls(calls, link), target.kind(), Optional.of(target.address()));
        if (node.isPresent()) {
            node.get().attach(producer);
        } else {
            shard.attach(producer);
        }
    }

    @Override
    public void send(Message message, Delivery delivery) {
        String key = kept.isPresent() ? kept.get().key(delivery) : "";
        transactions.publish(shard, producer, new IncomingPublish(shard, target, message, delivery, peer, key));
    }

    @Override
    public void sendAll(List<Message> messages, Delivery delivery, int bytes) {
        IncomingBatch batch = new IncomingBatch(delivery, bytes);
        String key = kept.isPresent() ? kept.get().key(delivery) : "";
        // They come together or not at all, so one would do; but the queue keeps no key with a message that it knows by
        // its
        // own id, and with one that is not durable only while it runs.
        batch.add(messages, message -> new IncomingPublish(shard, target, message, delivery, peer, key, batch));
        transactions.publish(shard, producer, batch);
    }

    @Override
    public boolean takesLarge() {
        return true;
    }

    @Override
    public LargeBodies bodies(Message front) {
        return large.of(shard);
    }

    @Override
    public boolean transacts() {
        return true;
    }

    @Override
    public void detach() {
        if (producer != null) {
            shard.detach(producer);
        }
    }
}
