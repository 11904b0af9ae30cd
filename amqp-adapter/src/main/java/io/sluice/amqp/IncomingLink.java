package io.sluice.amqp;

import io.sluice.amqp.message.MalformedMessageException;
import io.sluice.broker.Message;
import io.sluice.broker.Refusal;
import io.sluice.broker.Refusal.Kind;
import io.sluice.broker.security.Permissions;
import java.util.Optional;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Receiver;

/**
 * A link whose peer sends. Puts messages together from their transfers, hands them to the {@link Destination} and answers with
 * what becomes of them. A message without an answer holds its credit, so that a slow journal slows its producers and nobody
 * else. A message that grows beyond the threshold goes on to where large bodies are kept, transfer by transfer.
 */
final class IncomingLink implements LinkEndpoint {
    private enum State {
        ATTACHING,
        OPEN,
        /** The peer has detached; answers are still due. */
        DETACHING,
        CLOSED
    }

    private final ConnectionScope scope;
    private final Receiver receiver;
    private final Destination destination;
    private final Optional<KeptDeliveries> kept;
    private final Arrivals arrivals;
    private final IncomingMessages messages;
    private final PartialDelivery partial;
    private final FlowWindow window;
    private State state = State.ATTACHING;
    /** Why the peer gets no more credit, "" when it does. */
    private String creditWithheld = "";

    private boolean peerCloses;
    private boolean refills;
    private int unanswered;

    IncomingLink(ConnectionScope scope, Receiver receiver, Destination destination) {
        this.scope = scope;
        this.receiver = receiver;
        this.destination = destination;
        this.kept = destination.kept();
        this.arrivals = new Arrivals(destination);
        this.messages = new IncomingMessages(scope, destination, arrivals);
        this.partial = new PartialDelivery(scope, this, receiver, destination);
        this.window = new FlowWindow(scope.limits().flow().incoming());
    }

    void attach() {
        if (state == State.ATTACHING) {
            destination.attach(this);
        }
    }

    // From the destination

    void attached() {
        if (state == State.ATTACHING) {
            Optional<Refusal> refusal = refusal();
            if (refusal.isPresent()) {
                // Permissions have changed since it asked; links that were open by then have been looked at.
                close(Conditions.of(refusal.get()));
                return;
            }
            if (kept.isPresent()) {
                kept.get().resume(PeerLink.of(receiver).unsettled, this::open);
            } else {
                open();
            }
        }
    }

    private void open() {
        if (state == State.ATTACHING) {
            state = State.OPEN;
            Terminus.accept(receiver, partial.maxBytes(), destination.node(), kept.isPresent());
            refillLater();
        }
    }

    void refused(Refusal refusal) {
        if (state == State.ATTACHING) {
            state = State.CLOSED;
            Terminus.refuse(receiver, Conditions.of(refusal));
        } else {
            close(Conditions.of(refusal));
        }
    }

    /** @param withheld why it is not given, "" when it is */
    void creditOpen(String withheld) {
        creditWithheld = withheld;
        refillLater();
    }

    void accepted(Delivery delivery, int bytes) {
        answer(delivery, bytes, Accepted.getInstance());
    }

    /** One that goes nowhere is released, where its sender understands that: it is no fault of the message. */
    void refused(Delivery delivery, int bytes, Refusal refusal) {
        if (refusal.kind() == Kind.UNROUTABLE && outcomes().allows(Released.DESCRIPTOR_SYMBOL)) {
            answer(delivery, bytes, Released.getInstance());
        } else {
            refuse(delivery, bytes, Conditions.of(refusal));
        }
    }

    void answer(Delivery delivery, int bytes, DeliveryState plain) {
        unanswered--;
        scope.bytes().unanswered(-bytes);
        DeliveryState outcome = scope.transactions().answered(delivery, plain);
        if (state == State.CLOSED) {
            return;
        }
        say(delivery, outcome);
        if (state == State.DETACHING) {
            finishIfAnswered();
        } else {
            refillLater();
        }
    }

