package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Annotations;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Refusal;
import io.sluice.broker.queue.DispatchReason;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Queues are declared, deleted, purged and described. */
class AdministrationTest {
    private final ShardFixture shard = new ShardFixture().queue("q");

    @Test
    void declaringTheSameAgainChangesNothing() {
        int before = shard.journal.records().size();
        shard.publish("q", "a");

        assertEquals(1, shard.declare(QueueDefinition.named("q")).value().messages());
        assertEquals(before + 1, shard.journal.records().size());
    }

    @Test
    void declaringOtherwiseIsRefusedAndNamesTheDifference() {
        Refusal refusal = shard.declare(QueueDefinition.named("q").withService(QueueDefinition.Service.FIFO))
                .refusal();

        assertEquals(Refusal.Kind.PRECONDITION_FAILED, refusal.kind());
        assertEquals("queue 'q' exists with another service: it is Strict[], asked for was Fifo[]", refusal.text());
    }

    @Test
    void aDeclarationIsAnsweredWhenItIsCommitted() {
        shard.journal.hold();
        ShardFixture.Answer<QueueStatus> first = shard.declare(QueueDefinition.named("new"));
        ShardFixture.Answer<QueueStatus> again = shard.declare(QueueDefinition.named("new"));
        assertTrue(first.isPending() && again.isPending());
        shard.commitAll();

        assertEquals("new", first.value().definition().name());
        assertEquals("new", again.value().definition().name());
    }

    @Test
    void aDeletedQueueIsGoneAlsoAfterARestart() {
        shard.publish("q", "a");
        assertEquals(
                1,
                shard.delete("q", ShardMailbox.DeleteCondition.ALWAYS).value().messages());

        assertEquals(Refusal.Kind.NOT_FOUND, shard.describe("q").refusal().kind());
        assertEquals(List.of(), shard.restart().list());
    }

    @Test
    void aQueueOfTheSameNameStartsEmpty() {
        shard.publish("q", "a");
        shard.journal.hold();
        shard.delete("q", ShardMailbox.DeleteCondition.ALWAYS);
        shard.declare(QueueDefinition.named("q"));
        shard.publish("q", "b");
        shard.commitAll();

        assertEquals(List.of("b"), shard.browse("q"));
        assertEquals(List.of("b"), shard.restart().browse("q"));
    }

    @Test
    void deletingClosesTheLinks() {
        shard.publish("q", "a");
        TestConsumer consumer = shard.consumer("q").credit(1);
        TestConsumer browser = shard.browser("q");
        TestProducer producer = shard.producer("q");
        shard.delete("q", ShardMailbox.DeleteCondition.ALWAYS);
        consumer.detach();

        assertEquals(List.of("attached", "deliver a", "closed RESOURCE_DELETED"), consumer.events);
        assertEquals(List.of("attached", "closed RESOURCE_DELETED"), browser.events);
        assertEquals(List.of("attached", "closed RESOURCE_DELETED"), producer.events);
    }

    @Test
    void whatIsUnderWayToADeletedQueueIsAnsweredBeforeItsLinkIsClosed() {
        TestProducer producer = shard.producer("q");
        shard.journal.hold();
        producer.send("a");
        shard.delete("q", ShardMailbox.DeleteCondition.ALWAYS);
        shard.commitAll();

        assertEquals(List.of("attached", "accepted a", "closed RESOURCE_DELETED"), producer.events);
    }

    @Test
    void deleteIfUnusedAndIfEmpty() {
        TestConsumer consumer = shard.consumer("q");
        Refusal used = shard.delete("q", ShardMailbox.DeleteCondition.UNUSED).refusal();
        assertEquals(Refusal.Kind.PRECONDITION_FAILED, used.kind());
        assertEquals("queue 'q' is not deleted: it has 1 consumers", used.text());
        consumer.detach();
        shard.publish("q", "a");
        Refusal full = shard.delete("q", ShardMailbox.DeleteCondition.EMPTY).refusal();
        assertEquals("queue 'q' is not deleted: it holds 1 messages", full.text());

        shard.delete("q", ShardMailbox.DeleteCondition.UNUSED).value();
    }

