package io.sluice.broker.transaction;

import io.sluice.broker.Outcome;
import io.sluice.broker.Refusal;
import io.sluice.broker.Refusal.Kind;
import io.sluice.broker.port.Reply;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.queue.Producer;
import io.sluice.broker.shard.AtomicBatch;
import io.sluice.broker.shard.Publish;
import io.sluice.broker.shard.Rollback;
import io.sluice.broker.shard.ShardMailbox;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One local transaction, from its declaration to its end (AMQP 1.0 §4.2 to §4.4). Until it is committed nothing of it has happened:
 * messages wait here, deliveries keep their locks. A commit is one atomic batch of the journal. Where something of it was refused it
 * can only be rolled back: a commit means that all of it is there. Its connection's thread.
 */
public final class Transaction {
    /** Who declared it. Its connection's thread. */
    public interface Owner {
        /** It was rolled back, and nobody had asked: it took too long, or more than it may. */
        void ended(Transaction transaction, Refusal why);
    }

    private record Discharge(boolean fail, Reply<Transaction> reply) {}

    private enum State {
        OPEN,
        /** The shards are at it. */
        ENDING,
        OVER
    }

    private final Transactions home;
    private final long id;
    private final Owner owner;
    private final long deadlineMillis;
    private final Map<ShardMailbox, Work> work = new LinkedHashMap<>();
    /** Deliveries that their consumer settled while it was too late to tell the shard. */
    private final Map<Delivery, ShardMailbox> settledLate = new LinkedHashMap<>();

    private State state = State.OPEN;
    /** Asked for; waits until all that was sent before is answered. */
    private Optional<Discharge> discharge = Optional.empty();
    /** Why it can only be rolled back. */
    private Optional<Refusal> failure = Optional.empty();

    private int unanswered;
    private int operations;
    private long bytes;
    private int shardsToEnd;

    Transaction(Transactions home, long id, Owner owner, long deadlineMillis) {
        this.home = home;
        this.id = id;
        this.owner = owner;
        this.deadlineMillis = deadlineMillis;
    }

    public long id() {
        return id;
    }

    /** Whether more may be done in it: it is not discharged. */
    boolean isOpen() {
        return state == State.OPEN && discharge.isEmpty();
    }

    boolean isDue(long nowMillis) {
        return nowMillis >= deadlineMillis();
    }

    /** When it is ended unless it is discharged before. */
    long deadlineMillis() {
        return isOpen() ? deadlineMillis : Long.MAX_VALUE;
    }

    // ---- sending (§4.4.1)

    /**
     * A message came that is to be sent in it. Unless it is refused, {@link #answered} is to follow.
     *
     * @param messageBytes of memory
     */
    public Optional<Refusal> expect(long messageBytes) {
        TransactionLimits limits = home.limits();
        if (failure.isPresent()) {
            return Optional.of(rolledBack());
        }
        Optional<Refusal> limit = operations >= limits.maxOperations()
                ? Optional.of(tooManyOperations())
                : bytes + messageBytes > limits.maxBytes()
                        ? Optional.of(limit("maxTransactionBytes", limits.maxBytes(), "bytes of messages"))
                        : Optional.empty();
        if (limit.isPresent()) {
            fail(limit.get());
            return limit;
        }
        operations++;
        bytes += messageBytes;
        unanswered++;
        return Optional.empty();
    }

    /** What is expected is a batch, of so many messages more than one. */
    public Optional<Refusal> expectMore(int messages) {
        if (operations + messages > home.limits().maxOperations()) {
            Refusal limit = tooManyOperations();
            fail(limit);
            return Optional.of(limit);
        }
        operations += messages;
        return Optional.empty();
    }

    /** Takes an expected message; the producer's listener hears whether it would be stored. Refused where the transaction has failed since. */
    public Optional<Refusal> send(ShardMailbox shard, Producer producer, Publish publish) {
        if (state != State.OPEN || failure.isPresent()) {
            return Optional.of(rolledBack());
        }
        if (isBusyElsewhere(shard)) {
            fail(severalShards());
            return Optional.of(severalShards());
        }
        workOn(shard).send(publish);
        shard.enlist(producer, publish);
        return Optional.empty();
    }

    /** The sender of an expected message was told what becomes of it. @param refusal empty: it is taken */
    public void answered(Optional<Refusal> refusal) {
        unanswered--;
        refusal.ifPresent(this::fail);
        endIfAnswered();
    }

    private void fail(Refusal why) {
        if (failure.isEmpty() && state == State.OPEN) {
            failure = Optional.of(why);
            work.forEach((shard, sent) -> shard.rollback(sent.takeSends(), home.thread(), ignored(rolledBack -> {})));
        }
    }

    // ---- settling (§4.4.2)

    /**
     * The consumer names an outcome for a delivery, to be applied by the commit. It may name another one later, and settle later.
     *
     * @param settled it knows the delivery no more
     * @return why that is too much; the transaction is rolled back then
     */
    Optional<Refusal> retire(ShardMailbox shard, Delivery delivery, Outcome outcome, boolean settled) {
        if (operations >= home.limits().maxOperations()) {
            Refusal why = tooManyOperations();
            end(why);
            return Optional.of(why);
        }
        if (isBusyElsewhere(shard)) {
            // An outcome is not answered; the commit says it.
            fail(severalShards());
        }
        operations++;
        workOn(shard).retire(delivery, outcome, settled);
        shard.hold(delivery);
        return Optional.empty();
    }

