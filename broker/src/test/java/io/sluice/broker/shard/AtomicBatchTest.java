package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.Deduplication;
import io.sluice.broker.QueueDefinition.Limits;
import io.sluice.broker.QueueDefinition.Overflow;
import io.sluice.broker.Refusal;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.shard.ShardFixture.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Sends and settlements that happen together or not at all. */
class AtomicBatchTest {
    private static final Limits TWO =
            new Limits(2, QueueDefinition.UNLIMITED, Overflow.REJECT, QueueDefinition.UNLIMITED);

    private final ShardFixture shard = new ShardFixture(
                    name -> name.startsWith("new") ? Optional.of(QueueDefinition.named(name)) : Optional.empty())
            .queue("a")
            .queue("b");

    static Publish send(String queue, String body) {
        return new Publish(queue, ShardFixture.message(body, Message.Header.DURABLE));
    }

    static Publish sendAs(String queue, String id, String body) {
        return new Publish(queue, ShardFixture.message(body, Message.Header.DURABLE)) {
            @Override
            public String duplicateId(String property) {
                return id;
            }
        };
    }

    private static AtomicBatch.Settlement accept(Delivery delivery) {
        return new AtomicBatch.Settlement(delivery, Outcome.ACCEPTED);
    }

    private static AtomicBatch of(List<Publish> sends, AtomicBatch.Settlement... settlements) {
        return new AtomicBatch(sends, List.of(settlements));
    }

    private Answer<AtomicBatch> commit(AtomicBatch batch) {
        Answer<AtomicBatch> answer = new Answer<>();
        shard.runWhere(() -> shard.mailbox().commit(batch, shard.client, answer));
        return answer;
    }

    private Refusal refused(AtomicBatch batch) {
        int batches = shard.journal.history().size();
        List<String> before = List.of(shard.list().toString());
        Refusal refusal = commit(batch).refusal();
        assertEquals(batches, shard.journal.history().size(), "nothing is decided");
        assertEquals(before, List.of(shard.list().toString()));
        return refusal;
    }

    private List<JournalRecord> lastBatch() {
        List<List<JournalRecord>> history = shard.journal.history();
        return history.get(history.size() - 1);
    }

    @Test
    void allOfItIsOneBatchAndIsSeenWhenThatIsDurable() {
        shard.publish("a", "1", "2");
        TestConsumer consumer = shard.consumer("a").credit(2);
        shard.journal.hold();
        AtomicBatch batch = of(
                List.of(send("b", "x"), send("a", "y"), send("b", "z")),
                accept(consumer.deliveries.get(0)),
                accept(consumer.deliveries.get(1)));
        Answer<AtomicBatch> answer = commit(batch);

        assertEquals(1, shard.journal.waiting());
        assertTrue(answer.isPending());
        assertEquals(List.of(), shard.browse("b"));
        assertEquals(2, shard.status("a").messages());
        assertEquals(List.of(), consumer.settled);
        shard.commitAll();
        assertEquals(batch, answer.value());
        assertEquals(List.of("x", "z"), shard.browse("b"));
        assertEquals(List.of("y"), shard.browse("a"));
        assertEquals(consumer.deliveries, consumer.settled);
    }

    @Test
    void whatTheJournalDoesNotGetIsNotCommittedWhileAnotherNodeMayBeThePrimary() {
        TestConsumer consumer = shard.consumer("a").credit(2);
        shard.journal.mayServe(false);
        Publish fleeting = new Publish("a", ShardFixture.transientMessage("x"));
        Answer<AtomicBatch> answer = commit(of(List.of(fleeting)));
        shard.advance(100);
        assertTrue(answer.isPending());
        assertEquals(List.of("attached"), consumer.events);
        Answer<AtomicBatch> logged = commit(of(List.of(send("b", "y"))));
        assertEquals(1, shard.status("b").messages(), "what the log has is committed whoever is the primary by now");
        assertTrue(answer.isPending() && !logged.isPending());

        shard.journal.mayServe(true);
        shard.advance(100);
        assertFalse(answer.isPending());
        assertEquals(List.of("attached", "deliver x"), consumer.events);
    }