    @Test
    void deleteIfEmptyCountsMessagesOnTheirWay() {
        TestProducer producer = shard.producer("q");
        shard.journal.hold();
        producer.send("a");
        ShardFixture.Answer<QueueStatus> delete = shard.delete("q", ShardMailbox.DeleteCondition.EMPTY);
        shard.commitAll();

        assertEquals(Refusal.Kind.PRECONDITION_FAILED, delete.refusal().kind());
        assertEquals(List.of("a"), shard.browse("q"));
    }

    @Test
    void settlingAfterTheQueueIsDeletedChangesNothing() {
        shard.queue(QueueDefinition.named("d").withDeadLetter(ShardFixture.deadLetter("dead", 1)));
        shard.publish("d", "a", "b", "c", "d");
        TestConsumer consumer = shard.consumer("d").credit(4);
        shard.journal.hold();
        shard.delete("d", ShardMailbox.DeleteCondition.ALWAYS);
        consumer.settle(0, new Outcome.Rejected("", "")).settle(1, Outcome.FAILED);
        shard.commitAll();
        shard.journal.letGo();
        consumer.settle(2, new Outcome.Rejected("", "")).settle(3, Outcome.ACCEPTED);

        assertEquals(List.of(), shard.failures);
        assertEquals(1, shard.list().size(), "no dead letters of a queue that is gone");
    }

    @Test
    void purgeRemovesWhatIsAvailableAndLeavesWhatIsLocked() {
        shard.publish("q", "a", "b");
        shard.producer("q").send(ShardFixture.transientMessage("t"));
        TestConsumer consumer = shard.consumer("q").credit(1);

        assertEquals(2, shard.purge("q").value());
        assertEquals(1, shard.status("q").messages());
        consumer.settle(0, Outcome.RELEASED);
        assertEquals(List.of("a"), shard.browse("q"));
        assertEquals(List.of("a"), shard.restart().browse("q"));
    }

    @Test
    void describeCounts() {
        shard.publish("q", "abc", "de", "f");
        shard.consumer("q").credit(2);
        shard.browser("q");

        QueueStatus status = shard.status("q");
        assertEquals(
                new QueueStatus(
                        QueueDefinition.named("q"),
                        3,
                        List.of(0L, 0L, 0L, 0L, 3L, 0L, 0L, 0L, 0L, 0L),
                        6,
                        2,
                        0,
                        0,
                        2,
                        1,
                        0,
                        0,
                        QueueStatus.Paused.NOT),
                status);
    }

    @Test
    void listIsByName() {
        shard.queue("b").queue("a");

        assertEquals(
                List.of("a", "b", "q"),
                shard.list().stream().map(s -> s.definition().name()).toList());
    }

    @Test
    void commandsOnAnUnknownQueueAreNotFound() {
        assertEquals(Refusal.Kind.NOT_FOUND, shard.purge("x").refusal().kind());
        assertEquals(Refusal.Kind.NOT_FOUND, shard.describe("x").refusal().kind());
        assertEquals(
                Refusal.Kind.NOT_FOUND,
                shard.delete("x", ShardMailbox.DeleteCondition.ALWAYS).refusal().kind());
    }

    @Test
    void explainSaysWhyAMessageIsNotOnItsWay() {
        shard.publish("q", "a");
        TestConsumer consumer = shard.consumer("q");
        assertEquals(DispatchReason.NO_SUCH_MESSAGE, shard.explain(consumer, 99));
        assertEquals(DispatchReason.NO_CREDIT, shard.explain(consumer, 1));
        consumer.credit(1);
        assertEquals(DispatchReason.LOCKED, shard.explain(consumer, 1));
        shard.journal.hold();
        consumer.settle(0, Outcome.FAILED);
        assertEquals(DispatchReason.SETTLING, shard.explain(consumer, 1));
        shard.commitAll();
        consumer.credit(1).settle(1, new Outcome.Modified(false, true, Annotations.EMPTY));
        assertEquals(DispatchReason.UNDELIVERABLE_HERE, shard.explain(consumer, 1));
        TestConsumer other = shard.consumer("q");
        assertEquals(DispatchReason.NO_CREDIT, shard.explain(other, 1));
        consumer.credit(5);
        assertEquals(DispatchReason.UNDELIVERABLE_HERE, shard.explain(other, 1), "those with credit will not have it");
        consumer.detach();
        other.detach();
        assertEquals(DispatchReason.NO_CONSUMER, shard.explain(other, 1));
    }
}
