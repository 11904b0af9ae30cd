package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Schedule;
import io.sluice.broker.queue.Selection;
import io.sluice.broker.shard.ShardFixture.Answer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Messages of a queue that an administrator selects and removes. */
class PurgeTest {
    private static final QueueDefinition Q = QueueDefinition.named("q");

    private ShardFixture shard = new ShardFixture().queue(Q);

    /** Those whose body the predicate takes. */
    private static Selection those(Predicate<String> filter) {
        return Selection.ALL.withFilter(message -> filter.test(new String(message.encoded(), StandardCharsets.UTF_8)));
    }

    private static String[] bodies(int count) {
        return IntStream.range(0, count).mapToObj(i -> "m" + i).toArray(String[]::new);
    }

    private static List<String> odd(int count) {
        return IntStream.range(0, count)
                .filter(i -> i % 2 == 1)
                .mapToObj(i -> "m" + i)
                .toList();
    }

    private static boolean isEven(String body) {
        return Integer.parseInt(body.substring(1)) % 2 == 0;
    }

    private static Message later(String body) {
        return ShardFixture.message(body, Message.Header.DURABLE.withSchedule(new Schedule(Message.NONE, 100)));
    }

    /** A shard where nothing stays in memory that a page has. */
    private void pagingShard() {
        ShardLimits.Paging paging = new ShardLimits.Paging(1, 1 << 20, 1, 1);
        shard = new ShardFixture(new ShardLimits(1 << 20, 1 << 20, 1 << 20, 1 << 20, paging)).queue(Q);
    }

    private void goesOut(int messages) {
        shard.checkpoint();
        shard.advance(0);
        assertEquals(messages, shard.status("q").pagedOut());
    }

    @Test
    void whatIsSelectedGoesAndTheRestKeepsItsPlace() {
        shard.publish("q", bodies(20));
        shard.producer("q").send(ShardFixture.transientMessage("m20")).send(ShardFixture.transientMessage("m21"));

        assertEquals(11, shard.purge("q", those(PurgeTest::isEven)).value());
        assertEquals(odd(22), shard.browse("q"));
        assertEquals(0, shard.purge("q", those(PurgeTest::isEven)).value());

        shard = shard.restart();
        assertEquals(odd(20), shard.browse("q"));
    }

    @Test
    void noMoreThanTheLimitGoesAndThatIsWhatCameFirst() {
        shard.producer("q")
                .send(ShardFixture.withPriority("m0", 1))
                .send(ShardFixture.withPriority("m1", 9))
                .send(ShardFixture.withPriority("m2", 5))
                .send(ShardFixture.withPriority("m4", 9));

        assertEquals(2, shard.purge("q", those(PurgeTest::isEven).withLimit(2)).value());
        assertEquals(List.of("m1", "m4"), shard.browse("q"));
        assertEquals(1, shard.purge("q", Selection.ALL.withLimit(1)).value());
        assertEquals(List.of("m4"), shard.browse("q"));
        assertThrows(IllegalArgumentException.class, () -> Selection.ALL.withLimit(0));
    }

    @Test
    void whatAConsumerHasStaysAndWhatWaitsForItsTimeGoes() {
        shard.publish("q", "m0", "m2");
        TestConsumer consumer = shard.consumer("q").credit(1);
        shard.producer("q").send(later("m4")).send(later("m5"));

        assertEquals(2, shard.purge("q", those(PurgeTest::isEven)).value());
        QueueStatus status = shard.status("q");
        assertEquals(2, status.messages());
        assertEquals(1, status.scheduled());
        consumer.settle(0, Outcome.RELEASED);
        consumer.detach();
        assertEquals(List.of("m0"), shard.browse("q"));
    }

