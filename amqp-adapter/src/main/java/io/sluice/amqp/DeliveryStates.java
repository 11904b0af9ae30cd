package io.sluice.amqp;

import io.sluice.amqp.dialect.Dialect;
import io.sluice.amqp.message.AnnotationCodec;
import io.sluice.broker.Annotations;
import io.sluice.broker.Outcome;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Received;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;

/** Outcomes as AMQP names them (§3.4) and as the broker does. */
final class DeliveryStates {
    private DeliveryStates() {}

    /** The outcome a consumer states; empty for anything else, such as {@code received} or a transaction's state. */
    static Optional<Outcome> outcome(Object state) {
        if (state instanceof Accepted) {
            return Optional.of(Outcome.ACCEPTED);
        }
        if (state instanceof Released) {
            return Optional.of(Outcome.RELEASED);
        }
        if (state instanceof Rejected rejected) {
            return Optional.of(rejected(rejected.getError()));
        }
        if (state instanceof Modified modified) {
            return Optional.of(modified(modified));
        }
        return Optional.empty();
    }

    /** As {@link #outcome(Object)}, as the peer means it. */
    static Optional<Outcome> outcome(Object state, Dialect dialect) {
        return dialect.isServiceBus() ? ServiceBusOutcomes.of(state) : outcome(state);
    }

    /** The outcome as it is said of a delivery that is in the transaction {@code of} names (§4.4.1). */
    static DeliveryState inTransaction(DeliveryState of, DeliveryState outcome) {
        TransactionalState state = new TransactionalState();
        state.setTxnId(((TransactionalState) of).getTxnId());
        state.setOutcome((org.apache.qpid.proton.amqp.messaging.Outcome) outcome);
        return state;
    }

    /** What is said of a delivery whose transaction, if it was in one, is over. */
    static DeliveryState afterTransaction(DeliveryState state) {
        return state instanceof TransactionalState in && in.getOutcome() instanceof DeliveryState outcome
                ? outcome
                : state;
    }

    static boolean isInTransaction(Object state) {
        return state instanceof TransactionalState;
    }

    /** Whether it only tells how far the consumer got (§3.4.1). */
    static boolean isReceived(Object state) {
        return state instanceof Received;
    }

    private static Outcome rejected(ErrorCondition error) {
        if (error == null || error.getCondition() == null) {
            return new Outcome.Rejected("", "");
        }
        String text = error.getDescription();
        Map<?, ?> info = error.getInfo();
        return new Outcome.Rejected(
                error.getCondition().toString(),
                text == null ? "" : text,
                info == null || info.isEmpty() ? Optional.empty() : Optional.of(AnnotationCodec.value(info)));
    }

    private static Outcome modified(Modified modified) {
        boolean failed = Boolean.TRUE.equals(modified.getDeliveryFailed());
        boolean notHere = Boolean.TRUE.equals(modified.getUndeliverableHere());
        Map<?, ?> annotations = modified.getMessageAnnotations();
        if (failed && !notHere && (annotations == null || annotations.isEmpty())) {
            return Outcome.FAILED;
        }
        Annotations kept = AnnotationCodec.from(annotations).without(List.of(Comeback.PARK));
        return new Outcome.Modified(failed, notHere, kept, Comeback.schedule(annotations));
    }
}
