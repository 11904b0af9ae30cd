package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.MessageLife;
import io.sluice.broker.MessageLife.Backoff;
import io.sluice.broker.MessageLife.Growth;
import io.sluice.broker.MessageLife.Waits;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.DeadLetter;
import io.sluice.broker.Schedule;
import io.sluice.broker.ScheduledMessage;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.DispatchReason;
import io.sluice.broker.shard.ShardFixture.Answer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Messages that wait before they are delivered again. */
class RetryTest {
    private final ShardFixture shard = new ShardFixture()
            .queue(waiting("q", new Backoff(Growth.EXPONENTIAL, 100, 200, 300, 0)))
            .queue("plain");

    private static QueueDefinition waiting(String name, Backoff backoff) {
        return QueueDefinition.named(name)
                .withDeadLetter(ShardFixture.deadLetter("dead", 5))
                .withLife(MessageLife.PLAIN.withBackoff(backoff));
    }

    private static Outcome modified(boolean failed, Schedule schedule) {
        return new Outcome.Modified(failed, false, Annotations.EMPTY, schedule);
    }

    private static List<ScheduledMessage> scheduled(ShardFixture in, String queue) {
        Answer<ScheduledMessage.Some> answer = new Answer<>();
        in.runWhere(() -> in.mailbox().scheduled(queue, 1, 100, in.client, answer));
        return answer.value().messages();
    }

    @Test
    void aFailedMessageWaitsLongerEachTimeAndIsADeadLetterInTheEnd() {
        shard.publish("q", "a");
        TestConsumer consumer = shard.consumer("q").credit(10);
        long[] waits = {100, 200, 300, 300};
        for (int failure = 0; failure < waits.length; failure++) {
            consumer.settle(failure, Outcome.FAILED);
            shard.advance(waits[failure] - 1);
            assertEquals(failure + 1, consumer.deliveries.size(), "not before its time");
            assertEquals(DispatchReason.SCHEDULED, shard.explain(consumer, 1));
            shard.advance(1);
            assertEquals(failure + 2, consumer.deliveries.size());
            assertEquals(failure + 1, consumer.last().deliveryCount());
        }
        consumer.settle(4, Outcome.FAILED);

        assertEquals(List.of("a"), shard.browse("dead"));
    }

    @Test
    void meanwhileOthersAreDeliveredAndItTakesItsOwnPlaceAgain() {
        shard.publish("q", "a", "b", "c");
        TestConsumer consumer = shard.consumer("q").credit(1).settle(0, Outcome.FAILED);
        assertEquals(List.of("b", "c"), shard.browse("q"));
        assertEquals(1, shard.status("q").scheduled());
        assertEquals(0, shard.status("q").unsettled());
        shard.advance(100);

        assertEquals(List.of("a", "b", "c"), shard.browse("q"));
        assertEquals(List.of("a", "a"), consumer.credit(1).bodies());
    }

    @Test
    void releasedAndAConsumerThatGoesDoNotWait() {
        shard.publish("q", "a");
        TestConsumer consumer = shard.consumer("q").credit(2).settle(0, Outcome.RELEASED);
        assertEquals(2, consumer.deliveries.size());
        consumer.detach();

        assertEquals(List.of("a"), shard.browse("q"));
    }

    /** Which of two wait: one that fails, and one that comes back otherwise, for the third time each. */
    private static List<String> availableAfterReturns(Waits who) {
        ShardFixture shard = new ShardFixture()
                .queue(QueueDefinition.named("q")
                        .withLife(MessageLife.PLAIN.withBackoff(
                                new Backoff(Growth.LINEAR, 100, 100, 10_000, 0).of(who))));
        shard.publish("q", "failed", "released", "modified");
        TestConsumer consumer = shard.consumer("q").credit(3);
        consumer.settle(0, Outcome.FAILED)
                .settle(1, Outcome.RELEASED)
                .settle(2, new Outcome.Modified(false, false, Annotations.EMPTY));
        List<String> atOnce = shard.browse("q");
        shard.advance(99);
        assertEquals(atOnce, shard.browse("q"));
        shard.advance(1);
        assertEquals(List.of("failed", "released", "modified"), shard.browse("q"));
        return atOnce;
    }

    @Test
    void aQueueSaysWhichOfThoseThatComeBackWait() {
        assertEquals(List.of("released", "modified"), availableAfterReturns(Waits.FAILED));
        assertEquals(List.of("failed"), availableAfterReturns(Waits.RETURNED));
        assertEquals(List.of(), availableAfterReturns(Waits.ALL));
    }

    @Test
    void oneThatIsReturnedWaitsAsItsFailuresHaveItAndWhatWasNotSentDoesNot() {
        ShardFixture all = new ShardFixture()
                .queue(QueueDefinition.named("q")
                        .withLife(MessageLife.PLAIN.withBackoff(
                                new Backoff(Growth.LINEAR, 100, 100, 10_000, 0).of(Waits.ALL))));
        all.publish("q", "a");
        TestConsumer consumer = all.consumer("q").credit(10).settle(0, Outcome.FAILED);
        all.advance(100);
        consumer.settle(1, Outcome.FAILED);
        all.advance(200);
        consumer.settle(2, Outcome.RELEASED);
        all.advance(199);
        assertEquals(3, consumer.deliveries.size(), "two failures, so twice as long");
        all.advance(1);
        assertEquals(4, consumer.deliveries.size());
        assertEquals(2, consumer.last().deliveryCount());
        consumer.settle(3, Outcome.UNSENT);
        assertEquals(5, consumer.deliveries.size());
    }

