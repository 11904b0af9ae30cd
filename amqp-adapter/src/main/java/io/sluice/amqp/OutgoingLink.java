package io.sluice.amqp;

import io.sluice.amqp.filter.FilterText;
import io.sluice.amqp.message.OutgoingMessage;
import io.sluice.broker.Annotations;
import io.sluice.broker.Outcome;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.LargeBodies;
import io.sluice.broker.port.LinkDescription;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.shard.ShardMailbox;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Sender;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A link whose peer receives from a queue or a subscription. The shard is granted no more than the peer's credit, and of that only what the
 * connection can soon write: a slow reader costs its window and holds up nobody. A large message is sent chunk by chunk, and what
 * comes behind it waits: transfers of one link do not interleave.
 */
final class OutgoingLink implements LinkEndpoint {
    private static final Logger LOG = LoggerFactory.getLogger(OutgoingLink.class);
    private static final Outcome NOT_HERE = new Outcome.Modified(true, true, Annotations.EMPTY);
    /** Context of a delivery whose outcome is on its way to the shard. */
    private static final Object DECIDED = new Object();

    private enum State {
        ATTACHING,
        OPEN,
        /** The peer has detached; the shard is giving back what it had. */
        DETACHING,
        CLOSED
    }

    private final ConnectionScope scope;
    private final Sender sender;
    private final SourceNode node;
    private final ShardMailbox shard;
    private final Consumer consumer;
    private final SourceOutcomes outcomes;
    private final DeliveryTags tags = new DeliveryTags();
    private final Grant grant;
    /** The large message that is being sent, null when there is none. */
    private OutgoingBody body;
    /** Behind it. */
    private final Deque<io.sluice.broker.queue.Delivery> behind = new ArrayDeque<>();

    private State state = State.ATTACHING;
    private boolean peerCloses;
    private boolean drained;

    OutgoingLink(ConnectionScope scope, Sender sender, SourceNode node, ConsumerTerms terms) {
        this.scope = scope;
        this.sender = sender;
        sender.setProperties(terms.applied().isEmpty() ? null : terms.applied());
        this.node = node;
        this.outcomes = SourceOutcomes.of(sender.getRemoteSource());
        this.shard = scope.environment().shards().apply(node.address());
        this.consumer = new Consumer(new Consumer.Request(
                scope.calls(),
                new QueueSource(scope.calls(), scope.environment().large().bodies(), this),
                node.address(),
                mode(),
                outcomes.byDefault().orElse(Outcome.FAILED),
                node.filter(),
                terms.terms()));
        this.grant = new Grant(
                new FlowWindow(scope.limits().outgoing()), scope.limits().maxUnsettledPerLink());
    }

    private Consumer.Mode mode() {
        if (node.copies()) {
            return Consumer.Mode.COPY;
        }
        return settlesFirst() ? Consumer.Mode.MOVE_PRESETTLED : Consumer.Mode.MOVE;
    }

    private boolean settlesFirst() {
        return sender.getRemoteSenderSettleMode() == SenderSettleMode.SETTLED;
    }

    void attach() {
        node.attach(shard, consumer);
    }

    // From the shard

    void attached() {
        if (state == State.ATTACHING) {
            state = State.OPEN;
            Terminus.accept(sender, node.answer());
            // Clients send their first flow right behind the attach, without waiting for ours.
            grant(true);
        }
    }

    void refused(Refusal refusal) {
        boolean answers = state == State.DETACHING;
        close(Conditions.of(refusal));
        if (answers) {
            scope.remove(this);
            scope.finished(sender);
        }
    }

    void deliver(io.sluice.broker.queue.Delivery message) {
        grant.received();
        if (state != State.OPEN) {
            closeSource(message);
        } else if (body != null || message.message().isLarge()) {
            behind.add(message);
            sendBehind();
        } else {
            send(message);
        }
    }

    private void send(io.sluice.broker.queue.Delivery message) {
        if (sender.getCredit() <= 0) {
            // The peer took its credit back while the message was on its way to this thread.
            shard.settle(message, Outcome.UNSENT);
            return;
        }
        ReadableBuffer encoded =
                OutgoingMessage.encode(message, scope.environment().clock().millis());
        if (tooLarge(encoded.remaining())) {
            shard.settle(message, NOT_HERE);
            return;
        }
        Delivery delivery = begin(message, encoded.remaining());
        sender.sendNoCopy(encoded);
        sender.advance();
        sent(delivery);
    }

