package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.Deduplication;
import io.sluice.broker.QueueDefinition.Limits;
import io.sluice.broker.QueueDefinition.Overflow;
import io.sluice.broker.explain.DroppedCopy;
import io.sluice.broker.explain.QueueExplanation;
import io.sluice.broker.port.LinkDescription;
import io.sluice.broker.queue.Pause;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Enqueued;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** A message that is sent again. */
class DeduplicationTest {
    private static final int MAX_IDS = 3;
    private static final long MAX_AGE_MILLIS = 100;
    private static final QueueDefinition WINDOW =
            QueueDefinition.named("q").withDeduplication(new Deduplication(MAX_IDS, MAX_AGE_MILLIS, ""));

    private final ShardFixture shard = new ShardFixture().queue(WINDOW);
    private final TestProducer producer = shard.producer("q");

    private static Message durable(String body) {
        return ShardFixture.message(body, Message.Header.DURABLE);
    }

    @Test
    void aCopyIsAcceptedNotStoredAndCounted() {
        producer.sendAs("1", durable("a")).sendAs("1", durable("copy")).sendAs("2", durable("b"));

        assertEquals(List.of("a", "copy", "b"), producer.accepted);
        assertEquals(List.of("a", "b"), shard.browse("q"));
        assertEquals(1, shard.status("q").duplicates());
    }

    private Optional<DroppedCopy> lastDuplicate(ShardFixture of, String queue) {
        ShardFixture.Answer<QueueExplanation> answer = new ShardFixture.Answer<>();
        of.runWhere(() -> of.mailbox().explain(queue, of.client, answer));
        return answer.value().lastDuplicate();
    }

    private DroppedCopy dropped(String id, long firstSequence, String container) {
        return new DroppedCopy(id, firstSequence, shard.now, new LinkDescription("", "", container, "", ""));
    }

    @Test
    void aCopyLeavesATrace() {
        assertEquals(Optional.empty(), lastDuplicate(shard, "q"));
        producer.sendAs("0", durable("z")).sendAs("1", durable("a"));
        TestProducer other = shard.producer("q");
        other.container = "the other\nERROR forged";
        try (LoggedErrors log = new LoggedErrors(Level.DEBUG)) {
            other.sendAs("1", durable("copy"));
            assertEquals(
                    List.of("Queue 'q': a copy is accepted and not stored: 1, as number 2, from link  '' of"
                            + " 'the other?ERROR forged'"),
                    log.messages());
        }
        assertEquals(Optional.of(dropped("1", 2, other.container)), lastDuplicate(shard, "q"));
    }

    @Test
    void theFirstIsNamedAlsoWhileItIsOnItsWayAndAfterARestart() {
        shard.journal.hold();
        producer.sendAs("1", durable("a")).sendAs("1", durable("copy"));
        assertEquals(Optional.of(dropped("1", 1, "")), lastDuplicate(shard, "q"));
        shard.commitAll();

        ShardFixture replayed = shard.restart();
        assertEquals(Optional.empty(), lastDuplicate(replayed, "q"));
        replayed.producer("q").sendAs("1", durable("copy"));
        assertEquals(Optional.of(dropped("1", 1, "")), lastDuplicate(replayed, "q"));
        replayed.checkpoint();
        ShardFixture fromStore = replayed.restart();
        fromStore.producer("q").sendAs("1", durable("copy"));
        assertEquals(Optional.of(dropped("1", 0, "")), lastDuplicate(fromStore, "q"), "the store has ids only");
    }

    @Test
    void aCopyToATopicLeavesATraceWhereItIsOne() {
        shard.subscribe(Topics.durable("s", "t"));
        String queue = shard.list().stream()
                .map(status -> status.definition().name())
                .filter(name -> !name.equals("q"))
                .findFirst()
                .orElseThrow();
        shard.update(queue, new QueueChange(is -> is.withDeduplication(new Deduplication(5, 5, "")), Pause.AS_IT_IS));
        shard.topicProducer("t").sendAs("1", durable("a")).sendAs("1", durable("copy"));
        assertEquals(1, shard.status(queue).duplicates());
        assertEquals(Optional.of(dropped("1", 1, "")), lastDuplicate(shard, queue));
    }

