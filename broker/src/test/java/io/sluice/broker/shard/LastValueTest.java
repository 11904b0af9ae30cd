package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Message;
import io.sluice.broker.MessageLife;
import io.sluice.broker.MessageLife.LastValue;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.Limits;
import io.sluice.broker.QueueDefinition.Overflow;
import io.sluice.broker.Refusal;
import io.sluice.broker.Schedule;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.LastValues;
import io.sluice.broker.record.JournalRecord.Removed;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A queue in which a message takes the place of the one before it of the same key. */
class LastValueTest {
    private final ShardFixture shard = new ShardFixture().queue(lastValue("q"));

    private static QueueDefinition lastValue(String name) {
        return QueueDefinition.named(name).withLife(MessageLife.PLAIN.withLastValue(LastValue.ON));
    }

    private static Message durable(String body) {
        return ShardFixture.message(body, Message.Header.DURABLE);
    }

    private TestProducer send(String queue, String... keysAndBodies) {
        return send(shard, queue, keysAndBodies);
    }

    private static TestProducer send(ShardFixture to, String queue, String... keysAndBodies) {
        TestProducer producer = to.producer(queue);
        for (String each : keysAndBodies) {
            producer.sendAs(each.substring(0, 1), durable(each));
        }
        return producer;
    }

    @Test
    void theNewestOfEachKeyIsThere() {
        send("q", "a1", "b1", "a2", "c1", "b2", "a3");

        assertEquals(List.of("c1", "b2", "a3"), shard.browse("q"));
        assertEquals(3, shard.status("q").messages());
    }

    @Test
    void whatHasNoKeyIsKeptAsInAnyQueue() {
        shard.publish("q", "x", "x");

        assertEquals(List.of("x", "x"), shard.browse("q"));
    }

    @Test
    void theExchangeIsOneBatch() {
        send("q", "a1");
        shard.journal.hold();
        send("q", "a2");
        assertEquals(List.of("a1"), shard.browse("q"), "the old one is there until the new one is durable");
        List<JournalRecord> batch =
                shard.journal.history().get(shard.journal.history().size() - 1);
        assertEquals(
                List.of("Enqueued", "LastValues", "Removed"),
                batch.stream().map(r -> r.getClass().getSimpleName()).toList());
        assertEquals(Removed.Reason.SUPERSEDED, ((Removed) batch.get(2)).reason());
        assertEquals(List.of("a1"), shard.restart().browse("q"));
        shard.commitAll();

        assertEquals(List.of("a2"), shard.browse("q"));
        assertEquals(List.of("a2"), shard.restart().browse("q"));
    }

    @Test
    void manyOnTheirWayLeaveTheLast() {
        shard.journal.hold();
        TestProducer producer = send("q", "a1", "a2", "a3", "b1", "a4");
        for (int i = 0; i < 5; i++) {
            shard.commit(Math.min(1, shard.journal.waiting()));
        }
        shard.commitAll();

        assertEquals(List.of("b1", "a4"), shard.browse("q"));
        assertEquals(List.of("a1", "a2", "a3", "b1", "a4"), producer.accepted);
    }

    @Test
    void aMessageThatAConsumerHasIsNotTakenAwayAndDoesNotComeBack() {
        for (Outcome outcome : List.of(
                Outcome.RELEASED,
                Outcome.FAILED,
                Outcome.UNSENT,
                Outcome.ACCEPTED,
                new Outcome.Rejected("", ""),
                new Outcome.Modified(false, true, io.sluice.broker.Annotations.EMPTY, Schedule.PARKED))) {
            shard.queue(lastValue("r").withDeadLetter(ShardFixture.deadLetter("dead", 9)));
            send("r", "a1");
            TestConsumer consumer = shard.consumer("r").credit(1);
            send("r", "a2");
            assertEquals(List.of(), consumer.settled);
            consumer.settle(0, outcome);

            assertEquals(List.of("a1"), consumer.settledBodies(), () -> "its word is taken: " + outcome);
            assertEquals(List.of("a2"), shard.browse("r"));
            assertEquals(0, shard.status("r").unsettled());
            shard.delete("r", ShardMailbox.DeleteCondition.ALWAYS);
        }
        assertEquals(List.of(), shard.browse("dead"));
    }

