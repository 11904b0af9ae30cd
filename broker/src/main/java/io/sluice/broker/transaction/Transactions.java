package io.sluice.broker.transaction;

import io.sluice.broker.Outcome;
import io.sluice.broker.Refusal;
import io.sluice.broker.Refusal.Kind;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.shard.ShardMailbox;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The transactions of one connection: their ids, how long they may last, which deliveries they hold. Its thread. */
public final class Transactions {
    /** Of those the broker ended by itself, whose peers may not know it yet. */
    private static final int MAX_REMEMBERED = 1_000;

    /** What became of an outcome that a consumer put into a transaction. */
    public enum Retirement {
        /** It is applied when the transaction is committed. */
        HELD,
        /** The transaction was rolled back by the broker: it is not applied. */
        ENDED,
        /** There is no such transaction, or it is discharged. */
        UNKNOWN,
        /** Another transaction has the delivery, and is not discharged. */
        HELD_ELSEWHERE,
        /** The transaction that has the delivery is being discharged: too late. */
        TOO_LATE
    }

    private final TransactionLimits limits;
    private final ConnectionThread thread;
    /** Not over. */
    private final Map<Long, Transaction> transactions = new LinkedHashMap<>();

    private final Map<Delivery, Transaction> holders = new IdentityHashMap<>();
    private final Map<Long, Refusal> remembered = new LinkedHashMap<>();
    private long nextId = 1;

    public Transactions(TransactionLimits limits, ConnectionThread thread) {
        this.limits = limits;
        this.thread = thread;
    }

    TransactionLimits limits() {
        return limits;
    }

    ConnectionThread thread() {
        return thread;
    }

    /** Why there may be no more, empty where there may. */
    public Optional<Refusal> refusalOfMore() {
        return transactions.size() < limits.maxOpen()
                ? Optional.empty()
                : Optional.of(new Refusal(
                        Kind.RESOURCE_LIMIT_EXCEEDED,
                        "a connection has " + limits.maxOpen() + " transactions at most",
                        Map.of("reason", "maxTransactionsPerConnection", "limit", (long) limits.maxOpen())));
    }

    /** @param nowMillis of a clock that only goes forward */
    public Transaction declare(Transaction.Owner owner, long nowMillis) {
        long deadline = limits.timeoutMillis() == 0 ? Long.MAX_VALUE : nowMillis + limits.timeoutMillis();
        Transaction transaction = new Transaction(this, nextId++, owner, deadline);
        transactions.put(transaction.id(), transaction);
        return transaction;
    }

    /** One in which more may be done. */
    public Optional<Transaction> find(long id) {
        return Optional.ofNullable(transactions.get(id)).filter(Transaction::isOpen);
    }

    /** Whether the id is of a transaction that its peer has reason to believe in. */
    public boolean knows(long id) {
        return transactions.containsKey(id) || remembered.containsKey(id);
    }

    /** Why the broker ended a transaction, empty where it did not. */
    public Optional<Refusal> endedBecause(long id) {
        return Optional.ofNullable(remembered.get(id));
    }

    /** Whether the outcome of the delivery is a transaction's. */
    public boolean holds(Delivery delivery) {
        return !holders.isEmpty() && holders.containsKey(delivery);
    }

    /**
     * A consumer names an outcome for a delivery, to be applied by a commit.
     *
     * @param shard of its queue
     * @param settled it knows the delivery no more
     */
    public Retirement retire(long id, ShardMailbox shard, Delivery delivery, Outcome outcome, boolean settled) {
        Transaction holder = holders.get(delivery);
        if (holder != null) {
            if (!holder.isOpen()) {
                if (settled) {
                    holder.settle(shard, delivery);
                }
                return Retirement.TOO_LATE;
            }
            if (holder.id() != id) {
                return Retirement.HELD_ELSEWHERE;
            }
            holder.retireAgain(shard, delivery, outcome, settled);
            return Retirement.HELD;
        }
        Optional<Transaction> found = find(id);
        if (found.isEmpty()) {
            return remembered.containsKey(id) ? Retirement.ENDED : Retirement.UNKNOWN;
        }
        if (found.get().retire(shard, delivery, outcome, settled).isPresent()) {
            return Retirement.ENDED;
        }
        holders.put(delivery, found.get());
        return Retirement.HELD;
    }

    /**
     * The consumer of a delivery that is held names an outcome outside of any transaction.
     *
     * @param settled see {@link #retire}
     * @return false where the transaction is being discharged: too late
     */
    public boolean takeBack(ShardMailbox shard, Delivery delivery, boolean settled) {
        Transaction holder = holders.get(delivery);
        if (!holder.isOpen()) {
            if (settled) {
                holder.settle(shard, delivery);
            }
            return false;
        }
        holder.forget(shard, delivery);
        holders.remove(delivery);
        return true;
    }

    /** Ends those that took too long. @param nowMillis of the clock of {@link #declare} */
    public void tick(long nowMillis) {
        if (transactions.isEmpty()) {
            return;
        }
        for (Transaction transaction : List.copyOf(transactions.values())) {
            if (transaction.isDue(nowMillis)) {
                transaction.end(Refusal.of(
                        Kind.TRANSACTION_TIMEOUT,
                        "transaction " + transaction.id() + " was not discharged in " + limits.timeoutMillis()
                                + " ms"));
            }
        }
    }

    /** When to {@link #tick} at the latest, on that clock. */
    public long deadlineMillis() {
        long deadline = Long.MAX_VALUE;
        for (Transaction transaction : transactions.values()) {
            deadline = Math.min(deadline, transaction.deadlineMillis());
        }
        return deadline;
    }

    void remove(Transaction transaction) {
        transactions.remove(transaction.id());
    }

    void letGo(Delivery delivery) {
        holders.remove(delivery);
    }

    /** The transaction is over, and its peer did not ask for it. */
    void remember(Transaction transaction, Refusal why) {
        remembered.put(transaction.id(), why);
        if (remembered.size() > MAX_REMEMBERED) {
            remembered.remove(remembered.keySet().iterator().next());
        }
    }
}