    @Test
    void aConsumerThatIsLostWithItsMessageMakesItWait() {
        shard.publish("q", "a");
        shard.consumer("q", Consumer.Mode.MOVE, Outcome.FAILED).credit(1).detach();

        assertEquals(List.of(), shard.browse("q"));
        shard.advance(100);
        assertEquals(List.of("a"), shard.browse("q"));
    }

    @Test
    void theConsumersOwnTimeCountsWithAndWithoutABackoff() {
        for (String queue : List.of("q", "plain")) {
            shard.publish(queue, "a", "b", "c");
            TestConsumer consumer = shard.consumer(queue).credit(3);
            consumer.settle(0, modified(true, new Schedule(Message.NONE, 40)));
            consumer.settle(1, modified(false, new Schedule(shard.now + 20, Message.NONE)));
            consumer.settle(2, modified(true, new Schedule(0, Message.NONE)));
            assertEquals(List.of("c"), shard.browse(queue), "at once, because it says so");
            shard.advance(20);
            assertEquals(List.of("b", "c"), shard.browse(queue));
            shard.advance(20);
            assertEquals(List.of("a", "b", "c"), shard.browse(queue));
        }
    }

    @Test
    void whatWaitsIsListedAndMayBeCancelledOrReleased() {
        shard.publish("q", "a", "b");
        TestConsumer consumer = shard.consumer("q").credit(2);
        consumer.settle(0, Outcome.FAILED).settle(1, Outcome.FAILED);
        consumer.detach();
        long due = ShardFixture.EPOCH + 100;
        assertEquals(
                List.of(due, due),
                scheduled(shard, "q").stream()
                        .map(ScheduledMessage::deliverAtMillis)
                        .toList());

        Answer<Boolean> cancelled = new Answer<>();
        shard.runWhere(() -> shard.mailbox().cancelScheduled("q", 1, shard.client, cancelled));
        assertTrue(cancelled.value());
        Answer<Boolean> released = new Answer<>();
        shard.runWhere(() -> shard.mailbox().release("q", 2, shard.client, released));
        assertTrue(released.value());
        assertEquals(List.of("b"), shard.browse("q"));
        assertEquals(List.of("b"), shard.restart().browse("q"));
        assertEquals(1, shard.consumer("q").credit(1).last().deliveryCount());
    }

    @Test
    void itGoesOnWaitingBehindARestart() {
        shard.publish("q", "a", "b");
        shard.consumer("q").credit(1).settle(0, Outcome.FAILED);
        shard.advance(60);
        ShardFixture after = shard.restart();
        assertEquals(1, after.status("q").scheduled());
        assertEquals(List.of("b"), after.browse("q"));
        after.advance(40);

        assertEquals(List.of("a", "b"), after.browse("q"));
        assertEquals(1, after.consumer("q").credit(1).last().deliveryCount());
    }

    @Test
    void alsoWhereACheckpointHasItAsAvailableAndTheJournalAsWaiting() {
        shard.publish("q", "a", "b", "c");
        shard.checkpoint();
        shard.consumer("q").credit(1).settle(0, Outcome.FAILED);
        ShardFixture after = shard.restart();
        after.advance(0);
        assertEquals(1, after.status("q").scheduled());
        assertEquals(
                List.of(1L),
                scheduled(after, "q").stream().map(ScheduledMessage::sequence).toList());
        assertEquals(List.of("b", "c"), after.browse("q"));
        after.checkpoint();
        ShardFixture later = after.restart();
        assertEquals(1, later.status("q").scheduled());
        later.advance(100);

        assertEquals(List.of("a", "b", "c"), later.browse("q"));
        assertEquals(1, later.consumer("q").credit(1).last().deliveryCount());
    }

    @Test
    void aMessageThatIsNotDurableWaitsAsWell() {
        shard.producer("q").send(ShardFixture.transientMessage("a"));
        TestConsumer consumer = shard.consumer("q").credit(5).settle(0, Outcome.FAILED);
        shard.advance(99);
        assertEquals(1, consumer.deliveries.size());
        shard.advance(1);

        assertEquals(2, consumer.deliveries.size());
    }

    @Test
    void itsTimeToLiveRunsOnWhileItWaits() {
        shard.queue(QueueDefinition.named("e")
                .withDeadLetter(new DeadLetter(Optional.empty(), Optional.of("late"), 0))
                .withLife(MessageLife.PLAIN.withBackoff(Backoff.fixed(1_000))));
        shard.producer("e").send(ShardFixture.withTtl("a", 500));
        shard.consumer("e").credit(1).settle(0, Outcome.FAILED);
        shard.advance(500);

        assertEquals(0, shard.status("e").messages());
        assertEquals(List.of("a"), shard.browse("late"));
    }

    @Test
    void aBatchThatFailsMessagesMakesThemWaitTogether() {
        shard.publish("q", "a", "b");
        TestConsumer consumer = shard.consumer("q").credit(2);
        Answer<AtomicBatch> answer = new Answer<>();
        List<AtomicBatch.Settlement> failed = consumer.deliveries.stream()
                .map(delivery -> new AtomicBatch.Settlement(delivery, Outcome.FAILED))
                .toList();
        shard.runWhere(() -> shard.mailbox().commit(new AtomicBatch(List.of(), failed), shard.client, answer));
        answer.value();
        assertEquals(2, shard.status("q").scheduled());
        shard.advance(100);

        assertEquals(List.of("a", "b"), shard.browse("q"));
    }

    @Test
    void aPlainQueueWritesTheRecordItAlwaysWrote() {
        shard.publish("plain", "a");
        shard.consumer("plain").credit(1).settle(0, Outcome.FAILED);
        var last = shard.journal.records().get(shard.journal.records().size() - 1);

        assertEquals(new io.sluice.broker.record.JournalRecord.Returned(last.queueId(), 1, 1, Annotations.EMPTY), last);
    }
}
