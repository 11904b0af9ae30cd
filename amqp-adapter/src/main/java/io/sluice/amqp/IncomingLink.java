package io.sluice.amqp;

import io.sluice.amqp.message.IncomingMessage;
import io.sluice.amqp.message.MalformedMessageException;
import io.sluice.broker.Message;
import io.sluice.broker.Refusal;
import io.sluice.broker.Refusal.Kind;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
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
 * else.
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
    private final MessageAssembly assembly = new MessageAssembly();
    private final FlowWindow window;
    private final boolean settleSecond;
    private State state = State.ATTACHING;
    private boolean creditOpen = true;
    private boolean peerCloses;
    private boolean refills;
    private int unanswered;

    IncomingLink(ConnectionScope scope, Receiver receiver, Destination destination) {
        this.scope = scope;
        this.receiver = receiver;
        this.destination = destination;
        this.window = new FlowWindow(scope.limits().incoming());
        this.settleSecond = receiver.getRemoteReceiverSettleMode() == ReceiverSettleMode.SECOND;
    }

    void attach() {
        destination.attach(this);
    }

    // From the destination

    void attached() {
        if (state == State.ATTACHING) {
            state = State.OPEN;
            Terminus.accept(receiver, scope.limits());
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

    void creditOpen(boolean open) {
        creditOpen = open;
        refillLater();
    }

    void accepted(Delivery delivery, int bytes) {
        answer(delivery, bytes, Accepted.getInstance());
    }

    void refused(Delivery delivery, int bytes, Refusal refusal) {
        answer(delivery, bytes, refusal(Conditions.of(refusal)));
    }

    private void answer(Delivery delivery, int bytes, DeliveryState outcome) {
        unanswered--;
        scope.unanswered(-bytes);
        if (state == State.CLOSED) {
            return;
        }
        delivery.disposition(outcome);
        if (!settleSecond || delivery.remotelySettled()) {
            delivery.settle();
        }
        if (state == State.DETACHING) {
            finishIfAnswered();
        } else {
            refillLater();
        }
    }

    private DeliveryState refusal(ErrorCondition condition) {
        if (!Terminus.offersRejected(receiver.getRemoteSource())) {
            return Released.getInstance();
        }
        Rejected rejected = new Rejected();
        rejected.setError(condition);
        return rejected;
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
        int used = receiver.getCredit() + unanswered;
        if (state == State.OPEN && creditOpen && used <= target / 2) {
            receiver.flow(target - used);
        }
    }

    // From the peer

    @Override
    public Link link() {
        return receiver;
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
            }
        } else if (state != State.OPEN) {
            DeadLink.drop(receiver, delivery);
        } else if (receiver.current() == delivery) {
            received(delivery);
        }
    }

    private void received(Delivery delivery) {
        if (delivery.isAborted()) {
            forgetPartial();
            DeadLink.drop(receiver, delivery);
            refillLater();
            return;
        }
        long before = assembly.bytes();
        assembly.add(receiver.recv());
        boolean fits = scope.partial(assembly.bytes() - before);
        if (assembly.bytes() > scope.limits().maxMessageBytes()) {
            tooLarge(delivery);
        } else if (!fits) {
            String text = "unfinished messages take more than " + scope.limits().maxPartialBytes() + " bytes";
            close(Conditions.of(Kind.RESOURCE_LIMIT_EXCEEDED, text));
            DeadLink.drop(receiver, delivery);
        } else if (!delivery.isPartial()) {
            complete(delivery);
        }
    }

    private void tooLarge(Delivery delivery) {
        String text = "a message on link '" + receiver.getName() + "' is larger than "
                + scope.limits().maxMessageBytes() + " bytes";
        ErrorCondition condition = Conditions.of(Conditions.LINK_MESSAGE_SIZE_EXCEEDED, text);
        if (!delivery.isPartial()) {
            delivery.disposition(refusal(condition));
        }
        close(condition);
        DeadLink.drop(receiver, delivery);
    }

    private void complete(Delivery delivery) {
        scope.partial(-assembly.bytes());
        byte[] encoded = assembly.take();
        receiver.advance();
        delivery.setContext(this);
        window.seen(encoded.length);
        unanswered++;
        scope.unanswered(encoded.length);
        if (encoded.length == 0) {
            answer(delivery, 0, refusal(Conditions.of(Conditions.DECODE_ERROR, "a message without payload")));
            return;
        }
        try {
            Message message = IncomingMessage.parse(encoded, delivery.getMessageFormat());
            destination.send(message, delivery);
        } catch (MalformedMessageException e) {
            answer(delivery, encoded.length, refusal(Conditions.of(Conditions.DECODE_ERROR, e.getMessage())));
        }
    }

    private void forgetPartial() {
        scope.partial(-assembly.bytes());
        assembly.clear();
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
        forgetPartial();
        destination.detach();
        finishIfAnswered();
    }

    private void finishIfAnswered() {
        if (unanswered == 0) {
            state = State.CLOSED;
            if (peerCloses) {
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
            forgetPartial();
            destination.detach();
        }
        scope.remove(this);
    }

    @Override
    public void close(ErrorCondition condition) {
        if (state == State.CLOSED) {
            return;
        }
        boolean attaching = state == State.ATTACHING;
        state = State.CLOSED;
        forgetPartial();
        destination.detach();
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