    void retireAgain(ShardMailbox shard, Delivery delivery, Outcome outcome, boolean settled) {
        workOn(shard).retire(delivery, outcome, settled);
    }

    /** The consumer settles a delivery that is in here, when the transaction is being discharged: the outcome stays as it is. */
    void settle(ShardMailbox shard, Delivery delivery) {
        if (state == State.OPEN) {
            workOn(shard).settle(delivery);
        } else {
            settledLate.put(delivery, shard);
        }
    }

    /** The delivery is the transaction's no more; what becomes of it is for the caller to say. */
    void forget(ShardMailbox shard, Delivery delivery) {
        Work left = workOn(shard);
        left.forget(delivery);
        if (left.isEmpty()) {
            work.remove(shard);
        }
    }

    /** A commit is one batch of one journal. */
    private boolean isBusyElsewhere(ShardMailbox shard) {
        return !work.isEmpty() && !work.containsKey(shard);
    }

    private static Refusal severalShards() {
        return Refusal.of(
                Kind.NOT_IMPLEMENTED,
                "a transaction cannot span several shards: its queues are to be placed in one (queues.placement)");
    }

    private Work workOn(ShardMailbox shard) {
        return work.computeIfAbsent(shard, first -> new Work());
    }

    // ---- the end (§4.3)

    /**
     * Commits or rolls back, once all messages sent in it are answered.
     *
     * @param fail rolls back
     * @param reply hears on the connection's thread that it is done: durable, or undone. Refused is a commit, with
     *     {@link Kind#TRANSACTION_ROLLBACK}: all of it is undone then
     */
    public void discharge(boolean fail, Reply<Transaction> reply) {
        discharge = Optional.of(new Discharge(fail, reply));
        endIfAnswered();
    }

    private void endIfAnswered() {
        if (state != State.OPEN || discharge.isEmpty() || unanswered > 0) {
            return;
        }
        state = State.ENDING;
        Discharge asked = discharge.get();
        if (asked.fail || failure.isPresent()) {
            rollBack(asked);
        } else if (work.isEmpty()) {
            over();
            asked.reply.done(this);
        } else {
            work.forEach((shard, done) -> commit(shard, done, asked));
        }
    }

    private void commit(ShardMailbox shard, Work done, Discharge asked) {
        shard.commit(done.asBatch(), home.thread(), new Reply<>() {
            @Override
            public void done(AtomicBatch batch) {
                home.thread().call(() -> {
                    over();
                    asked.reply.done(Transaction.this);
                });
            }

            @Override
            public void refused(Refusal refusal) {
                home.thread().call(() -> {
                    failure = Optional.of(refusal);
                    done.takeSends();
                    rollBack(asked);
                });
            }
        });
    }

    private void rollBack(Discharge asked) {
        shardsToEnd = work.size();
        if (shardsToEnd == 0) {
            rolledBack(asked);
        }
        work.forEach((shard, undone) -> shard.rollback(undone.asRollback(), home.thread(), ignored(all -> {
            if (--shardsToEnd == 0) {
                rolledBack(asked);
            }
        })));
    }

    private void rolledBack(Discharge asked) {
        over();
        // The shard has given it back to a consumer that does not know it any more.
        settledLate.forEach(
                (delivery, shard) -> shard.settle(delivery, delivery.consumer().lossOutcome()));
        if (asked.fail) {
            asked.reply.done(this);
        } else {
            asked.reply.refused(rolledBack());
        }
    }

    /** Whoever declared it is gone. A discharge that was asked for goes on. */
    public void abandon() {
        if (isOpen()) {
            failure = Optional.of(Refusal.of(Kind.TRANSACTION_ROLLBACK, "the link to the coordinator is gone"));
            undo();
        }
    }

    /** The broker ends it. */
    void end(Refusal why) {
        failure = Optional.of(why);
        undo();
        owner.ended(this, why);
    }

    private void undo() {
        over();
        home.remember(this, failure.orElseThrow());
        work.forEach((shard, undone) -> shard.rollback(undone.asRollback(), home.thread(), ignored(all -> {})));
    }

    private void over() {
        state = State.OVER;
        home.remove(this);
        work.values().forEach(done -> done.deliveries().forEach(home::letGo));
    }

    private Refusal rolledBack() {
        Refusal why = failure.orElseThrow();
        return new Refusal(
                Kind.TRANSACTION_ROLLBACK, "the transaction can only be rolled back: " + why.text(), why.info());
    }

    private Refusal tooManyOperations() {
        return limit("maxTransactionOperations", home.limits().maxOperations(), "messages sent and settled");
    }

    private static Refusal limit(String name, long limit, String what) {
        return new Refusal(
                Kind.RESOURCE_LIMIT_EXCEEDED,
                "a transaction holds " + limit + " " + what + " at most",
                Map.of("reason", name, "limit", limit));
    }

    /** A rollback is never refused. */
    private Reply<Rollback> ignored(Consumer<Rollback> then) {
        return new Reply<>() {
            @Override
            public void done(Rollback value) {
                home.thread().call(() -> then.accept(value));
            }

            @Override
            public void refused(Refusal refusal) {
                throw new IllegalStateException(refusal.text());
            }
        };
    }
}