    @Test
    void aCrashBeforeTheCommitLeavesNothing() {
        shard.publish("a", "1");
        TestConsumer consumer = shard.consumer("a").credit(1);
        shard.journal.hold();
        commit(of(List.of(send("b", "x"), send("new", "y")), accept(consumer.last())));
        ShardFixture after = shard.restart();

        assertEquals(List.of("1"), after.browse("a"));
        assertEquals(List.of(), after.browse("b"));
        assertEquals(2, after.list().size());
    }

    @Test
    void aBatchIsNeverCutHoweverSmallBatchesAre() {
        ShardFixture small = new ShardFixture(new ShardLimits(1 << 20, 1 << 20, 1, 1 << 10))
                .queue("a")
                .queue(QueueDefinition.named("b").withDeadLetter(ShardFixture.deadLetter("dead", 1)));
        small.publish("b", "1", "2", "3");
        TestConsumer consumer = small.consumer("b").credit(3);
        List<Publish> sends =
                IntStream.range(0, 500).mapToObj(i -> send("a", "m" + i)).toList();
        List<AtomicBatch.Settlement> settlements = new ArrayList<>();
        for (Outcome outcome : List.of(Outcome.ACCEPTED, Outcome.FAILED, new Outcome.Rejected("c", "d"))) {
            settlements.add(new AtomicBatch.Settlement(consumer.deliveries.get(settlements.size()), outcome));
        }
        int before = small.journal.history().size();
        Answer<AtomicBatch> answer = new Answer<>();
        small.runWhere(() -> small.mailbox().commit(new AtomicBatch(sends, settlements), small.client, answer));

        answer.value();
        assertEquals(before + 1, small.journal.history().size());
        assertEquals(500, small.browse("a").size());
        assertEquals(List.of("2", "3"), small.browse("dead"));
        assertEquals(0, small.status("b").messages());
    }

    @Test
    void settlementsOfOthersAreNotInTheBatch() {
        shard.publish("a", "1", "2");
        TestConsumer consumer = shard.consumer("a").credit(2);
        int before = shard.journal.history().size();
        Answer<AtomicBatch> answer = new Answer<>();
        shard.mailbox().settle(consumer.deliveries.get(0), Outcome.ACCEPTED);
        shard.mailbox().commit(of(List.of(send("b", "x")), accept(consumer.deliveries.get(1))), shard.client, answer);
        shard.mailbox().publish(shard.producer("b").handle, send("b", "y"));
        shard.run();

        answer.value();
        List<List<JournalRecord>> ours =
                shard.journal.history().subList(before, shard.journal.history().size());
        assertEquals(List.of(1, 2, 1), ours.stream().map(List::size).toList());
    }

    @Test
    void aFullQueueRefusesAllAndNamesThePart() {
        shard.publish("a", "1");
        TestConsumer consumer = shard.consumer("a").credit(1);
        shard.queue(QueueDefinition.named("full").withLimits(TWO)).publish("full", "1");
        Refusal refusal =
                refused(of(List.of(send("full", "2"), send("b", "x"), send("full", "3")), accept(consumer.last())));

        assertEquals(Refusal.Kind.RESOURCE_LIMIT_EXCEEDED, refusal.kind());
        assertEquals("sends[2]: queue 'full' is full: maxMessages 2, now 1", refusal.text());
        assertEquals("sends[2]", refusal.info().get("part"));
        assertEquals("full", refusal.info().get("queue"));
        assertTrue(consumer.last().isLocked(), "it may still be settled");
        commit(of(List.of(send("full", "2")), accept(consumer.last()))).value();
    }

    @Test
    void aQueueThatDoesNotExistRefusesAll() {
        Refusal refusal = refused(of(List.of(send("a", "x"), send("new.one", "y"), send("nowhere", "z"))));

        assertEquals(Refusal.Kind.NOT_FOUND, refusal.kind());
        assertEquals("sends[2]", refusal.info().get("part"));
    }

    @Test
    void aQueueIsCreatedWithTheBatch() {
        shard.journal.hold();
        Answer<AtomicBatch> answer = commit(of(List.of(send("new.one", "x"), send("new.one", "y"), send("a", "z"))));
        assertEquals(1, shard.journal.waiting());
        shard.commitAll();

        answer.value();
        assertEquals(List.of("x", "y"), shard.browse("new.one"));
    }

