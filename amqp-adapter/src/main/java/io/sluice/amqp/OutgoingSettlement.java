package io.sluice.amqp;

import io.sluice.amqp.dialect.Dialect;
import io.sluice.broker.Outcome;
import io.sluice.broker.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.engine.Delivery;

/** What becomes of the deliveries of a link whose peer receives (AMQP 1.0 §2.6.12, §3.4). The connection's event loop. */
final class OutgoingSettlement {
    /** Context of a delivery whose outcome is on its way to the shard. */
    private static final Object DECIDED = new Object();

    private final ConnectionScope scope;
    private final OutgoingLink link;
    private final SourceOutcomes outcomes;

    OutgoingSettlement(ConnectionScope scope, OutgoingLink link, SourceOutcomes outcomes) {
        this.scope = scope;
        this.link = link;
        this.outcomes = outcomes;
    }

    OutgoingLink link() {
        return link;
    }

    /** The peer has said something of the delivery. */
    void said(Delivery delivery) {
        if (LostLocks.answer(delivery, link::settledTag)) {
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
        Optional<Outcome> outcome = outcome(state);
        boolean settled = delivery.remotelySettled() || state == EarlySettlement.WITHOUT_OUTCOME;
        if (outcome.isPresent() && !lists(state)) {
            return;
        }
        if (outcome.isPresent() || settled) {
            delivery.setContext(DECIDED);
            if (link.bodies().isSending(delivery)) {
                // Decided before it has seen all: the rest is not wanted.
                link.bodies().abort();
                link.awaitOutput();
            }
            link.shard().settle(message, outcome.orElse(withoutOutcome()));
            link.bodies().sendBehind();
        } else if (state != null && !DeliveryStates.isReceived(state)) {
            link.close(
                    Conditions.of(Refusal.Kind.NOT_IMPLEMENTED, "a delivery state that is no outcome of this source"));
        }
    }

    /** What the peer states; empty where it is no outcome. */
    Optional<Outcome> outcome(Object state) {
        Dialect dialect = scope.dialect();
        return DeliveryStates.outcome(state, dialect).map(dialect::meant);
    }

    /** Whether the source lists the outcome (§3.5.3). The link ends where it does not. */
    boolean lists(Object outcome) {
        boolean listed = outcomes.allows(outcome);
        if (!listed) {
            link.close(
                    Conditions.of(Refusal.Kind.NOT_ALLOWED, "an outcome that the source of this link does not list"));
        }
        return listed;
    }

    /** Of a delivery that is settled and of which nothing is said: as if it had not been touched (AMQP 1.0 §3.4). */
    Outcome withoutOutcome() {
        return outcomes.byDefault().orElse(Outcome.RELEASED);
    }

    /** The peer has settled a delivery whose outcome is a transaction's: there is nothing more to say of it. */
    void settledInTransaction(Delivery delivery) {
        if (link.bodies().isSending(delivery)) {
            link.bodies().abort();
            link.awaitOutput();
            link.bodies().sendBehind();
        } else {
            link.settle(delivery);
        }
    }

    /** The broker has taken the message back. */
    void takenBack(io.sluice.broker.queue.Delivery message) {
        if (!link.bodies().takenBack(message)
                && message.context() instanceof Delivery delivery
                && !delivery.isSettled()) {
            LostLocks.takeBack(link.sender(), delivery, link::settledTag);
        }
    }

    /** What was decided is durable. */
    void settled(io.sluice.broker.queue.Delivery message) {
        if (!(message.context() instanceof Delivery delivery)
                || delivery.isSettled()
                || LostLocks.isAnsweredLater(delivery)) {
            return;
        }
        boolean answers = !delivery.remotelySettled() && delivery.getRemoteState() != null;
        if (answers && delivery.getRemoteState() != EarlySettlement.WITHOUT_OUTCOME) {
            delivery.disposition(DeliveryStates.afterTransaction(delivery.getRemoteState()));
        }
        link.settle(delivery);
    }

    /**
     * Settles before the detach what is not to get the loss outcome: what was never written, and all that a peer leaves behind
     * who ends the link itself and has named no outcome for it. A large message that was partly written counts as written: a
     * consumer that fails at its size fails at it.
     */
    void giveBack(boolean clean) {
        link.bodies().giveBackWaiting();
        List<Delivery> unsettled = new ArrayList<>();
        for (Delivery next = link.sender().head(); next != null; next = next.next()) {
            unsettled.add(next);
        }
        boolean all = clean
                && (outcomes.byDefault().isEmpty()
                        || scope.transactions().dialect().settlesBeforeTheEnd());
        int queued = link.sender().getQueued();
        if (link.bodies().hasBegun() && !all) {
            queued--;
            unsettled.remove(unsettled.size() - 1);
        }
        link.bodies().stop();
        int written = Math.max(0, unsettled.size() - queued);
        for (int i = all ? 0 : written; i < unsettled.size(); i++) {
            io.sluice.broker.queue.Delivery message = TransactedOutcome.messageOf(unsettled.get(i));
            if (message != null && !scope.transactions().holds(message)) {
                link.shard().settle(message, i < written ? Outcome.RELEASED : Outcome.UNSENT);
            }
        }
    }
}
