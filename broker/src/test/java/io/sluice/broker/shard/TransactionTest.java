package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.LargeBody;
import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.Limits;
import io.sluice.broker.QueueDefinition.Overflow;
import io.sluice.broker.Refusal;
import io.sluice.broker.Refusal.Kind;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.shard.ShardFixture.Answer;
import io.sluice.broker.transaction.ConnectionThread;
import io.sluice.broker.transaction.Transaction;
import io.sluice.broker.transaction.TransactionLimits;
import io.sluice.broker.transaction.Transactions;
import io.sluice.broker.transaction.Transactions.Retirement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Local transactions against a shard: what is seen of one before and after its end. */
class TransactionTest {
    private static final Limits ONE =
            new Limits(1, QueueDefinition.UNLIMITED, Overflow.REJECT, QueueDefinition.UNLIMITED);

    private final ShardFixture shard = new ShardFixture().queue("a").queue("b");
    private final List<String> ended = new ArrayList<>();
    private final Transaction.Owner owner = (transaction, why) -> ended.add(why.kind() + " " + why.text());
    private Transactions transactions = transactions(TransactionLimits.DEFAULT);

    /** A front end on the shard's own thread. */
    private static final class SameThread implements ConnectionThread {
        @Override
        public void call(Runnable answer) {
            answer.run();
        }

        @Override
        public void turnEnded() {}
    }

    private static Transactions transactions(TransactionLimits limits) {
        return new Transactions(limits, new SameThread());
    }

    private Transaction declare() {
        return transactions.declare(owner, shard.now);
    }

    /** Sends as a link does, and answers. */
    private Optional<Refusal> send(Transaction transaction, String queue, String body) {
        return send(transaction, queue, ShardFixture.message(body, Message.Header.DURABLE));
    }

    private Optional<Refusal> send(Transaction transaction, String queue, Message message) {
        Optional<Refusal> refusal = transaction.expect(message.residentBytes());
        if (refusal.isEmpty()) {
            TestProducer producer = shard.anonymous();
            refusal = transaction.send(shard.mailbox(), producer.handle, new Publish(queue, message));
            shard.run();
            if (refusal.isEmpty()) {
                refusal = producer.refusals.stream().findFirst();
            }
            transaction.answered(refusal);
        }
        return refusal;
    }

    private Retirement retire(Transaction transaction, Delivery delivery, Outcome outcome, boolean settled) {
        Retirement retirement = transactions.retire(transaction.id(), shard.mailbox(), delivery, outcome, settled);
        shard.run();
        return retirement;
    }

    private Answer<Transaction> discharge(Transaction transaction, boolean fail) {
        Answer<Transaction> answer = new Answer<>();
        shard.runWhere(() -> transaction.discharge(fail, answer));
        return answer;
    }

    private TestConsumer failing(String queue) {
        return shard.consumer(queue, Consumer.Mode.MOVE, Outcome.FAILED);
    }

    private List<JournalRecord> lastBatch() {
        List<List<JournalRecord>> history = shard.journal.history();
        return history.get(history.size() - 1);
    }

    @Test
    void aCommitIsOneBatchOverSeveralQueuesAndAnsweredWhenThatIsDurable() {
        shard.publish("a", "1", "2");
        TestConsumer consumer = failing("a").credit(2);
        Transaction transaction = declare();
        send(transaction, "b", "x");
        send(transaction, "a", "y");
        retire(transaction, consumer.deliveries.get(0), Outcome.ACCEPTED, true);
        retire(transaction, consumer.deliveries.get(1), Outcome.ACCEPTED, true);
        assertEquals(List.of(), shard.browse("b"), "not seen before the commit");
        assertEquals(2, shard.status("a").unsettled());

        shard.journal.hold();
        Answer<Transaction> answer = discharge(transaction, false);
        assertTrue(answer.isPending());
        assertEquals(1, shard.journal.waiting());
        assertEquals(List.of(), shard.browse("b"));
        shard.commitAll();

        assertEquals(transaction, answer.value());
        assertEquals(3, lastBatch().size(), "two messages and one removal of both");
        assertEquals(List.of("x"), shard.browse("b"));
        assertEquals(List.of("y"), shard.browse("a"));
        assertEquals(consumer.deliveries, consumer.settled);
        assertTrue(transactions.find(transaction.id()).isEmpty());
    }

