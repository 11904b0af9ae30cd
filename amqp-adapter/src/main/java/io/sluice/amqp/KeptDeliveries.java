package io.sluice.amqp;

import io.sluice.broker.Refusal;
import io.sluice.broker.ResumableLink;
import io.sluice.broker.port.Reply;
import io.sluice.broker.shard.ShardMailbox;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Receiver;

/**
 * What outlives a link whose peer sends to a queue and wants to resume it (AMQP 1.0 §2.6.13): which of its deliveries were accepted and are not
 * settled by the peer yet. The queue has it, in the records of the messages. The peer must settle last: where we do, a tag may be in use again
 * before we know that the peer has heard of it, and a message that never came would be taken for one that did. The connection's event loop.
 */
final class KeptDeliveries {
    private final ShardCalls calls;
    private final ShardMailbox shard;
    private final String queue;
    private final ResumableLink link;
    private int unsettled;

    private KeptDeliveries(ShardCalls calls, ShardMailbox shard, String queue, ResumableLink link) {
        this.calls = calls;
        this.shard = shard;
        this.queue = queue;
        this.link = link;
    }

    /** Empty where the peer does not ask for it, or nothing can be kept. */
    static Optional<KeptDeliveries> of(ConnectionScope scope, Receiver receiver, LinkNode node) {
        boolean asks = receiver.getRemoteTarget() instanceof Target target && isKept(target);
        boolean peerSettlesLast = receiver.getRemoteReceiverSettleMode() == ReceiverSettleMode.SECOND
                && receiver.getRemoteSenderSettleMode() != SenderSettleMode.SETTLED;
        if (!asks || !peerSettlesLast || node.isTemporary()) {
            return Optional.empty();
        }
        ResumableLink link = ResumableLink.of(scope.principal().key(), scope.peerContainer(), receiver.getName());
        return Optional.of(new KeptDeliveries(scope.calls(), node.shard(), node.address(), link));
    }

    /** Whether a terminus is to keep what is unsettled, and for any time. */
    static boolean isKept(org.apache.qpid.proton.amqp.messaging.Terminus asked) {
        return asked.getDurable() == TerminusDurability.UNSETTLED_STATE && TerminusExpiry.outlivesLink(asked);
    }

    /** By which the queue is to know the delivery; "" where its peer will not ask for it. */
    String key(Delivery delivery) {
        return delivery.remotelySettled() || DeliveryStates.isInTransaction(delivery.getRemoteState())
                ? ""
                : link.key(delivery.getTag());
    }

    /** Looks up what was taken before, says so in the map, then goes on. */
    void resume(UnsettledMap map, Runnable then) {
        Map<String, Binary> tags = new HashMap<>();
        map.peers().keySet().forEach(tag -> tags.put(link.key(bytes(tag)), tag));
        shard.unconfirmed(queue, link, tags.keySet(), !map.isPeersIncomplete(), calls, new Reply<>() {
            @Override
            public void done(Set<String> known) {
                Map<Binary, DeliveryState> states = new HashMap<>();
                known.forEach(key -> states.put(tags.get(key), Accepted.getInstance()));
                calls.call(() -> {
                    map.answer(states);
                    then.run();
                });
            }

            @Override
            public void refused(Refusal refusal) {
                throw new IllegalStateException("what was taken is always known: " + refusal.text());
            }
        });
    }

    private static byte[] bytes(Binary tag) {
        byte[] bytes = new byte[tag.getLength()];
        System.arraycopy(tag.getArray(), tag.getArrayOffset(), bytes, 0, bytes.length);
        return bytes;
    }

    /** The peer has been told, or is about to be, that it is accepted. */
    void accepted() {
        unsettled++;
    }

    /** The peer settles a delivery. @param told whether it was {@link #accepted} */
    void settled(Delivery delivery, boolean told) {
        unsettled -= told ? 1 : 0;
        shard.confirmed(queue, List.of(link.key(delivery.getTag())));
    }

    /** Accepted and not settled by the peer: they hold their credit, so that there is a limit to them. */
    int unsettled() {
        return unsettled;
    }

    /** The peer has ended the link: nothing of it is wanted any longer. */
    void end() {
        shard.unconfirmed(queue, link, Set.of(), true, calls, new Reply<>() {
            @Override
            public void done(Set<String> known) {}

            @Override
            public void refused(Refusal refusal) {}
        });
    }
}