    @Test
    void alsoWhereItsWordIsOnTheWayWhenTheNewOneComes() {
        send("q", "a1");
        TestConsumer consumer = shard.consumer("q").credit(5);
        shard.journal.hold();
        consumer.settle(0, Outcome.FAILED);
        send("q", "a2");
        shard.commit(1);
        assertEquals(List.of("a1"), consumer.bodies());
        shard.commitAll();

        assertEquals(List.of("a1", "a2"), consumer.bodies());
        assertEquals(1, shard.status("q").messages());
    }

    @Test
    void itGoesOnBehindARestartWithAndWithoutACheckpoint() {
        send("q", "a1", "b1");
        shard.checkpoint();
        send("q", "c1");
        ShardFixture after = shard.restart();
        send(after, "q", "a2", "c2");
        assertEquals(List.of("b1", "a2", "c2"), after.browse("q"));
        after.checkpoint();
        ShardFixture later = after.restart();
        send(later, "q", "b2", "a3");

        assertEquals(List.of("c2", "b2", "a3"), later.browse("q"));
        assertEquals(3, later.status("q").messages());
    }

    @Test
    void whatIsOutOfMemoryIsReplacedWithoutBeingRead() {
        ShardLimits small =
                new ShardLimits(1 << 20, 1 << 20, 300, 1 << 10, new ShardLimits.Paging(1, 1 << 20, 1 << 10, 1 << 10));
        ShardFixture paged = new ShardFixture(small).queue(lastValue("q"));
        send(paged, "q", "a1", "b1", "c1");
        paged.checkpoint();
        paged.advance(0);
        assertEquals(3, paged.status("q").pagedOut());
        int reads = paged.store.readCount;
        send(paged, "q", "a2");

        assertEquals(reads, paged.store.readCount);
        assertEquals(3, paged.status("q").messages());
        assertEquals(List.of("b1", "c1", "a2"), paged.browse("q"));
        assertEquals(List.of("b1", "c1", "a2"), paged.restart().browse("q"));
    }

    @Test
    void whatIsConsumedPurgedOrExpiredGivesItsKeyBack() {
        shard.queue(QueueDefinition.named("two").withLife(MessageLife.PLAIN.withLastValue(new LastValue(2, "k"))));
        TestProducer producer = shard.producer("two");
        producer.sendAs("a", durable("a1")).sendAs("b", durable("b1")).sendAs("c", durable("c1"));
        assertEquals(List.of("a1", "b1"), producer.accepted);
        Refusal refusal = producer.refusals.get(0);
        assertEquals(Refusal.Kind.RESOURCE_LIMIT_EXCEEDED, refusal.kind());
        assertEquals("lastValueKeys", refusal.info().get("reason"));

        producer.sendAs("a", durable("a2"));
        shard.consumer("two").credit(1).acceptAll();
        producer.sendAs("c", durable("c2"));
        assertEquals(List.of("a1", "b1", "a2", "c2"), producer.accepted);
        shard.purge("two");
        producer.sendAs("d", ShardFixture.withTtl("d1", 10)).sendAs("e", durable("e1"));
        shard.advance(10);
        producer.sendAs("f", durable("f1"));
        assertEquals(List.of("e1", "f1"), shard.browse("two"));
    }

    @Test
    void aBatchThatWantsAKeyTooManyIsRefused() {
        shard.queue(QueueDefinition.named("one").withLife(MessageLife.PLAIN.withLastValue(new LastValue(1, "k"))));
        shard.producer("one").sendAs("a", durable("a1"));
        ShardFixture.Answer<AtomicBatch> answer = new ShardFixture.Answer<>();
        shard.runWhere(() -> shard.mailbox()
                .commit(
                        new AtomicBatch(List.of(keyed("one", "k=a", "a2"), keyed("one", "k=b", "b1")), List.of()),
                        shard.client,
                        answer));

        assertEquals("sends[1]", answer.refusal().info().get("part"));
        assertEquals(List.of("a1"), shard.browse("one"));
        ShardFixture.Answer<AtomicBatch> replaced = new ShardFixture.Answer<>();
        shard.runWhere(() -> shard.mailbox()
                .commit(new AtomicBatch(List.of(keyed("one", "k=a", "a2")), List.of()), shard.client, replaced));
        replaced.value();
        assertEquals(List.of("a2"), shard.browse("one"));
    }