    private void say(Delivery delivery, DeliveryState outcome) {
        delivery.disposition(outcome);
        boolean settlesSecond = receiver.getRemoteReceiverSettleMode() == ReceiverSettleMode.SECOND;
        if (!settlesSecond || delivery.remotelySettled()) {
            delivery.settle();
            kept.ifPresent(deliveries -> deliveries.settled(delivery, false));
        } else if (kept.isPresent() && outcome instanceof Accepted) {
            kept.get().accepted();
        }
    }

    /** Whether its peer understands {@code rejected}. */
    boolean offersRejected() {
        return outcomes().allows(Rejected.DESCRIPTOR_SYMBOL);
    }

    private SourceOutcomes outcomes() {
        return SourceOutcomes.of(receiver.getRemoteSource());
    }

    private void refuse(Delivery delivery, int bytes, ErrorCondition condition) {
        Optional<DeliveryState> outcome = outcomes().refusal(condition);
        if (outcome.isPresent()) {
            answer(delivery, bytes, outcome.get());
        } else {
            unanswered--;
            scope.bytes().unanswered(-bytes);
            scope.transactions().answered(delivery, Released.getInstance());
            close(condition);
        }
    }

    /** Put off until output is written: then all answers of the turn are in, and whether there is room for more. */
    private void refillLater() {
        if (!refills) {
            refills = true;
            scope.refillBeforeOutput(this);
        }
    }

    void refill() {
        refills = false;
        int target = window.messages();
        int used = receiver.getCredit()
                + unanswered
                + kept.map(KeptDeliveries::unsettled).orElse(0);
        if (state == State.OPEN && creditWithheld.isEmpty() && used <= target / 2) {
            receiver.flow(target - used);
        }
    }

    // From the peer

    @Override
    public Link link() {
        return receiver;
    }

    @Override
    public LinkStatus.Handle handle() {
        return new LinkStatus.Handle(Optional.empty(), Optional.empty(), creditWithheld);
    }

    @Override
    public void flow() {
        refillLater();
    }

    @Override
    public void delivery(Delivery delivery) {
        if (delivery.getContext() == this) {
            if (delivery.remotelySettled() && delivery.getLocalState() != null) {
                delivery.settle();
                if (kept.isPresent()) {
                    kept.get().settled(delivery, delivery.getLocalState() instanceof Accepted);
                    refillLater();
                }
            }
        } else if (state != State.OPEN) {
            DeadLink.drop(receiver, delivery);
        } else if (receiver.current() == delivery) {
            received(delivery);
        }
    }

    /** The peer resumes a delivery that was accepted before: it is not stored again, whatever is sent of it. */
    private void resumed(Delivery delivery) {
        receiver.recv();
        if (delivery.isPartial() && !delivery.isAborted()) {
            return;
        }
        receiver.advance();
        delivery.setContext(this);
        if (delivery.isAborted()) {
            delivery.settle();
            kept.ifPresent(deliveries -> deliveries.settled(delivery, false));
        } else {
            say(delivery, Accepted.getInstance());
        }
        refillLater();
    }

    private void received(Delivery delivery) {
        if (kept.isPresent() && PeerLink.of(receiver).isResuming()) {
            resumed(delivery);
            return;
        }
        if (delivery.isAborted()) {
            partial.forget();
            DeadLink.drop(receiver, delivery);
            refillLater();
            return;
        }
        Optional<ErrorCondition> end = partial.add(receiver.recv(), delivery);
        if (state != State.OPEN) {
            return;
        }
        if (end.isPresent()) {
            closeOver(delivery, end.get());
        } else if (!delivery.isPartial()) {
            complete(delivery);
        }
    }

    /** The link cannot go on because of a delivery that may still be coming. */
    private void closeOver(Delivery delivery, ErrorCondition condition) {
        if (!delivery.isPartial()) {
            outcomes().refusal(condition).ifPresent(delivery::disposition);
        }
        close(condition);
        DeadLink.drop(receiver, delivery);
    }