    @Test
    void aQueueWithoutAWindowStoresEverything() {
        shard.queue("plain");
        shard.producer("plain").sendAs("1", durable("a")).sendAs("1", durable("b"));

        assertEquals(List.of("a", "b"), shard.browse("plain"));
        assertEquals("", ((Enqueued) lastRecord()).duplicateId());
    }

    private JournalRecord lastRecord() {
        List<JournalRecord> records = shard.journal.records();
        return records.get(records.size() - 1);
    }

    @Test
    void aMessageWithoutAnIdIsNeverACopy() {
        producer.sendAs("", durable("a")).sendAs("", durable("b")).send("c");

        assertEquals(List.of("a", "b", "c"), shard.browse("q"));
    }

    @Test
    void theConfiguredPropertyIsWhatIsAskedFor() {
        shard.queue(QueueDefinition.named("p").withDeduplication(new Deduplication(5, 5, "order")));
        shard.producer("p").sendAs("1", durable("a"));

        assertEquals("order=1", ((Enqueued) lastRecord()).duplicateId());
    }

    @Test
    void aCopyIsAcceptedOnlyWhenTheFirstIsDurable() {
        shard.journal.hold();
        producer.sendAs("1", durable("a"));
        producer.sendAs("1", durable("copy"));
        assertEquals(List.of(), producer.accepted);

        shard.commitAll();
        assertEquals(List.of("a", "copy"), producer.accepted);
        assertEquals(List.of("a"), shard.browse("q"));
    }

    @Test
    void aMessageThatIsConsumedIsStillKnown() {
        producer.sendAs("1", durable("a"));
        shard.consumer("q").credit(1).settle(0, Outcome.ACCEPTED);
        producer.sendAs("1", durable("copy"));

        assertEquals(0, shard.status("q").messages());
        assertEquals(1, shard.status("q").duplicates());
    }

    @Test
    void anIdIsForgottenByTime() {
        producer.sendAs("1", durable("a"));
        shard.advance(MAX_AGE_MILLIS - 1);
        producer.sendAs("1", durable("copy"));
        shard.advance(1);
        producer.sendAs("1", durable("b"));
        shard.advance(MAX_AGE_MILLIS - 1);
        producer.sendAs("1", durable("copy"));

        assertEquals(List.of("a", "b"), shard.browse("q"));
    }

    @Test
    void anIdIsForgottenByCount() {
        producer.sendAs("1", durable("a"))
                .sendAs("2", durable("b"))
                .sendAs("1", durable("copy"))
                .sendAs("3", durable("c"))
                .sendAs("4", durable("d"))
                .sendAs("1", durable("e"));

        assertEquals(List.of("a", "b", "c", "d", "e"), shard.browse("q"));
    }

    @Test
    void aCopyNeedsNoRoom() {
        Limits one = new Limits(1, QueueDefinition.UNLIMITED, Overflow.REJECT, QueueDefinition.UNLIMITED);
        shard.queue(WINDOW.withName("full").withLimits(one));
        TestProducer full = shard.producer("full");
        full.sendAs("1", durable("a")).sendAs("1", durable("copy"));
        assertEquals(List.of("a", "copy"), full.accepted);
    }

    @Test
    void aRefusedMessageIsNotRemembered() {
        Limits one = new Limits(1, QueueDefinition.UNLIMITED, Overflow.REJECT, QueueDefinition.UNLIMITED);
        shard.queue(WINDOW.withName("full").withLimits(one));
        TestProducer full = shard.producer("full");
        full.sendAs("1", durable("a")).sendAs("2", durable("b"));
        shard.consumer("full").credit(1).settle(0, Outcome.ACCEPTED);
        full.sendAs("2", durable("b"));

        assertEquals(List.of("b"), shard.browse("full"));
    }

