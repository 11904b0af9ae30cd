package io.sluice.amqp;

import io.sluice.amqp.dialect.Dialect;
import io.sluice.broker.Refusal;
import io.sluice.broker.Refusal.Kind;
import io.sluice.broker.queue.Producer;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.transaction.Transaction;
import io.sluice.broker.transaction.Transactions;
import java.nio.ByteBuffer;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.engine.Delivery;

/** The transactions of one connection, and the messages that are on their way into one. The connection's event loop. */
final class ConnectionTransactions {
    private static final long NO_ID = 0;

    private final Supplier<AmqpEnvironment> environment;
    private final Transactions rules;
    /** Complete messages that are not answered yet. */
    private final Map<Delivery, Transaction> joined = new IdentityHashMap<>();

    private Dialect dialect = Dialect.PLAIN;
    private long nowMillis;

    /** @param environment of the virtual host, once the peer has named it */
    ConnectionTransactions(Supplier<AmqpEnvironment> environment, ShardCalls calls) {
        this.environment = environment;
        this.rules = new Transactions(environment.get().limits().transactions(), calls);
    }

    Transactions rules() {
        return rules;
    }

    void dialect(Dialect ofPeer) {
        dialect = ofPeer;
    }

    Dialect dialect() {
        return dialect;
    }

    /** As the peer understands that its commit was a rollback. */
    Refusal rolledBack(Refusal refusal) {
        return new Refusal(dialect.rolledBack(), refusal.text(), refusal.info());
    }

    /** @param millis of a clock that only goes forward */
    void now(long millis) {
        nowMillis = millis;
    }

    /** @return when to call again at the latest */
    long tick(long millis) {
        nowMillis = millis;
        rules.tick(millis);
        return rules.deadlineMillis();
    }

    Transaction declare(Transaction.Owner owner) {
        return rules.declare(owner, nowMillis);
    }

    /** Whether the outcome of the message is a transaction's. */
    boolean holds(io.sluice.broker.queue.Delivery message) {
        return rules.holds(message);
    }

    // Ids

    static Binary binary(long id) {
        return new Binary(ByteBuffer.allocate(Long.BYTES).putLong(id).array());
    }

    /** What is no id of ours is the id of no transaction. */
    static long id(Binary binary) {
        return binary == null || binary.getLength() != Long.BYTES
                ? NO_ID
                : binary.asByteBuffer().getLong();
    }

    static Refusal unknown(Binary id) {
        return Refusal.of(Kind.TRANSACTION_UNKNOWN_ID, "there is no transaction " + id);
    }

    // Messages

    /**
     * A message came complete whose transfer names a transaction. Unless it is refused, {@link #answered} is to follow.
     *
     * @param possible whether its destination can do that
     * @param bytes it takes of memory
     */
    Optional<Refusal> join(Delivery delivery, boolean possible, long bytes) {
        Binary binary = ((TransactionalState) delivery.getRemoteState()).getTxnId();
        Optional<Transaction> transaction = rules.find(id(binary));
        if (transaction.isEmpty()) {
            return Optional.of(rules.endedBecause(id(binary)).orElse(unknown(binary)));
        }
        Optional<Refusal> refusal = transaction.get().expect(bytes);
        if (refusal.isEmpty() && !possible) {
            refusal = Optional.of(
                    Refusal.of(Kind.NOT_IMPLEMENTED, "a node of the broker itself takes no messages in a transaction"));
            transaction.get().answered(refusal);
        } else if (refusal.isEmpty()) {
            joined.put(delivery, transaction.get());
        }
        return refusal;
    }

    /** Hands the message to its shard, now or when its transaction is committed. */
    void publish(ShardMailbox shard, Producer producer, IncomingPublish publish) {
        Transaction transaction = joined.isEmpty() ? null : joined.get(publish.delivery());
        if (transaction == null) {
            shard.publish(producer, publish);
            return;
        }
        transaction.send(shard, producer, publish).ifPresent(why -> {
            publish.message()
                    .largeBody()
                    .ifPresent(body -> environment.get().large().of(shard).delete(body.id()));
            producer.listener().refused(publish, why);
        });
    }

    /** As {@link #publish(ShardMailbox, Producer, IncomingPublish)}, of messages that are taken together or not at all. */
    void publish(ShardMailbox shard, Producer producer, IncomingBatch batch) {
        Transaction transaction = joined.isEmpty() ? null : joined.get(batch.delivery());
        if (transaction == null) {
            shard.publishAll(producer, batch.messages());
            return;
        }
        Optional<Refusal> tooMany = transaction.expectMore(batch.messages().size() - 1);
        for (IncomingPublish each : batch.messages()) {
            tooMany.or(() -> transaction.send(shard, producer, each))
                    .ifPresent(why -> producer.listener().refused(each, why));
        }
    }

    /** The answer to a message as its sender is to hear it (AMQP 1.0 §4.4.1). */
    DeliveryState answered(Delivery delivery, DeliveryState outcome) {
        Transaction transaction = joined.isEmpty() ? null : joined.remove(delivery);
        if (transaction == null) {
            return outcome;
        }
        DeliveryState answer = DeliveryStates.inTransaction(state(transaction), outcome);
        transaction.answered(outcome instanceof Accepted ? Optional.empty() : Optional.of(why(outcome)));
        return answer;
    }

    private static TransactionalState state(Transaction transaction) {
        TransactionalState state = new TransactionalState();
        state.setTxnId(binary(transaction.id()));
        return state;
    }

    private static Refusal why(DeliveryState outcome) {
        String text = outcome instanceof Rejected rejected && rejected.getError() != null
                ? rejected.getError().getDescription()
                : "a message was not taken";
        return Refusal.of(Kind.TRANSACTION_ROLLBACK, text);
    }
}
