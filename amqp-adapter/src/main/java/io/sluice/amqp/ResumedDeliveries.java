package io.sluice.amqp;

import io.sluice.broker.Outcome;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Reply;
import io.sluice.broker.queue.Delivery;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transport.DeliveryState;

/**
 * What a link whose peer receives from a queue comes back to (AMQP 1.0 §2.6.13). Its tags name the messages, so nothing need be kept: a message
 * that the peer has unsettled is taken by its number, if nobody has it. What the peer says became of it is applied; else it is sent
 * again. The connection's event loop.
 */
final class ResumedDeliveries {
    private static final int TAG_BYTES = 2 * Long.BYTES;

    private final ConnectionScope scope;
    private final OutgoingLink link;
    private final Deque<Resumed> waiting = new ArrayDeque<>();
    private boolean takesNothingNew;

    /** A message that waits for credit. */
    private static final class Resumed {
        private final Delivery message;
        /** Its outcome; null where it is to be sent again. */
        private DeliveryState said;

        private boolean applied;

        private Resumed(Delivery message, DeliveryState said) {
            this.message = message;
            this.said = said;
        }
    }

    ResumedDeliveries(ConnectionScope scope, OutgoingLink link) {
        this.scope = scope;
        this.link = link;
    }

    /** The same for each delivery of the message, and for no other message: a queue declared anew begins to count anew. */
    static byte[] tag(Delivery message) {
        return ByteBuffer.allocate(TAG_BYTES)
                .putLong(message.sequence())
                .putLong(message.arrivedAtMillis())
                .array();
    }

    /** Takes what is still there of what the peer has unsettled, says so in the map, then goes on. */
    void resume(UnsettledMap map, Runnable then) {
        takesNothingNew = map.isPeersIncomplete();
        Map<Binary, Object> states = map.peers();
        Map<Long, Binary> tags = new HashMap<>();
        for (Binary tag : states.keySet()) {
            if (tag.getLength() == TAG_BYTES) {
                tags.put(tag.asByteBuffer().getLong(), tag);
            }
        }
        if (tags.isEmpty()) {
            then.run();
            return;
        }
        link.shard().fetchAll(link.consumer(), List.copyOf(tags.keySet()), scope.calls(), new Reply<>() {
            @Override
            public void done(List<Delivery> found) {
                scope.calls().call(() -> {
                    Map<Binary, DeliveryState> ours = new HashMap<>();
                    for (Delivery message : found) {
                        Binary tag = tags.get(message.sequence());
                        if (link.isAttaching() && new Binary(tag(message)).equals(tag)) {
                            ours.put(tag, null);
                            add(message, states.get(tag));
                        } else {
                            giveBack(message);
                        }
                    }
                    map.answer(ours);
                    then.run();
                });
            }

            @Override
            public void refused(Refusal refusal) {
                throw new IllegalStateException("what is there is always known: " + refusal.text());
            }
        });
    }

    private void add(Delivery message, Object peersState) {
        Optional<Outcome> outcome = link.outcome(peersState);
        waiting.add(new Resumed(message, outcome.isPresent() ? (DeliveryState) peersState : null));
        if (outcome.isPresent()) {
            OutgoingBodies.closeSource(message);
            link.shard().settle(message, outcome.get());
        }
    }

    private void giveBack(Delivery message) {
        OutgoingBodies.closeSource(message);
        link.shard().settle(message, Outcome.UNSENT);
    }

    /** Our map is written by now. Not all was told, by us or by the peer: until the link is attached again nothing new goes over it (§2.7.3). */
    boolean takesNothingNew() {
        return takesNothingNew || PeerLink.of(link.sender()).unsettled.isIncomplete();
    }

    /** How many wait for credit. */
    int held() {
        return waiting.size();
    }

    /** What was decided of the message is durable. @return whether it was one of these, which its peer has not heard of yet */
    boolean settled(Delivery message) {
        for (Resumed each : waiting) {
            if (each.message == message) {
                each.applied = true;
                push();
                return true;
            }
        }
        return false;
    }

    /** The broker has taken the message back. @return whether it was one of these: its peer is told that it is released */
    boolean takenBack(Delivery message) {
        for (Resumed each : waiting) {
            if (each.message == message) {
                OutgoingBodies.closeSource(message);
                each.said = Released.getInstance();
                each.applied = true;
                push();
                return true;
            }
        }
        return false;
    }

    /** Sends what may be sent: it comes before all that is new. */
    void push() {
        while (!waiting.isEmpty() && link.mayBegin()) {
            Resumed next = waiting.peek();
            if (next.said == null) {
                waiting.poll();
                scope.marks().resumed().add(link.sender(), tag(next.message));
                link.sendInTurn(next.message);
            } else if (next.applied && !link.bodies().isSending()) {
                waiting.poll();
                scope.marks().resumed().add(link.sender(), tag(next.message));
                settle(next);
            } else {
                return;
            }
        }
    }

    /** The peer has the message: it is told that what it said was done. */
    private void settle(Resumed decided) {
        org.apache.qpid.proton.engine.Delivery delivery = link.begin(decided.message, 0);
        delivery.setContext(null);
        delivery.disposition(decided.said);
        link.sender().advance();
        delivery.settle();
        link.settledTag(delivery);
    }

    /** The link ends. */
    void giveBack() {
        for (Resumed each : waiting) {
            if (each.said == null) {
                giveBack(each.message);
            }
        }
        waiting.clear();
    }
}
