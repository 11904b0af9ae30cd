package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Outcome;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.shard.ShardFixture.Answer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Atomic batches among other work, cut off after any batch of the journal: each has happened as a whole, or not at all. */
class AtomicHistoryTest {
    private static final List<String> QUEUES = List.of("q1", "q2", "q3");

    private final List<Sent> sent = new ArrayList<>();

    /** @param marks by which what it did is found again: bodies of messages that came, and of those that left */
    private record Sent(List<String> came, List<String> left, Answer<AtomicBatch> answer) {}

    @Property(tries = 300)
    void aBatchIsThereAsAWholeOrNotAtAll(@ForAll long seed) {
        sent.clear();
        Random random = new Random(seed);
        ShardFixture shard = new ShardFixture(new ShardLimits(1 << 20, 1 << 20, 200, 1 << 10));
        QUEUES.forEach(shard::queue);
        TestProducer producer = shard.anonymous();
        List<TestConsumer> consumers = QUEUES.stream()
                .map(queue -> shard.consumer(queue).credit(1_000))
                .toList();
        List<Delivery> open = new ArrayList<>();
        for (int step = 0; step < 60; step++) {
            shard.journal.hold();
            int work = random.nextInt(4);
            for (int i = 0; i < work; i++) {
                producer.post(
                        some(QUEUES, random),
                        ShardFixture.message(
                                "single " + step + " " + i,
                                AtomicBatchTest.send("", "").message().header()));
            }
            commitSome(step, shard, open, random);
            shard.run();
            shard.commit(random.nextInt(shard.journal.waiting() + 1));
            open.clear();
            consumers.forEach(consumer ->
                    consumer.deliveries.stream().filter(Delivery::isLocked).forEach(open::add));
        }
        assertEquals(List.of(), shard.failures);
        for (int batches = shard.journal.committed();
                batches <= shard.journal.history().size();
                batches++) {
            assertWhole(shard, batches);
        }
        assertWhole(shard, random.nextInt(shard.journal.history().size() + 1), false);
    }

    private void commitSome(int step, ShardFixture shard, List<Delivery> open, Random random) {
        List<Publish> sends = new ArrayList<>();
        List<String> came = new ArrayList<>();
        for (int i = random.nextInt(6); i >= 0; i--) {
            came.add("atomic " + step + " " + i);
            sends.add(AtomicBatchTest.send(some(QUEUES, random), "atomic " + step + " " + i));
        }
        List<AtomicBatch.Settlement> settlements = new ArrayList<>();
        List<String> left = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0 && !open.isEmpty(); i--) {
            Delivery delivery = open.remove(random.nextInt(open.size()));
            left.add(TestConsumer.body(delivery));
            settlements.add(new AtomicBatch.Settlement(delivery, Outcome.ACCEPTED));
        }
        Answer<AtomicBatch> answer = new Answer<>();
        shard.mailbox().commit(new AtomicBatch(sends, settlements), shard.client, answer);
        sent.add(new Sent(came, left, answer));
    }

    private static <T> T some(List<T> list, Random random) {
        return list.get(random.nextInt(list.size()));
    }

    private void assertWhole(ShardFixture shard, int batches) {
        assertWhole(shard, batches, true);
    }

    /** @param afterAnswers the journal is not shorter than what was reported: what was answered must be there */
    private void assertWhole(ShardFixture shard, int batches, boolean afterAnswers) {
        Set<String> came = new HashSet<>();
        Set<String> left = new HashSet<>();
        java.util.Map<String, String> bodies = new java.util.HashMap<>();
        for (List<JournalRecord> batch : shard.journal.history().subList(0, batches)) {
            for (JournalRecord record : batch) {
                if (record instanceof Enqueued enqueued) {
                    String body = new String(enqueued.message().encoded(), StandardCharsets.UTF_8);
                    came.add(body);
                    bodies.put(enqueued.queueId() + "/" + enqueued.sequence(), body);
                } else if (record instanceof Removed removed) {
                    for (int range = 0; range < removed.sequences().rangeCount(); range++) {
                        long last = removed.sequences().last(range);
                        for (long sequence = removed.sequences().first(range); sequence <= last; sequence++) {
                            left.add(bodies.get(removed.queueId() + "/" + sequence));
                        }
                    }
                }
            }
        }
        for (Sent one : sent) {
            boolean happened = came.contains(one.came.get(0));
            one.came.forEach(body -> assertEquals(happened, came.contains(body), body));
            one.left.forEach(body -> assertEquals(happened, left.contains(body), body));
            assertTrue(happened || !afterAnswers || one.answer.isPending(), () -> one.came + " is lost");
        }
    }
}