    @Test
    void aQueueThatWouldBeTooSmallIsNotCreated() {
        ShardFixture tight =
                new ShardFixture(name -> Optional.of(QueueDefinition.named(name).withLimits(TWO)));
        Answer<AtomicBatch> answer = new Answer<>();
        AtomicBatch three = of(List.of(send("t", "1"), send("t", "2"), send("t", "3")));
        tight.runWhere(() -> tight.mailbox().commit(three, tight.client, answer));

        assertEquals("sends[2]", answer.refusal().info().get("part"));
        assertEquals(List.of(), tight.list());
    }

    @Test
    void theOldestGiveWayForAWholeBatch() {
        Limits dropping = new Limits(3, QueueDefinition.UNLIMITED, Overflow.DROP_HEAD, QueueDefinition.UNLIMITED);
        shard.queue(QueueDefinition.named("d").withLimits(dropping)).publish("d", "1", "2", "3");
        commit(of(List.of(send("d", "4"), send("d", "5")))).value();
        assertEquals(List.of("3", "4", "5"), shard.browse("d"));

        Refusal refusal = refused(of(List.of(send("d", "6"), send("d", "7"), send("d", "8"), send("d", "9"))));
        assertEquals("sends[3]", refusal.info().get("part"));
        assertEquals(List.of("3", "4", "5"), shard.browse("d"), "and nothing gave way for nothing");
    }

    @Test
    void aBatchTooLargeForTheJournalIsRefusedAndTheLargestIsNot() {
        int half = HeldJournal.MAX_BATCH_BYTES / 2;
        Publish large = send("a", "x".repeat(half - 1_000));
        Refusal refusal = refused(of(List.of(large, large, send("b", "y".repeat(3_000)))));
        assertEquals(Refusal.Kind.RESOURCE_LIMIT_EXCEEDED, refusal.kind());
        assertEquals("sends[2]", refusal.info().get("part"));

        commit(of(List.of(large, large))).value();
        assertEquals(2, shard.status("a").messages());
    }

    @Test
    void settlementsCountToo() {
        shard.queue(QueueDefinition.named("s").withDeadLetter(ShardFixture.deadLetter("dead", 5)));
        shard.publish("s", "x".repeat(90_000), "x".repeat(90_000), "y");
        TestConsumer consumer = shard.consumer("s").credit(3);
        List<AtomicBatch.Settlement> rejected = consumer.deliveries.stream()
                .map(delivery -> new AtomicBatch.Settlement(delivery, new Outcome.Rejected("c", "d")))
                .toList();

        Refusal refusal = refused(new AtomicBatch(List.of(), rejected));
        assertEquals("settlements[1]", refusal.info().get("part"));
        commit(new AtomicBatch(List.of(), rejected.subList(0, 1))).value();
        commit(of(List.of(), accept(consumer.deliveries.get(1)), accept(consumer.deliveries.get(2))))
                .value();
    }

    @Test
    void aMessageTooLargeForTheJournalIsRefusedToItsProducer() {
        TestProducer producer = shard.producer("a");
        producer.send("x".repeat(HeldJournal.MAX_BATCH_BYTES - (56 << 10)));
        producer.send("x".repeat(HeldJournal.MAX_BATCH_BYTES - (56 << 10) + 1));

        assertEquals(1, producer.accepted.size());
        assertEquals(
                Refusal.Kind.RESOURCE_LIMIT_EXCEEDED, producer.refusals.get(0).kind());
    }

    @Test
    void aDeliveryThatIsNoLongerLockedRefusesAll() {
        shard.publish("a", "1", "2");
        TestConsumer consumer = shard.consumer("a").credit(1);
        Delivery delivery = consumer.last();
        assertEquals(
                "settlements[1]",
                refused(of(List.of(), accept(delivery), accept(delivery)))
                        .info()
                        .get("part"));
        consumer.settle(0, Outcome.RELEASED);
        assertEquals(
                Refusal.Kind.ILLEGAL_STATE,
                refused(of(List.of(send("b", "x")), accept(delivery))).kind());
        consumer.credit(1);
        Delivery again = consumer.last();
        consumer.detach();
        assertEquals(
                "settlements[0]: message 1 is locked no longer",
                refused(of(List.of(send("b", "x")), accept(again))).text());
        TestConsumer other = shard.consumer("a").credit(1);
        shard.delete("a", ShardMailbox.DeleteCondition.ALWAYS);
        assertEquals(
                "settlements[0]: message 1 is gone with its queue",
                refused(of(List.of(send("b", "x")), accept(other.last()))).text());
    }