    @Test
    void aMessageThatTheBrokerMovesIsNoCopy() {
        shard.queue(QueueDefinition.named("source").withDeadLetter(ShardFixture.deadLetter("q", 1)));
        TestProducer source = shard.producer("source");
        producer.sendAs("1", durable("a"));
        source.sendAs("1", durable("moved"));
        shard.consumer("source").credit(1).settle(0, Outcome.FAILED);
        producer.sendAs("1", durable("copy"));

        assertEquals(List.of("a", "moved"), shard.browse("q"));
    }

    @Test
    void messagesThatAreNotDurableAreKnownUntilTheRestart() {
        producer.sendAs("1", ShardFixture.transientMessage("a")).sendAs("1", ShardFixture.transientMessage("copy"));
        assertEquals(List.of("a"), shard.browse("q"));

        ShardFixture after = shard.restart();
        after.producer("q").sendAs("1", durable("b"));
        assertEquals(List.of("b"), after.browse("q"));
    }

    @Test
    void theWindowSurvivesARestart() {
        producer.sendAs("1", durable("a")).sendAs("2", durable("b"));
        shard.consumer("q").credit(1).settle(0, Outcome.ACCEPTED);
        ShardFixture after = shard.restart();
        after.producer("q").sendAs("1", durable("copy")).sendAs("2", durable("copy"));

        assertEquals(List.of("b"), after.browse("q"));
        assertEquals(2, after.status("q").duplicates());
    }

    @Test
    void theBodyOfALargeCopyIsNotKept() {
        producer.sendAs("1", durable("a").withBody(shard.bodies.add(1 << 20)));
        producer.sendAs("1", durable("a").withBody(shard.bodies.add(1 << 20)));

        assertEquals(List.of("a", "a"), producer.accepted);
        assertEquals(Set.of(1L), shard.bodies.present);
    }

    @Test
    void aDeletedQueueForgets() {
        producer.sendAs("1", durable("a"));
        shard.delete("q", ShardMailbox.DeleteCondition.ALWAYS);
        shard.queue(WINDOW);
        shard.producer("q").sendAs("1", durable("b"));

        assertEquals(List.of("b"), shard.browse("q"));
    }

    @Test
    void theWindowTakesItsPartOfMemory() {
        ShardFixture small = new ShardFixture(ShardLimits.ofMemory(100_000))
                .queue(QueueDefinition.named("q").withDeduplication(new Deduplication(10_000, 1_000_000, "")));
        TestProducer many = small.producer("q");
        TestConsumer consumer = small.consumer("q").credit(10_000);
        for (int i = 0; many.refusals.isEmpty(); i++) {
            assertTrue(i < 10_000, "nothing is ever refused");
            many.sendAs("id-" + i, durable("a"));
            consumer.acceptAll();
            consumer.deliveries.clear();
        }
        assertEquals(0, small.status("q").messages());
    }

    @Test
    void theWindowOutlivesTheJournalItWasMadeBy() {
        producer.sendAs("1", durable("a")).sendAs("2", durable("b"));
        shard.consumer("q").credit(2).acceptAll().detach();
        shard.checkpoint();
        assertEquals(shard.journal.committed(), shard.journal.trimmedTo(), "nothing of it is left to replay");
        ShardFixture after = shard.restart();
        after.checkpoint();
        ShardFixture third = after.restart();
        third.producer("q")
                .sendAs("1", durable("copy"))
                .sendAs("2", durable("copy"))
                .sendAs("3", durable("c"));

        assertEquals(List.of("c"), third.browse("q"));
        assertEquals(2, third.status("q").duplicates());
    }