    @Test
    void aCrashBeforeTheCommitIsARollback() {
        shard.publish("a", "1");
        TestConsumer consumer = failing("a").credit(1);
        Transaction transaction = declare();
        send(transaction, "b", "x");
        retire(transaction, consumer.last(), Outcome.ACCEPTED, true);
        shard.journal.hold();
        discharge(transaction, false);
        ShardFixture after = shard.restart();

        assertEquals(List.of("1"), after.browse("a"));
        assertEquals(List.of(), after.browse("b"));
    }

    @Test
    void aRollbackGivesBackInOrderCountedAndIsAnsweredWhenAllIsThere() {
        shard.publish("a", "1", "2", "3", "4");
        TestConsumer consumer = failing("a").credit(3);
        Transaction transaction = declare();
        send(transaction, "b", "x");
        // The last one is taken but not settled.
        retire(transaction, consumer.deliveries.get(1), Outcome.ACCEPTED, true);
        retire(transaction, consumer.deliveries.get(0), Outcome.ACCEPTED, true);
        shard.journal.hold();
        Answer<Transaction> answer = discharge(transaction, true);
        assertTrue(answer.isPending(), "who hears of the rollback must not be given 3 before 1");
        shard.commitAll();

        answer.value();
        consumer.settle(2, Outcome.RELEASED);
        TestConsumer next = shard.consumer("a").credit(4);
        assertEquals(List.of("1", "2", "3", "4"), next.bodies());
        assertEquals(
                List.of(1, 1, 0, 0),
                next.deliveries.stream().map(Delivery::deliveryCount).toList());
        assertEquals(List.of(), shard.browse("b"));
    }

    @Test
    void whatItsConsumerHasNotSettledStaysWithItInARollback() {
        shard.publish("a", "1");
        TestConsumer consumer = failing("a").credit(1);
        Transaction transaction = declare();
        assertEquals(Retirement.HELD, retire(transaction, consumer.last(), Outcome.ACCEPTED, false));
        discharge(transaction, true).value();

        assertEquals(List.of(), consumer.settled);
        assertFalse(transactions.holds(consumer.last()));
        assertEquals(List.of(), shard.consumer("a").credit(1).deliveries, "still acquired");
        Transaction second = declare();
        retire(second, consumer.last(), Outcome.ACCEPTED, false);
        discharge(second, false).value();
        assertEquals(1, consumer.settled.size());
        assertEquals(0, shard.status("a").messages());
    }

    @Test
    void aCommitSettlesForAConsumerThatIsGone() {
        shard.publish("a", "1", "2");
        TestConsumer consumer = failing("a").credit(2);
        Transaction transaction = declare();
        retire(transaction, consumer.deliveries.get(0), Outcome.ACCEPTED, false);
        retire(transaction, consumer.deliveries.get(1), Outcome.ACCEPTED, true);
        consumer.detach();
        assertEquals(List.of(), shard.consumer("a").credit(2).deliveries, "the transaction has them");
        discharge(transaction, false).value();

        assertEquals(0, shard.status("a").messages());
    }

    @Test
    void aRollbackGivesBackForAConsumerThatIsGone() {
        shard.publish("a", "1", "2");
        TestConsumer consumer = failing("a").credit(2);
        Transaction transaction = declare();
        retire(transaction, consumer.deliveries.get(0), Outcome.ACCEPTED, false);
        retire(transaction, consumer.deliveries.get(1), Outcome.ACCEPTED, true);
        consumer.detach();
        discharge(transaction, true).value();

        TestConsumer next = shard.consumer("a").credit(2);
        assertEquals(List.of("1", "2"), next.bodies());
        assertEquals(1, next.last().deliveryCount());
    }

    @Test
    void anOutcomeMayChangeBeforeTheCommitAndLeaveTheTransaction() {
        shard.publish("a", "1", "2");
        TestConsumer consumer = failing("a").credit(2);
        Transaction transaction = declare();
        retire(transaction, consumer.deliveries.get(0), Outcome.ACCEPTED, false);
        retire(transaction, consumer.deliveries.get(1), Outcome.ACCEPTED, false);
        retire(transaction, consumer.deliveries.get(0), Outcome.RELEASED, true);
        assertTrue(transactions.takeBack(shard.mailbox(), consumer.deliveries.get(1), true));
        consumer.settle(1, Outcome.ACCEPTED);
        assertEquals(1, shard.status("a").messages());
        assertFalse(transactions.holds(consumer.deliveries.get(1)));
        discharge(transaction, false).value();

        assertEquals(List.of("1"), shard.browse("a"));
    }