    private static Publish keyed(String queue, String key, String body) {
        return new Publish(queue, durable(body)) {
            @Override
            public String duplicateId(String property) {
                return key;
            }
        };
    }

    @Test
    void aFullQueueTakesWhatReplacesAndRefusesWhatDoesNot() {
        Limits two = new Limits(2, QueueDefinition.UNLIMITED, Overflow.REJECT, QueueDefinition.UNLIMITED);
        shard.queue(lastValue("full").withLimits(two));
        TestProducer producer = send("full", "a1", "b1", "a2", "c1", "b2");

        assertEquals(List.of("a1", "b1", "a2", "b2"), producer.accepted);
        assertEquals(List.of("a2", "b2"), shard.browse("full"));
    }

    @Test
    void aFullRingDropsTheOldestOfAnotherKey() {
        Limits two = new Limits(2, QueueDefinition.UNLIMITED, Overflow.DROP_HEAD, QueueDefinition.UNLIMITED);
        shard.queue(lastValue("ring").withLimits(two));
        send("ring", "a1", "b1", "a2", "c1");

        assertEquals(List.of("a2", "c1"), shard.browse("ring"));
    }

    @Test
    void aMessageThatIsNotDurableReplacesOneThatIsAndTheOtherWayRound() {
        send("q", "a1");
        shard.producer("q").sendAs("a", ShardFixture.transientMessage("a2"));
        assertEquals(List.of("a2"), shard.browse("q"));
        TestProducer producer = shard.producer("q");
        shard.journal.hold();
        producer.sendAs("a", durable("a3"));
        assertEquals(List.of(), producer.accepted, "not before it is durable");
        shard.commitAll();
        assertEquals(List.of("a3"), producer.accepted);
        assertEquals(List.of("a3"), shard.browse("q"));
        shard.checkpoint();

        assertEquals(List.of("a3"), shard.restart().browse("q"));
    }

    @Test
    void aCheckpointRemembersKeysOfDurableMessagesOnly() {
        send("q", "a1");
        shard.producer("q").sendAs("b", ShardFixture.transientMessage("b1"));
        shard.checkpoint();
        ShardFixture after = shard.restart();
        after.startCheckpoint();
        after.runWhere(after.store::begin);
        List<JournalRecord> records = after.store.beginning().records();

        assertEquals(
                List.of(new LastValues(records.get(0).queueId(), List.of(new LastValues.Value("_AMQ_LVQ_NAME=a", 1)))),
                records);
    }

    @Test
    void theBodyOfALargeMessageGoesWithIt() {
        TestProducer producer = shard.producer("q");
        producer.sendAs("a", durable("a1").withBody(shard.bodies.add(10)));
        TestConsumer consumer = shard.consumer("q").credit(1);
        producer.sendAs("a", durable("a2").withBody(shard.bodies.add(10)));
        assertEquals(Set.of(2L), shard.bodies.present);
        consumer.settle(0, new Outcome.Rejected("", ""));

        assertEquals(Set.of(2L), shard.bodies.present);
        assertTrue(shard.browser("q").credit(1).last().message().isLarge());
    }

    @Test
    void oneThatWaitsForItsTimeIsReplacedAsWell() {
        TestProducer producer = shard.producer("q");
        producer.sendAs("a", ScheduledTest.delayed("a1", 100)).sendAs("a", durable("a2"));
        shard.advance(200);

        assertEquals(List.of("a2"), shard.browse("q"));
        assertFalse(shard.browse("q").contains("a1"));
    }

    @Test
    void aConsumerThatTakesSettledMessagesGetsEachValueOnce() {
        TestConsumer consumer = shard.consumer("q", Consumer.Mode.MOVE_PRESETTLED, Outcome.RELEASED)
                .credit(10);
        send("q", "a1", "a2", "a3");

        assertEquals(List.of("a1", "a2", "a3"), consumer.bodies());
        assertEquals(0, shard.status("q").messages());
    }
}