    @Test
    void whatIsOutOfMemoryIsSelectedToo() {
        pagingShard();
        TestProducer producer = shard.producer("q");
        for (int i = 0; i < 30; i++) {
            producer.send(ShardFixture.withPriority("m" + i, i % 3));
        }
        producer.send(later("m30")).send(later("m31"));
        goesOut(32);

        int read = shard.store.readCount;
        assertEquals(16, shard.purge("q", those(PurgeTest::isEven)).value());
        assertTrue(
                shard.store.readCount - read <= shard.store.size() + 16,
                "a page is read once: " + shard.store.readCount);
        assertEquals(16, shard.status("q").messages());
        assertEquals(1, shard.status("q").scheduled());
        shard.checkpoint();
        shard = shard.restart();
        shard.advance(100);
        shard.advance(1);
        assertEquals(Set.copyOf(odd(32)), Set.copyOf(shard.browse("q")));
        assertEquals(16, shard.status("q").messages());
    }

    @Test
    void whatCannotBeReadStays() {
        pagingShard();
        shard.publish("q", bodies(12));
        goesOut(12);
        shard.store.damage(2);
        try (LoggedErrors errors = new LoggedErrors()) {
            assertEquals(4, shard.purge("q", those(PurgeTest::isEven)).value());
            assertEquals(1, errors.messages().size(), errors.messages()::toString);
        }
        assertEquals(8, shard.status("q").messages());
        assertEquals(4, shard.status("q").damaged());
    }

    @Test
    void theQueueIsDeletedWhileAPageIsRead() {
        pagingShard();
        shard.publish("q", bodies(12));
        goesOut(12);
        shard.store.holdsReads = true;
        Answer<Long> purged = shard.purge("q", those(PurgeTest::isEven));
        assertTrue(purged.isPending());
        shard.delete("q", ShardMailbox.DeleteCondition.ALWAYS);
        shard.runWhere(shard.store::answerRead);

        assertEquals(0, purged.value());
        assertEquals(List.of(), shard.failures);
    }

    @Test
    void othersHaveTheirTurnsAndWhatComesMeanwhileStays() {
        shard.publish("q", bodies(10_000));
        List<Integer> examinedBefore = new ArrayList<>();
        int[] examined = {0};
        TestProducer producer = shard.producer("q");
        Selection none = Selection.ALL.withFilter(message -> {
            if (examined[0]++ == 0) {
                shard.also(() -> examinedBefore.add(examined[0]));
                producer.post("q", ShardFixture.message("m10000", Message.Header.DURABLE));
            }
            return false;
        });

        assertEquals(0, shard.purge("q", none).value());
        assertEquals(10_000, examined[0]);
        assertEquals(1, examinedBefore.size());
        assertTrue(examinedBefore.get(0) < 5_000, "the thread was kept for " + examinedBefore);
        assertEquals(10_001, shard.status("q").messages());
    }

    @Test
    void itGoesOnWhenWhatIsRemovedIsDurableAndACrashLeavesTheRest() {
        shard.publish("q", bodies(5_000));
        shard.journal.hold();
        Answer<Long> purged = shard.purge("q", those(PurgeTest::isEven));
        TestConsumer consumer = shard.consumer("q");
        long before = 5_000;
        int steps = 0;
        while (purged.isPending()) {
            assertTrue(shard.journal.waiting() <= 1, "it waits for the journal");
            ShardFixture after = shard.restart(shard.journal.committed());
            long left = after.status("q").messages();
            assertTrue(left <= before && left >= 2_500, left + " are left");
            before = left;
            assertTrue(after.browse("q").containsAll(odd(5_000)));
            shard.commit(1);
            assertTrue(++steps < 100, "it does not end");
        }
        assertEquals(2_500, purged.value());
        assertTrue(steps >= 3, "in slices, not " + steps);
        shard.commitAll();
        assertEquals(odd(5_000), consumer.credit(5_000).bodies());
        assertEquals(odd(5_000), shard.restart().browse("q"));
    }

    @Test
    void whatIsSelectedIsNotDeliveredWhileItsRemovalIsOnItsWay() {
        shard.publish("q", bodies(4));
        shard.journal.hold();
        Answer<Long> purged = shard.purge("q", those(PurgeTest::isEven));
        TestConsumer consumer = shard.consumer("q").credit(4);

        assertTrue(purged.isPending());
        assertEquals(odd(4), consumer.bodies());
        assertEquals(4, shard.restart().status("q").messages());
        shard.commitAll();
        assertEquals(2, purged.value());
    }
}