    private Delivery begin(io.sluice.broker.queue.Delivery message, int bytes) {
        grant.sent(bytes);
        Delivery delivery = sender.delivery(tags.take());
        delivery.setMessageFormat(message.message().messageFormat());
        delivery.setContext(message);
        message.context(delivery);
        return delivery;
    }

    private void sent(Delivery delivery) {
        if (settlesFirst()) {
            delivery.settle();
            settledTag(delivery);
        }
    }

    // Large messages

    /** Sends what can be sent up to the next large message, and begins that. */
    private void sendBehind() {
        while (body == null && !behind.isEmpty()) {
            io.sluice.broker.queue.Delivery message = behind.poll();
            if (!message.message().isLarge()) {
                send(message);
            } else if (sender.getCredit() <= 0) {
                refuse(message, Outcome.UNSENT);
            } else if (tooLarge(message.message().size())) {
                refuse(message, NOT_HERE);
            } else {
                body = new OutgoingBody(scope, this, message, (LargeBodies.Source) message.context());
                body.start();
            }
        }
    }

    private void refuse(io.sluice.broker.queue.Delivery message, Outcome outcome) {
        closeSource(message);
        shard.settle(message, outcome);
    }

    private static void closeSource(io.sluice.broker.queue.Delivery message) {
        if (message.context() instanceof LargeBodies.Source source) {
            source.close();
        }
    }

    /** A chunk is there. */
    void bodyReady(OutgoingBody ready) {
        if (ready == body) {
            push();
        }
    }

    /** Gives the engine the next chunk, if there is one and the one before is written. @return whether it did */
    private boolean push() {
        if (body.waits()) {
            awaitOutput();
        }
        if (!body.canPush()) {
            return false;
        }
        io.sluice.broker.queue.Delivery message = body.message();
        boolean first = !body.hasBegun();
        if (first && sender.getCredit() <= 0) {
            endBody();
            shard.settle(message, Outcome.UNSENT);
            sendBehind();
            return false;
        }
        ReadableBuffer chunk = body.take();
        if (first) {
            body.begun(begin(message, message.message().size()));
        }
        sender.sendNoCopy(chunk);
        if (body.isComplete()) {
            sender.advance();
            endBody();
            sent((Delivery) message.context());
            sendBehind();
            awaitOutput();
        }
        return true;
    }

    private void endBody() {
        body.close();
        body = null;
    }

    void bodyFailed(OutgoingBody failed, StorageException cause, boolean damaged) {
        if (failed != body) {
            return;
        }
        io.sluice.broker.queue.Delivery message = body.message();
        LOG.error(
                "Message {} of queue '{}' cannot be delivered: {}",
                message.sequence(),
                consumer.address(),
                cause.getMessage());
        abortBody();
        shard.settle(message, damaged ? new Outcome.Damaged() : NOT_HERE);
        sendBehind();
        awaitOutput();
    }

    /** The large message is not sent on; its delivery, if it has begun, ends as {@code aborted}. */
    private void abortBody() {
        abort(body);
        endBody();
    }

    private void abort(OutgoingBody unfinished) {
        if (unfinished.hasBegun()) {
            Delivery delivery = unfinished.cut();
            // The tag is not used again: until the last transfer is written, the peer knows it.
            scope.aborted().add(sender, delivery.getTag());
            sender.advance();
            delivery.settle();
            grant.settled();
        }
    }

    /** Deliveries that are here and have not used up credit of the engine's yet. */
    private int held() {
        return behind.size() + (body == null ? 0 : 1);
    }

    /** Deliveries the peer may still be sent, beyond those that are here. */
    private int credit() {
        return sender.getCredit() - held();
    }

    private boolean tooLarge(long bytes) {
        UnsignedLong max = sender.getRemoteMaxMessageSize();
        return max != null && max.longValue() > 0 && bytes > max.longValue();
    }

    private void settledTag(Delivery delivery) {
        grant.settled();
        tags.give(delivery.getTag());
    }

    /** The broker has taken the message back. */
    void timedOut(io.sluice.broker.queue.Delivery message) {
        if (state != State.OPEN) {
            return;
        }
        if (behind.remove(message)) {
            closeSource(message);
            awaitOutput();
        } else if (body != null && body.message() == message) {
            abortBody();
            sendBehind();
            awaitOutput();
        } else if (message.context() instanceof Delivery delivery && !delivery.isSettled()) {
            LostLocks.takeBack(sender, delivery, this::settledTag);
        }
    }