    @Test
    void whatIsNotDurableComesWithTheRest() {
        TestConsumer consumer = shard.consumer("b").credit(5);
        Publish fleeting = new Publish("b", ShardFixture.transientMessage("fleeting"));
        shard.journal.hold();
        commit(of(List.of(fleeting, send("a", "x"))));
        assertEquals(List.of(), consumer.bodies());
        shard.commitAll();
        assertEquals(List.of("fleeting"), consumer.bodies());

        Answer<AtomicBatch> answer = commit(of(
                List.of(new Publish("b", ShardFixture.transientMessage("more"))), accept(consumer.deliveries.get(0))));
        answer.value();
        assertEquals(List.of("fleeting", "more"), consumer.bodies());
        assertEquals(1, shard.status("b").messages());
    }

    @Test
    void aCopyIsTakenAndNotStoredAlsoOfAnotherInTheBatch() {
        shard.queue(QueueDefinition.named("w").withDeduplication(new Deduplication(5, 1_000, "")));
        commit(of(List.of(sendAs("w", "1", "a")))).value();
        shard.journal.hold();
        Answer<AtomicBatch> answer =
                commit(of(List.of(sendAs("w", "1", "copy"), sendAs("w", "2", "b"), sendAs("w", "2", "copy"))));
        assertTrue(answer.isPending());
        shard.commitAll();

        answer.value();
        assertEquals(List.of("a", "b"), shard.browse("w"));
        assertEquals(2, shard.status("w").duplicates());
    }

    @Test
    void aCopyAloneIsAnsweredWhenTheFirstIsDurable() {
        shard.queue(QueueDefinition.named("w").withDeduplication(new Deduplication(5, 1_000, "")));
        shard.journal.hold();
        shard.producer("w").sendAs("1", ShardFixture.message("a", Message.Header.DURABLE));
        Answer<AtomicBatch> answer = commit(of(List.of(sendAs("w", "1", "copy"))));
        assertTrue(answer.isPending());
        shard.commitAll();
        answer.value();
    }

    @Test
    void aRefusedBatchLeavesNoLargeBodies() {
        Message large = ShardFixture.message("h", Message.Header.DURABLE).withBody(shard.bodies.add(1 << 20));
        refused(of(List.of(new Publish("a", large), send("nowhere", "z"))));
        assertEquals(Set.of(), shard.bodies.present);
    }

    @Test
    void memoryThatIsExhaustedRefusesSendsAndNotSettlements() {
        ShardFixture small = new ShardFixture(new ShardLimits(1_000, 1 << 20, 1 << 20, 1 << 10)).queue("q");
        TestProducer producer = small.producer("q");
        while (producer.refusals.isEmpty()) {
            producer.send("x".repeat(100));
        }
        TestConsumer consumer = small.consumer("q").credit(1);
        Answer<AtomicBatch> sent = new Answer<>();
        small.runWhere(() -> small.mailbox().commit(of(List.of(send("q", "x"))), small.client, sent));
        assertEquals("memory", sent.refusal().info().get("reason"));
        Answer<AtomicBatch> settled = new Answer<>();
        small.runWhere(() -> small.mailbox().commit(of(List.of(), accept(consumer.last())), small.client, settled));
        settled.value();
    }

    @Test
    void anEmptyBatchIsDone() {
        commit(new AtomicBatch(List.of(), List.of())).value();
    }

    @Test
    void aBrowsersDeliveryIsSettledAndItsMessageStays() {
        shard.publish("a", "1");
        TestConsumer browser =
                shard.consumer("a", Consumer.Mode.COPY, Outcome.RELEASED).credit(1);
        commit(of(List.of(), accept(browser.last()))).value();
        assertEquals(List.of("1"), shard.browse("a"));
        assertFalse(browser.last().isLocked());
    }
}
