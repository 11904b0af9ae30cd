package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.shard.ShardFixture.Answer;
import io.sluice.broker.transaction.ConnectionThread;
import io.sluice.broker.transaction.Transaction;
import io.sluice.broker.transaction.TransactionLimits;
import io.sluice.broker.transaction.Transactions;
import io.sluice.broker.transaction.Transactions.Retirement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Messages are moved between queues by transactions, several open at a time, committed, rolled back, abandoned and out of time, while
 * consumers come and go and the journal lags behind. Cut off after any batch, each message is in one queue; at the end in that one to
 * which the commits moved it.
 */
class TransactionHistoryTest {
    private static final List<String> QUEUES = List.of("q1", "q2", "q3");
    private static final int MESSAGES = 12;
    private static final int STEPS = 60;
    private static final long TIMEOUT_MILLIS = 1_000;

    private static final class Connection implements ConnectionThread {
        @Override
        public void call(Runnable answer) {
            answer.run();
        }

        @Override
        public void turnEnded() {}
    }

    private record Open(Transaction transaction, Map<String, String> moves) {}

    private record Committed(Map<String, String> moves, Answer<Transaction> answer) {}

    private ShardFixture shard;
    private Random random;
    private Transactions transactions;
    private TestProducer producer;
    private final List<TestConsumer> consumers = new ArrayList<>();
    private final List<Open> open = new ArrayList<>();
    private final List<Committed> committed = new ArrayList<>();
    private final List<Answer<Transaction>> rolledBack = new ArrayList<>();

    @Property(tries = 300)
    void eachMessageIsInOneQueueWhereCommitsMovedIt(@ForAll long seed) {
        random = new Random(seed);
        shard = new ShardFixture(new ShardLimits(1 << 20, 1 << 20, 200, 1 << 10));
        QUEUES.forEach(shard::queue);
        transactions = new Transactions(new TransactionLimits(100, 100, 1 << 20, TIMEOUT_MILLIS), new Connection());
        List.of(consumers, open, committed, rolledBack).forEach(List::clear);
        for (int i = 0; i < MESSAGES; i++) {
            shard.publish(QUEUES.get(i % QUEUES.size()), "m" + i);
        }
        producer = shard.anonymous();
        QUEUES.forEach(this::attach);
        int filled = shard.journal.history().size();
        for (int step = 0; step < STEPS; step++) {
            shard.journal.hold();
            act();
            shard.run();
            shard.commit(random.nextInt(shard.journal.waiting() + 1));
        }
        assertEquals(List.of(), shard.failures);
        for (int batches = filled; batches <= shard.journal.history().size(); batches++) {
            assertEquals(MESSAGES, places(shard.restart(batches)).size());
        }
        finish();
    }

    private void attach(String queue) {
        Outcome loss = random.nextBoolean() ? Outcome.FAILED : Outcome.RELEASED;
        consumers.add(shard.consumer(queue, Consumer.Mode.MOVE, loss).credit(1_000));
    }

    private void act() {
        switch (random.nextInt(10)) {
            case 0, 1 -> open.add(new Open(transactions.declare((ended, why) -> {}, shard.now), new TreeMap<>()));
            case 2 -> replaceConsumer();
            case 3 -> endOne();
            case 4 -> {
                shard.now += random.nextInt((int) TIMEOUT_MILLIS / 2);
                transactions.tick(shard.now);
                open.removeIf(one -> transactions.find(one.transaction.id()).isEmpty());
            }
            default -> moveSome();
        }
    }

    private void replaceConsumer() {
        TestConsumer gone = consumers.remove(random.nextInt(consumers.size()));
        gone.detach();
        attach(gone.handle.address());
    }

    private void endOne() {
        if (open.isEmpty()) {
            return;
        }
        Open one = open.remove(random.nextInt(open.size()));
        Answer<Transaction> answer = new Answer<>();
        switch (random.nextInt(4)) {
            case 0 -> one.transaction.abandon();
            case 1 -> {
                one.transaction.discharge(true, answer);
                rolledBack.add(answer);
            }
            default -> {
                one.transaction.discharge(false, answer);
                committed.add(new Committed(one.moves, answer));
            }
        }
    }

    private void moveSome() {
        if (open.isEmpty()) {
            return;
        }
        Open one = open.get(random.nextInt(open.size()));
        for (int i = random.nextInt(3); i >= 0; i--) {
            Optional<Delivery> free = consumers.get(random.nextInt(consumers.size())).deliveries.stream()
                    .filter(delivery -> delivery.isLocked() && !transactions.holds(delivery))
                    .findFirst();
            free.ifPresent(delivery -> move(one, delivery));
        }
    }

    private void move(Open one, Delivery delivery) {
        String body = TestConsumer.body(delivery);
        String to = QUEUES.get(random.nextInt(QUEUES.size()));
        Message message = ShardFixture.message(body, Message.Header.DURABLE);
        one.transaction.expect(message.residentBytes());
        one.transaction.send(shard.mailbox(), producer.handle, new Publish(to, message));
        Retirement retirement = transactions.retire(
                one.transaction.id(), shard.mailbox(), delivery, Outcome.ACCEPTED, random.nextBoolean());
        assertEquals(Retirement.HELD, retirement);
        shard.run();
        one.transaction.answered(Optional.empty());
        one.moves.put(body, to);
    }

    private void finish() {
        shard.runWhere(() -> open.forEach(one -> one.transaction.abandon()));
        shard.commitAll();
        rolledBack.forEach(Answer::value);
        consumers.forEach(TestConsumer::detach);
        shard.commitAll();
        Map<String, String> expected = new TreeMap<>();
        for (int i = 0; i < MESSAGES; i++) {
            expected.put("m" + i, QUEUES.get(i % QUEUES.size()));
        }
        for (Committed one : committed) {
            one.answer.value();
            expected.putAll(one.moves);
        }
        assertEquals(expected, places(shard));
        assertEquals(expected, places(shard.restart()));
    }

    /** Which message is in which queue; fails where one is in two places. */
    private static Map<String, String> places(ShardFixture shard) {
        Map<String, String> places = new TreeMap<>();
        for (String queue : QUEUES) {
            for (String body : shard.browse(queue)) {
                assertEquals(null, places.put(body, queue), body);
            }
        }
        return places;
    }
}