    private void complete(Delivery delivery) {
        if (delivery.getRemoteState() instanceof TransactionalState && !joinsTransaction(delivery)) {
            return;
        }
        receiver.advance();
        delivery.setContext(this);
        unanswered++;
        if (partial.isLarge()) {
            completeLarge(delivery, partial.takeBody());
            return;
        }
        byte[] encoded = partial.take();
        window.seen(encoded.length);
        scope.bytes().unanswered(encoded.length);
        if (encoded.length == 0) {
            refuse(delivery, 0, Conditions.of(Conditions.DECODE_ERROR, "a message without payload"));
            return;
        }
        try {
            messages.arrived(encoded, delivery).ifPresent(refusal -> refused(delivery, encoded.length, refusal));
        } catch (MalformedMessageException e) {
            refuse(delivery, encoded.length, Conditions.of(Conditions.DECODE_ERROR, e.getMessage()));
        }
    }

    /** @return whether the message goes on to its destination */
    private boolean joinsTransaction(Delivery delivery) {
        Optional<Refusal> refusal =
                scope.transactions().join(delivery, destination.transacts(), partial.residentBytes());
        if (refusal.isEmpty()) {
            return true;
        }
        partial.forget();
        ErrorCondition condition = Conditions.of(refusal.get());
        boolean unknown = refusal.get().kind() == Kind.TRANSACTION_UNKNOWN_ID;
        Optional<DeliveryState> outcome = outcomes().refusal(condition);
        if (outcome.isEmpty() || (unknown && (delivery.remotelySettled() || !offersRejected()))) {
            close(condition);
        } else {
            delivery.disposition(
                    unknown ? outcome.get() : DeliveryStates.inTransaction(delivery.getRemoteState(), outcome.get()));
            refillLater();
        }
        DeadLink.drop(receiver, delivery);
        return false;
    }

    private void completeLarge(Delivery delivery, IncomingBody body) {
        window.seen((int) body.messageBytes());
        scope.bytes().unanswered(body.front().residentBytes());
        arrivals.add(body, delivery);
        body.finish();
    }

    // From a large body

    void stored(IncomingBody stored, Message message) {
        arrivals.stored(stored, message);
    }

    void notStored(IncomingBody failed, Refusal refusal) {
        Delivery delivery = arrivals.remove(failed);
        if (delivery != null) {
            refuse(delivery, failed.front().residentBytes(), Conditions.of(refusal));
        } else if (partial.isOf(failed)) {
            // Its end is still to come, and to answer before is to answer in the middle of it.
            close(Conditions.of(refusal));
        }
    }

    @Override
    public void peerDetached(boolean closed) {
        if (state == State.CLOSED) {
            scope.remove(this);
            scope.finished(receiver);
            return;
        }
        state = State.DETACHING;
        peerCloses = closed;
        partial.forget();
        arrivals.leave();
        finishIfAnswered();
    }

    private void finishIfAnswered() {
        if (unanswered == 0) {
            state = State.CLOSED;
            if (peerCloses) {
                kept.ifPresent(KeptDeliveries::end);
                receiver.close();
            } else {
                receiver.detach();
            }
            scope.remove(this);
            scope.finished(receiver);
        }
    }

    @Override
    public void lost(boolean clean) {
        if (state != State.CLOSED) {
            state = State.CLOSED;
            partial.forget();
            leave();
        }
        scope.remove(this);
    }

    /** Nothing will be answered any more. */
    private void leave() {
        if (kept.isPresent()) {
            arrivals.leaveNow();
        } else {
            arrivals.leave();
        }
    }

    @Override
    public Optional<Refusal> refusal() {
        return destination.address().flatMap(address -> scope.access().refusal(Permissions.Action.SEND, address));
    }

    @Override
    public void close(ErrorCondition condition) {
        if (state == State.CLOSED) {
            return;
        }
        boolean attaching = state == State.ATTACHING;
        state = State.CLOSED;
        partial.forget();
        leave();
        if (attaching) {
            Terminus.refuse(receiver, condition);
        } else if (receiver.getLocalState() != EndpointState.CLOSED) {
            receiver.setCondition(condition);
            receiver.close();
        }
    }

    @Override
    public boolean outputWritten() {
        return false;
    }
}
