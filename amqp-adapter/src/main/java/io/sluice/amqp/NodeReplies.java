package io.sluice.amqp;

import io.sluice.amqp.message.IncomingMessage;
import io.sluice.amqp.message.MalformedMessageException;
import io.sluice.broker.Message;
import io.sluice.broker.NodeKind;
import io.sluice.broker.Refusal;
import io.sluice.broker.TemporaryName;
import io.sluice.broker.port.ProducerListener;
import io.sluice.broker.queue.Producer;
import io.sluice.broker.shard.Publish;
import io.sluice.broker.shard.ShardMailbox;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Session;

/**
 * Where answers of local nodes go: over a link from the node by the address its target names, or into the temporary queue that the asker
 * receives from.
 */
final class NodeReplies {
    /** The reply-to of requests whose answers come over the link that is paired with theirs. */
    static final String PAIRED = "$me";

    private final ConnectionScope scope;
    private final Map<Object, NodeReplyLink> links = new HashMap<>();

    /** Two links of one name in one session, one each way. */
    record Pair(Session session, String name) {
        static Pair of(Link either) {
            return new Pair(either.getSession(), either.getName());
        }
    }

    /** Nobody is told what becomes of an answer. */
    private static final class Unheard implements ProducerListener {
        @Override
        public void attached() {}

        @Override
        public void closed(Refusal refusal) {}

        @Override
        public void accepted(Publish publish) {}

        @Override
        public void refused(Publish publish, Refusal refusal) {}

        @Override
        public void creditOpen(boolean open, String reason) {}
    }

    NodeReplies(ConnectionScope scope) {
        this.scope = scope;
    }

    /** @param way an address, or a {@link Pair} */
    void add(Object way, NodeReplyLink link) {
        links.put(way, link);
    }

    void remove(Object way, NodeReplyLink link) {
        links.remove(way, link);
    }

    /** An answer nobody listens for is dropped: its asker is gone or has named no way back. */
    void send(Object way, Message reply) {
        NodeReplyLink link = links.get(way);
        if (link != null) {
            link.send(reply);
        } else if (way instanceof String address
                && TemporaryName.is(address)
                && !TemporaryName.isTopic(address)
                && scope.environment().shards().elsewhere(address).isEmpty()) {
            put(address, reply);
        }
    }

    /** As if a peer had sent it: where its sections are is known then. */
    private static Message asSent(Message reply) {
        try {
            return IncomingMessage.parse(reply.encoded(), 0);
        } catch (MalformedMessageException e) {
            throw new IllegalStateException("a node of the broker answers with what is no message", e);
        }
    }

    private void put(String queue, Message reply) {
        ShardMailbox shard = scope.environment().shards().of(queue);
        Producer producer = new Producer(scope.calls(), new Unheard(), NodeKind.QUEUE, Optional.empty());
        shard.attach(producer);
        shard.publish(producer, new Publish(queue, asSent(reply)));
        shard.detach(producer);
    }
}