    @Test
    void aDeliveryIsInOneTransactionAtATime() {
        shard.publish("a", "1");
        TestConsumer consumer = failing("a").credit(1);
        Transaction first = declare();
        Transaction second = declare();
        retire(first, consumer.last(), Outcome.ACCEPTED, false);

        assertEquals(Retirement.HELD_ELSEWHERE, retire(second, consumer.last(), Outcome.ACCEPTED, false));
        assertEquals(
                Retirement.UNKNOWN,
                transactions.retire(99, shard.mailbox(), failingDelivery(), Outcome.ACCEPTED, true));
    }

    private Delivery failingDelivery() {
        shard.publish("b", "z");
        return failing("b").credit(1).last();
    }

    @Test
    void rejectedInATransactionIsADeadLetterOfTheSameBatch() {
        shard.queue("dead")
                .queue(QueueDefinition.named("c").withDeadLetter(ShardFixture.deadLetter("dead", 5)))
                .publish("c", "1");
        TestConsumer consumer = failing("c").credit(1);
        Transaction transaction = declare();
        retire(transaction, consumer.last(), new Outcome.Rejected("no", "good"), true);
        assertEquals(List.of(), shard.browse("dead"));
        discharge(transaction, false).value();

        assertEquals(2, lastBatch().size());
        assertEquals(List.of("1"), shard.browse("dead"));
        assertEquals(0, shard.status("c").messages());
    }

    @Test
    void aMessageThatIsRolledBackTooOftenIsADeadLetter() {
        shard.queue("dead")
                .queue(QueueDefinition.named("c").withDeadLetter(ShardFixture.deadLetter("dead", 2)))
                .publish("c", "1");
        TestConsumer consumer = failing("c").credit(2);
        for (int i = 0; i < 2; i++) {
            Transaction transaction = declare();
            retire(transaction, consumer.last(), Outcome.ACCEPTED, true);
            discharge(transaction, true).value();
        }
        assertEquals(List.of("1"), shard.browse("dead"));
    }

    @Test
    void whereASendIsRefusedAllIsRolledBack() {
        shard.publish("a", "1");
        TestConsumer consumer = failing("a").credit(1);
        Transaction transaction = declare();
        retire(transaction, consumer.last(), Outcome.ACCEPTED, true);
        assertEquals(Optional.empty(), send(transaction, "b", "x"));
        assertEquals(
                Kind.NOT_FOUND, send(transaction, "nowhere", "y").orElseThrow().kind());
        assertEquals(
                Kind.TRANSACTION_ROLLBACK,
                send(transaction, "b", "z").orElseThrow().kind());
        assertTrue(consumer.last().isLocked(), "kept until the discharge: no message comes twice in one transaction");

        Refusal refusal = discharge(transaction, false).refusal();
        assertEquals(Kind.TRANSACTION_ROLLBACK, refusal.kind());
        assertTrue(refusal.text().contains("there is no queue 'nowhere'"), refusal.text());
        assertEquals(List.of(), shard.browse("b"));
        assertEquals(1, failing("a").credit(1).last().deliveryCount());
    }

    @Test
    void aTransactionThatFailedMayStillBeRolledBack() {
        Transaction transaction = declare();
        send(transaction, "nowhere", "y");
        assertEquals(transaction, discharge(transaction, true).value());
    }

    @Test
    void aCommitThatCannotBeDoneIsARollback() {
        shard.queue(QueueDefinition.named("one").withLimits(ONE)).publish("a", "1");
        TestConsumer consumer = failing("a").credit(1);
        Transaction transaction = declare();
        assertEquals(Optional.empty(), send(transaction, "one", "x"));
        assertEquals(Optional.empty(), send(transaction, "one", "y"), "each alone would fit");
        retire(transaction, consumer.last(), Outcome.ACCEPTED, true);

        Refusal refusal = discharge(transaction, false).refusal();
        assertEquals(Kind.TRANSACTION_ROLLBACK, refusal.kind());
        assertEquals("one", refusal.info().get("queue"));
        assertEquals(List.of(), shard.browse("one"));
        assertEquals(List.of("1"), failing("a").credit(1).bodies());
    }

    @Test
    void aQueueThatIsDeletedTakesItsTransactionsWithIt() {
        shard.publish("a", "1");
        TestConsumer consumer = failing("a").credit(1);
        Transaction transaction = declare();
        send(transaction, "b", "x");
        retire(transaction, consumer.last(), Outcome.ACCEPTED, true);
        shard.delete("a", ShardMailbox.DeleteCondition.ALWAYS).value();

        assertEquals(
                Kind.TRANSACTION_ROLLBACK,
                discharge(transaction, false).refusal().kind());
        assertEquals(List.of(), shard.browse("b"));
    }