    void settled(io.sluice.broker.queue.Delivery message) {
        if (state == State.CLOSED
                || !(message.context() instanceof Delivery delivery)
                || delivery.isSettled()
                || LostLocks.isAnsweredLater(delivery)) {
            return;
        }
        boolean answers = !delivery.remotelySettled() && delivery.getRemoteState() != null;
        if (answers && delivery.getRemoteState() != EarlySettlement.WITHOUT_OUTCOME) {
            delivery.disposition(DeliveryStates.afterTransaction(delivery.getRemoteState()));
        }
        settle(delivery);
    }

    private void settle(Delivery delivery) {
        delivery.settle();
        settledTag(delivery);
        if (grant.isThrottled()) {
            awaitOutput();
        }
    }

    void drained() {
        if (state != State.OPEN) {
            return;
        }
        boolean more = grant.drained() && credit() > 0;
        if (more || !sender.getDrain()) {
            grant(true);
        } else {
            drained = true;
            finishDrain();
        }
    }

    /** Not before everything is written: the engine would take back the credit of what waits for the session window. */
    private boolean finishDrain() {
        if (drained && sender.getQueued() == 0 && held() == 0) {
            drained = false;
            return sender.drained() > 0;
        }
        if (drained) {
            awaitOutput();
        }
        return false;
    }

    void detached() {
        if (state == State.DETACHING) {
            state = State.CLOSED;
            if (peerCloses) {
                sender.close();
            } else {
                sender.detach();
            }
            scope.remove(this);
            scope.finished(sender);
        }
    }

    // From the peer

    @Override
    public Link link() {
        return sender;
    }

    @Override
    public LinkStatus.Handle handle() {
        return new LinkStatus.Handle(Optional.of(consumer), "");
    }

    /** Any thread: nothing of it changes. */
    LinkDescription describe() {
        PeerIdentity peer = scope.identity();
        return new LinkDescription(
                peer.connection() + "." + PeerLink.of(sender).count.number,
                sender.getName(),
                peer.container(),
                peer.remoteAddress(),
                FilterText.of(sender.getSource() instanceof Source answered ? answered.getFilter() : null));
    }

    @Override
    public void flow() {
        // If it drains, its own answer will come.
        drained = false;
        grant(true);
    }

    @Override
    public void asked(LongConsumer answer) {
        shard.awaitingCredit(consumer, waiting -> scope.calls().onLoop(() -> answer.accept(waiting)));
    }

    private void grant(boolean asked) {
        if (state != State.OPEN) {
            return;
        }
        // The engine counts what has begun as queued.
        int queued = sender.getQueued() + held() - (body != null && body.hasBegun() ? 1 : 0);
        if (grant.update(credit(), queued, sender.getDrain(), asked)) {
            shard.grant(consumer, grant.limit(), grant.drains());
        }
        if (grant.isThrottled()) {
            awaitOutput();
        }
    }

    private void awaitOutput() {
        if (grant.startsWaiting()) {
            scope.awaitOutput(this);
        }
    }

    @Override
    public boolean outputWritten() {
        grant.stopsWaiting();
        boolean more = body != null && push();
        more |= finishDrain();
        if (!drained) {
            // Until a drain is answered its credit is not to be given again.
            grant(false);
        }
        return more;
    }

    @Override
    public void delivery(Delivery delivery) {
        if (LostLocks.answer(delivery, this::settledTag)) {
            return;
        }
        io.sluice.broker.queue.Delivery message = TransactedOutcome.messageOf(delivery);
        if (message == null) {
            return;
        }
        DeliveryState state = delivery.getRemoteState();
        if (state instanceof TransactionalState || scope.transactions().holds(message)) {
            new TransactedOutcome(this, scope.transactions(), delivery, message).apply();
        } else {
            decide(delivery, message, state);
        }
    }

