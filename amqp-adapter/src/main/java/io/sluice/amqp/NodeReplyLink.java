package io.sluice.amqp;

import io.sluice.broker.Message;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Sender;

/** A link that takes the answers of a local node; nothing is stored, an answer waits only for credit. */
final class NodeReplyLink implements LinkEndpoint {
    /** More answers than a client has requests under way; the oldest give way. */
    private static final int MAX_WAITING = 256;
    /** Of answers that wait; the newest waits in any case. */
    private static final long MAX_WAITING_BYTES = 8 << 20;

    private final ConnectionScope scope;
    private final Sender sender;
    private final Object way;
    private final DeliveryTags tags = new DeliveryTags();
    private final Deque<Message> waiting = new ArrayDeque<>();
    private long waitingBytes;

    /** @param way by which answers find it: the address of the peer's target, its requests' reply-to, or a {@link NodeReplies.Pair} */
    NodeReplyLink(ConnectionScope scope, Sender sender, Object way) {
        this.scope = scope;
        this.sender = sender;
        this.way = way;
        scope.replies().add(way, this);
    }

    void send(Message reply) {
        waiting.add(reply);
        waitingBytes += reply.residentBytes();
        while (waiting.size() > MAX_WAITING || (waiting.size() > 1 && waitingBytes > MAX_WAITING_BYTES)) {
            waitingBytes -= waiting.poll().residentBytes();
        }
        sendWaiting();
    }

    private void sendWaiting() {
        while (sender.getCredit() > 0 && !waiting.isEmpty()) {
            byte[] encoded = waiting.poll().encoded();
            waitingBytes -= encoded.length;
            Delivery delivery = sender.delivery(tags.take());
            sender.sendNoCopy(ReadableBuffer.ByteBufferReader.wrap(encoded));
            sender.advance();
            if (sender.getSenderSettleMode() == SenderSettleMode.SETTLED) {
                delivery.settle();
                tags.give(delivery.getTag());
            }
        }
    }

    @Override
    public Link link() {
        return sender;
    }

    @Override
    public void flow() {
        sendWaiting();
        if (sender.getDrain() && waiting.isEmpty()) {
            scope.awaitOutput(this);
        }
    }

    @Override
    public void delivery(Delivery delivery) {
        if (delivery.getRemoteState() != null || delivery.remotelySettled()) {
            if (!delivery.remotelySettled()) {
                delivery.disposition(delivery.getRemoteState());
            }
            delivery.settle();
            tags.give(delivery.getTag());
        }
    }

    @Override
    public void peerDetached(boolean closed) {
        lost(true);
        if (closed) {
            sender.close();
        } else {
            sender.detach();
        }
        scope.finished(sender);
    }

    @Override
    public void lost(boolean clean) {
        scope.replies().remove(way, this);
        scope.remove(this);
        waiting.clear();
        waitingBytes = 0;
    }

    @Override
    public void close(ErrorCondition condition) {
        lost(true);
        if (sender.getLocalState() != EndpointState.CLOSED) {
            sender.setCondition(condition);
            sender.close();
        }
    }

    @Override
    public boolean outputWritten() {
        return sender.getQueued() == 0 && sender.drained() > 0;
    }
}
