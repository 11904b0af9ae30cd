package io.sluice.amqp;

import io.sluice.broker.Outcome;
import io.sluice.broker.Refusal.Kind;
import java.util.Optional;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.engine.Delivery;

/**
 * What a consumer says of a delivery where a transaction is concerned (AMQP 1.0 §4.4.2): the outcome is applied by the commit. A
 * consumer that settles at once has forgotten the delivery, and a rollback gives the message back to the queue; one that does not
 * has it as before after a rollback.
 */
final class TransactedOutcome {
    private final OutgoingSettlement settlement;
    private final ConnectionTransactions transactions;
    private final Delivery delivery;
    private final io.sluice.broker.queue.Delivery message;

    /** Context of a delivery that is or was in a transaction. @param state what its consumer said last */
    private record Said(io.sluice.broker.queue.Delivery message, DeliveryState state) {}

    TransactedOutcome(
            OutgoingSettlement settlement,
            ConnectionTransactions transactions,
            Delivery delivery,
            io.sluice.broker.queue.Delivery message) {
        this.settlement = settlement;
        this.transactions = transactions;
        this.delivery = delivery;
        this.message = message;
    }

    /** The message of a delivery that is not decided; else null. */
    static io.sluice.broker.queue.Delivery messageOf(Delivery delivery) {
        Object context = delivery.getContext();
        if (context instanceof io.sluice.broker.queue.Delivery message) {
            return message;
        }
        return context instanceof Said said ? said.message : null;
    }

    void apply() {
        DeliveryState state = delivery.getRemoteState();
        // Of one that it has not seen all of the engine is not told that it is settled.
        boolean settled =
                delivery.remotelySettled() || settlement.link().bodies().isSending(delivery);
        if (!(state instanceof TransactionalState in)) {
            if (transactions.rules().takeBack(settlement.link().shard(), message, settled)) {
                settlement.decide(delivery, message, state);
            }
        } else if (isOld(state)) {
            // Rolled back since, and nothing new is said, but that it may be settled.
            settlement.decide(delivery, message, null);
        } else {
            Optional<Outcome> outcome = settlement.outcome(in.getOutcome());
            boolean known = transactions.rules().knows(ConnectionTransactions.id(in.getTxnId()));
            if (outcome.isPresent() && !settlement.lists(in.getOutcome())) {
                return;
            }
            if (outcome.isPresent() || settled || !known) {
                retire(in, outcome.orElse(settlement.withoutOutcome()), settled);
            }
        }
    }

    private boolean isOld(DeliveryState state) {
        return !transactions.holds(message) && delivery.getContext() instanceof Said said && said.state == state;
    }

    private void retire(TransactionalState in, Outcome outcome, boolean settled) {
        delivery.setContext(new Said(message, in));
        long id = ConnectionTransactions.id(in.getTxnId());
        switch (transactions.rules().retire(id, settlement.link().shard(), message, outcome, settled)) {
            case HELD -> {
                if (settled) {
                    settlement.settledInTransaction(delivery);
                }
            }
            case ENDED -> {
                if (settled) {
                    settlement.link().shard().settle(message, message.consumer().lossOutcome());
                    settlement.settledInTransaction(delivery);
                }
            }
            case UNKNOWN -> settlement.link().close(Conditions.of(ConnectionTransactions.unknown(in.getTxnId())));
            case HELD_ELSEWHERE ->
                settlement
                        .link()
                        .close(Conditions.of(
                                Kind.ILLEGAL_STATE,
                                "the outcome of a delivery is in another transaction, not discharged"));
            case TOO_LATE -> {}
        }
    }
}