    /** What the peer says of a delivery holds at once. @param state null: nothing but that it may be settled */
    void decide(Delivery delivery, io.sluice.broker.queue.Delivery message, DeliveryState state) {
        Optional<Outcome> outcome = DeliveryStates.outcome(state);
        boolean settled = delivery.remotelySettled() || state == EarlySettlement.WITHOUT_OUTCOME;
        if (outcome.isPresent() && !lists(state)) {
            return;
        }
        if (outcome.isPresent() || settled) {
            delivery.setContext(DECIDED);
            if (isSending(delivery)) {
                // Decided before it has seen all: the rest is not wanted.
                abortBody();
                awaitOutput();
            }
            shard.settle(message, outcome.orElse(withoutOutcome()));
            sendBehind();
        } else if (state != null && !DeliveryStates.isReceived(state)) {
            close(Conditions.of(Refusal.Kind.NOT_IMPLEMENTED, "a delivery state that is no outcome of this source"));
        }
    }

    /** Whether the source lists the outcome (§3.5.3). The link ends where it does not. */
    boolean lists(Object outcome) {
        boolean listed = outcomes.allows(outcome);
        if (!listed) {
            close(Conditions.of(Refusal.Kind.NOT_ALLOWED, "an outcome that the source of this link does not list"));
        }
        return listed;
    }

    /** Of a delivery that is settled and of which nothing is said: as if it had not been touched (AMQP 1.0 §3.4). */
    Outcome withoutOutcome() {
        return outcomes.byDefault().orElse(Outcome.RELEASED);
    }

    /** Whether it is a large message that has begun and is not complete. */
    boolean isSending(Delivery delivery) {
        return body != null && body.isOf(delivery);
    }

    /** The peer has settled a delivery whose outcome is a transaction's: there is nothing more to say of it. */
    void settledInTransaction(Delivery delivery) {
        if (isSending(delivery)) {
            abortBody();
            awaitOutput();
            sendBehind();
        } else {
            settle(delivery);
        }
    }

    ShardMailbox shard() {
        return shard;
    }

    @Override
    public void peerDetached(boolean closed) {
        if (state == State.CLOSED) {
            scope.remove(this);
            scope.finished(sender);
            return;
        }
        state = State.DETACHING;
        peerCloses = closed;
        giveBack(true);
        node.detach(shard, consumer, closed);
    }

    @Override
    public void lost(boolean clean) {
        if (state == State.OPEN) {
            giveBack(clean);
        }
        if (state != State.CLOSED) {
            state = State.CLOSED;
            shard.detach(consumer);
        }
        scope.remove(this);
    }

    /**
     * Settles before the detach what is not to get the loss outcome: what was never written, and all that a peer leaves behind
     * who ends the link itself and has named no outcome for it. A large message that was partly written counts as written: a
     * consumer that fails at its size fails at it.
     */
    private void giveBack(boolean clean) {
        behind.forEach(message -> refuse(message, Outcome.UNSENT));
        behind.clear();
        List<Delivery> unsettled = new ArrayList<>();
        for (Delivery next = sender.head(); next != null; next = next.next()) {
            unsettled.add(next);
        }
        boolean all = clean
                && (outcomes.byDefault().isEmpty()
                        || scope.transactions().dialect().settlesBeforeTheEnd());
        int queued = sender.getQueued();
        if (body != null) {
            if (body.hasBegun() && !all) {
                queued--;
                unsettled.remove(unsettled.size() - 1);
            } else if (!body.hasBegun()) {
                shard.settle(body.message(), Outcome.UNSENT);
            }
            endBody();
        }
        int written = Math.max(0, unsettled.size() - queued);
        for (int i = all ? 0 : written; i < unsettled.size(); i++) {
            io.sluice.broker.queue.Delivery message = TransactedOutcome.messageOf(unsettled.get(i));
            if (message != null && !scope.transactions().holds(message)) {
                shard.settle(message, i < written ? Outcome.RELEASED : Outcome.UNSENT);
            }
        }
    }

    @Override
    public void close(ErrorCondition condition) {
        if (state == State.CLOSED) {
            return;
        }
        boolean attaching = state == State.ATTACHING;
        if (state == State.OPEN) {
            OutgoingBody unfinished = body;
            giveBack(false);
            if (unfinished != null) {
                // The engine detaches no link in the middle of a delivery; and it is not the consumer who failed.
                abort(unfinished);
                shard.settle(unfinished.message(), Outcome.UNSENT);
            }
        }
        state = State.CLOSED;
        shard.detach(consumer);
        if (attaching) {
            Terminus.refuse(sender, condition);
        } else if (sender.getLocalState() != EndpointState.CLOSED) {
            sender.setCondition(condition);
            sender.close();
        }
    }
}