    @Test
    void aDischargeWaitsForTheAnswersToWhatWasSent() {
        Transaction transaction = declare();
        Message message = ShardFixture.message("x", Message.Header.DURABLE);
        transaction.expect(message.residentBytes());
        Answer<Transaction> answer = discharge(transaction, false);
        assertTrue(answer.isPending());
        assertTrue(transactions.find(transaction.id()).isEmpty(), "nothing more may come");
        transaction.send(shard.mailbox(), shard.anonymous().handle, new Publish("b", message));
        shard.run();
        assertTrue(answer.isPending());
        transaction.answered(Optional.empty());
        shard.run();

        answer.value();
        assertEquals(List.of("x"), shard.browse("b"));
    }

    @Test
    void whatIsSettledWhileTheRollbackIsUnderWayIsGivenBack() {
        shard.publish("a", "1");
        TestConsumer consumer = failing("a").credit(1);
        Transaction transaction = declare();
        retire(transaction, consumer.last(), Outcome.ACCEPTED, false);
        Answer<Transaction> answer = new Answer<>();
        transaction.discharge(true, answer);
        assertEquals(
                Retirement.TOO_LATE,
                transactions.retire(transaction.id(), shard.mailbox(), consumer.last(), Outcome.ACCEPTED, true));
        shard.run();

        answer.value();
        TestConsumer next = shard.consumer("a").credit(1);
        assertEquals(1, next.last().deliveryCount());
    }

    @Test
    void oneThatIsNotDischargedInTimeIsRolledBack() {
        transactions = transactions(new TransactionLimits(8, 100, 1000, 500));
        shard.publish("a", "1");
        TestConsumer consumer = failing("a").credit(1);
        Transaction transaction = declare();
        send(transaction, "b", "x");
        retire(transaction, consumer.last(), Outcome.ACCEPTED, true);
        transactions.tick(shard.now + 499);
        assertEquals(List.of(), ended);
        assertEquals(shard.now + 500, transactions.deadlineMillis());
        transactions.tick(shard.now + 500);
        shard.run();

        assertEquals(List.of("TRANSACTION_TIMEOUT transaction 1 was not discharged in 500 ms"), ended);
        assertEquals(
                Kind.TRANSACTION_TIMEOUT,
                transactions.endedBecause(1).orElseThrow().kind());
        assertEquals(List.of("1"), shard.consumer("a").credit(1).bodies());
        assertEquals(Retirement.ENDED, retire(transaction, failingDelivery(), Outcome.ACCEPTED, true));
        assertEquals(Long.MAX_VALUE, transactions.deadlineMillis());
    }

    @Test
    void oneWhoseLinkIsGoneIsRolledBack() {
        shard.publish("a", "1");
        TestConsumer consumer = failing("a").credit(1);
        Transaction transaction = declare();
        send(transaction, "b", "x");
        retire(transaction, consumer.last(), Outcome.ACCEPTED, true);
        shard.runWhere(transaction::abandon);

        assertEquals(List.of("1"), shard.consumer("a").credit(1).bodies());
        assertEquals(List.of(), shard.browse("b"));
        assertEquals(
                Kind.TRANSACTION_ROLLBACK,
                transaction
                        .send(shard.mailbox(), shard.anonymous().handle, AtomicBatchTest.send("b", "late"))
                        .orElseThrow()
                        .kind());
    }

    @Test
    void limitsAreNamed() {
        transactions = transactions(new TransactionLimits(1, 2, 10, 0));
        Transaction transaction = declare();
        assertEquals(
                "a connection has 1 transactions at most",
                transactions.refusalOfMore().orElseThrow().text());
        send(transaction, "b", "12345");
        assertEquals(
                "a transaction holds 10 bytes of messages at most",
                send(transaction, "b", "123456").orElseThrow().text());
        assertEquals(
                Kind.TRANSACTION_ROLLBACK,
                discharge(transaction, false).refusal().kind());

        Transaction second = declare();
        send(second, "b", "1");
        send(second, "b", "2");
        assertEquals(
                "a transaction holds 2 messages sent and settled at most",
                send(second, "b", "3").orElseThrow().text());
        discharge(second, true).value();

        shard.publish("a", "1");
        TestConsumer consumer = failing("a").credit(1);
        Transaction third = declare();
        send(third, "b", "1");
        send(third, "b", "2");
        assertEquals(Retirement.ENDED, retire(third, consumer.last(), Outcome.ACCEPTED, true));
        assertEquals(1, ended.size(), "its coordinator ends, so that no message is given back and taken in a circle");
        assertEquals(List.of(), shard.browse("b"));
    }

