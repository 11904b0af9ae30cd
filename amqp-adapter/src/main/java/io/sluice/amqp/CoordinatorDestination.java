package io.sluice.amqp;

import io.sluice.broker.Message;
import io.sluice.broker.Refusal;
import io.sluice.broker.Refusal.Kind;
import io.sluice.broker.port.Reply;
import io.sluice.broker.transaction.Transaction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.transaction.Declare;
import org.apache.qpid.proton.amqp.transaction.Declared;
import org.apache.qpid.proton.amqp.transaction.Discharge;
import org.apache.qpid.proton.engine.Delivery;

/**
 * The coordinator, as one link has it (AMQP 1.0 §4.1 to §4.3): declares and discharges transactions. Those that are not discharged
 * when the link goes are rolled back.
 */
final class CoordinatorDestination implements Destination, Transaction.Owner {
    private final ConnectionTransactions transactions;
    private final Map<Long, Transaction> declared = new LinkedHashMap<>();
    private IncomingLink link;

    CoordinatorDestination(ConnectionTransactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public void attach(IncomingLink newLink) {
        link = newLink;
        link.attached();
    }

    @Override
    public void send(Message message, Delivery delivery) {
        int bytes = message.residentBytes();
        Object request = request(message);
        if (request instanceof Declare) {
            declare(delivery, bytes);
        } else if (request instanceof Discharge discharge) {
            discharge(discharge, delivery, bytes);
        } else {
            String text = "a message to the coordinator has a discharge as its value, or a declare without global-id";
            refuse(delivery, bytes, Refusal.of(Kind.INVALID_FIELD, text));
        }
    }

    /** What the message has as its value; null where there is none. */
    private static Object request(Message message) {
        org.apache.qpid.proton.message.Message decoded = org.apache.qpid.proton.message.Message.Factory.create();
        try {
            decoded.decode(message.encoded(), 0, message.encoded().length);
        } catch (RuntimeException e) {
            // proton-j has no one exception for what cannot be decoded.
            return null;
        }
        return decoded.getBody() instanceof AmqpValue value ? value.getValue() : null;
    }

    private void declare(Delivery delivery, int bytes) {
        Optional<Refusal> refusal = transactions.rules().refusalOfMore();
        if (delivery.remotelySettled()) {
            refusal = Optional.of(Refusal.of(Kind.INVALID_FIELD, "a declare that is settled cannot be answered"));
        }
        if (refusal.isPresent()) {
            refuse(delivery, bytes, refusal.get());
            return;
        }
        Transaction transaction = transactions.declare(this);
        declared.put(transaction.id(), transaction);
        Declared answer = new Declared();
        answer.setTxnId(ConnectionTransactions.binary(transaction.id()));
        link.answer(delivery, bytes, answer);
    }

    private void discharge(Discharge discharge, Delivery delivery, int bytes) {
        Transaction transaction = declared.remove(ConnectionTransactions.id(discharge.getTxnId()));
        if (transaction == null) {
            refuse(delivery, bytes, ConnectionTransactions.unknown(discharge.getTxnId()));
            return;
        }
        transaction.discharge(Boolean.TRUE.equals(discharge.getFail()), new Reply<>() {
            @Override
            public void done(Transaction value) {
                link.accepted(delivery, bytes);
            }

            @Override
            public void refused(Refusal refusal) {
                refuse(delivery, bytes, transactions.rolledBack(refusal));
            }
        });
    }

    /** Where the peer cannot be told on the delivery, the link ends with it (§4.3). */
    private void refuse(Delivery delivery, int bytes, Refusal refusal) {
        if (delivery.remotelySettled() || !link.offersRejected()) {
            link.close(Conditions.of(refusal));
        }
        link.refused(delivery, bytes, refusal);
    }

    @Override
    public void ended(Transaction transaction, Refusal why) {
        declared.remove(transaction.id());
        link.close(Conditions.of(why));
    }

    @Override
    public boolean takesLarge() {
        return false;
    }

    @Override
    public boolean transacts() {
        return false;
    }

    @Override
    public void detach() {
        new ArrayList<>(declared.values()).forEach(Transaction::abandon);
        declared.clear();
    }
}