    @Test
    void aLargeWindowTakesSeveralRecordsAndComesBackInOrder() {
        shard.queue(QueueDefinition.named("large").withDeduplication(new Deduplication(2_500, 1_000_000, "")));
        TestProducer many = shard.producer("large");
        for (int i = 0; i < 2_600; i++) {
            many.postAs("large", "id" + i, durable("m"));
        }
        shard.run();
        shard.checkpoint();
        ShardFixture after = shard.restart();
        TestProducer again = after.producer("large");
        again.sendAs("id99", durable("forgotten"));
        // It took the place of the oldest.
        again.sendAs("id100", durable("forgotten next"))
                .sendAs("id102", durable("copy"))
                .sendAs("id2599", durable("copy"));

        assertEquals(2_602, after.status("large").messages());
        assertEquals(2, after.status("large").duplicates());
    }

    /** Ids in the order of arrival, and nothing clever. */
    private static final class NaiveWindow {
        private record Id(String id, long arrivedAtMillis) {}

        private final List<Id> ids = new ArrayList<>();

        boolean holds(String id, long now) {
            return ids.stream().anyMatch(i -> i.id.equals(id) && now - i.arrivedAtMillis < MAX_AGE_MILLIS);
        }

        void remember(String id, long now) {
            ids.removeIf(i -> i.id.equals(id));
            ids.add(new Id(id, now));
            while (ids.size() > MAX_IDS || now - ids.get(0).arrivedAtMillis >= MAX_AGE_MILLIS) {
                ids.remove(0);
            }
        }
    }

    /** Whatever is committed late, restarted or cut off: exactly what the naive window lets in is stored. */
    @Property(tries = 150)
    void theWindowIsWhatTheRecordsSay(@ForAll long seed) {
        Random random = new Random(seed);
        ShardFixture life = new ShardFixture().queue(WINDOW);
        TestProducer sender = life.producer("q");
        for (int step = 0; step < 150; step++) {
            int dice = random.nextInt(20);
            if (dice < 10) {
                String id = String.valueOf(random.nextInt(6));
                life.journal.letGo();
                life.run();
                NaiveWindow model = windowOf(life);
                long before = stored(life);
                sender.sendAs(id, durable("m" + step));
                assertEquals(model.holds(id, life.now), stored(life) == before, () -> "seed " + seed + ", id " + id);
            } else if (dice < 14) {
                life.journal.hold();
                for (int i = 0; i < 3; i++) {
                    sender.sendAs(String.valueOf(random.nextInt(6)), durable("m" + step));
                }
                life.commit(random.nextInt(life.journal.waiting() + 1));
            } else if (dice < 16) {
                life.advance(random.nextInt(40));
            } else if (dice < 19) {
                checkpointStep(life, random);
            } else {
                life = life.restart(life.journal.committed() + random.nextInt(life.journal.waiting() + 1));
                sender = life.producer("q");
            }
        }
        // Nowhere in the history is a copy of what its window held.
        windowOf(life);
        assertEquals(List.of(), life.failures);
    }

    /** A checkpoint goes on beside all this, or fails. */
    private static void checkpointStep(ShardFixture shard, Random random) {
        NaiveStore store = shard.store;
        if (!store.isRunning()) {
            shard.startCheckpoint();
        } else if (!store.hasBegun()) {
            shard.runWhere(store::begin);
        } else if (random.nextInt(8) == 0) {
            shard.runWhere(store::fail);
        } else {
            shard.storeRest();
            shard.runWhere(store::complete);
        }
    }

    private static long stored(ShardFixture shard) {
        return shard.journal.records().stream()
                .filter(Enqueued.class::isInstance)
                .count();
    }

    private static NaiveWindow windowOf(ShardFixture shard) {
        NaiveWindow window = new NaiveWindow();
        for (JournalRecord record : shard.journal.records()) {
            if (record instanceof Enqueued enqueued) {
                String body = new String(enqueued.message().encoded(), StandardCharsets.UTF_8);
                String id = enqueued.duplicateId();
                assertTrue(!window.holds(id, enqueued.arrivedAtMillis()), () -> body + " is a copy");
                window.remember(id, enqueued.arrivedAtMillis());
            }
        }
        return window;
    }
}