    @Test
    void whatTransactionsTakeOfMemoryIsBoundedAndGivenBack() {
        ShardFixture small = new ShardFixture(ShardLimits.ofMemory(10_000)).queue("a");
        TestProducer producer = small.anonymous();
        List<Publish> sends = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Publish send = AtomicBatchTest.send("a", "x".repeat(1000));
            sends.add(send);
            small.runWhere(() -> small.mailbox().enlist(producer.handle, send));
        }
        assertEquals(5, producer.accepted.size());
        assertEquals(Kind.RESOURCE_LIMIT_EXCEEDED, producer.refusals.get(0).kind());

        Answer<Rollback> undone = new Answer<>();
        Rollback work = new Rollback(sends, List.of(), List.of());
        small.runWhere(() -> small.mailbox().rollback(work, small.client, undone));
        undone.value();
        small.runWhere(() -> small.mailbox().rollback(work, small.client, new Answer<>()));
        for (int i = 0; i < 5; i++) {
            small.runWhere(() -> small.mailbox().enlist(producer.handle, AtomicBatchTest.send("a", "x".repeat(1000))));
        }
        assertEquals(10, producer.accepted.size());
    }

    @Test
    void theBodyOfALargeMessageGoesWithTheRollback() {
        LargeBody body = shard.bodies.add(1000);
        Message large = ShardFixture.message("front", Message.Header.DURABLE).withBody(body);
        Transaction transaction = declare();
        send(transaction, "b", large);
        assertEquals(Set.of(body.id()), shard.bodies.present);
        discharge(transaction, true).value();
        assertEquals(Set.of(), shard.bodies.present);
    }

    @Test
    void aCommitOverSeveralShardsIsRefusedAndUndoneOnEach() {
        ShardFixture other = new ShardFixture().queue("far");
        other.publish("far", "1");
        TestConsumer consumer = other.consumer("far").credit(1);
        Transaction transaction = declare();
        send(transaction, "b", "x");
        transactions.retire(transaction.id(), other.mailbox(), consumer.last(), Outcome.ACCEPTED, true);
        other.run();
        Answer<Transaction> answer = discharge(transaction, false);
        other.run();

        assertEquals(Kind.TRANSACTION_ROLLBACK, answer.refusal().kind());
        assertTrue(
                answer.refusal().text().contains("cannot span several shards"),
                answer.refusal().text());
        assertEquals(List.of("1"), other.browse("far"));
        assertEquals(List.of(), shard.browse("b"));
    }

    @Test
    void aMessageToASecondShardIsRefusedAtOnceAndNothingOfTheTransactionStays() {
        ShardFixture other = new ShardFixture().queue("far");
        TestProducer producer = other.anonymous();
        Transaction transaction = declare();
        send(transaction, "b", "x");
        transaction.expect(1);
        Optional<Refusal> refusal =
                transaction.send(other.mailbox(), producer.handle, AtomicBatchTest.send("far", "y"));
        assertEquals(Kind.NOT_IMPLEMENTED, refusal.orElseThrow().kind());
        transaction.answered(refusal);
        Answer<Transaction> answer = discharge(transaction, false);
        other.run();

        assertEquals(Kind.TRANSACTION_ROLLBACK, answer.refusal().kind());
        assertEquals(List.of(), other.browse("far"));
        assertEquals(List.of(), shard.browse("b"));
    }

    @Test
    void aTransactionWithoutWorkIsCommittedAtOnce() {
        Transaction transaction = declare();
        int batches = shard.journal.history().size();
        assertEquals(transaction, discharge(transaction, false).value());
        assertEquals(batches, shard.journal.history().size());
    }

    @Test
    void othersGoOnBesideAnOpenTransaction() {
        shard.publish("a", "1");
        TestConsumer consumer = failing("a").credit(1);
        Transaction transaction = declare();
        retire(transaction, consumer.last(), Outcome.ACCEPTED, true);
        send(transaction, "a", "in the transaction");
        shard.publish("a", "2", "3");

        assertEquals(List.of("2", "3"), shard.consumer("a").credit(5).bodies());
    }
}
