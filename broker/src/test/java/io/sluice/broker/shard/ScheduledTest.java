package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.DeadLetter;
import io.sluice.broker.QueueDefinition.Limits;
import io.sluice.broker.QueueDefinition.Overflow;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Refusal;
import io.sluice.broker.Schedule;
import io.sluice.broker.ScheduledMessage;
import io.sluice.broker.queue.DispatchReason;
import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.shard.ShardFixture.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Messages that are not for now. */
class ScheduledTest {
    private final ShardFixture shard = new ShardFixture().queue("q");

    static Message delayed(String body, long delayMillis) {
        return scheduled(body, Message.Header.DURABLE, new Schedule(Message.NONE, delayMillis));
    }

    private static Message at(String body, long atMillis) {
        return scheduled(body, Message.Header.DURABLE, new Schedule(atMillis, Message.NONE));
    }

    private static Message scheduled(String body, Message.Header header, Schedule schedule) {
        return ShardFixture.message(body, header.withSchedule(schedule));
    }

    private static Message.Header priority(int priority) {
        return new Message.Header(0, true, priority, Message.NONE, Message.NONE);
    }

    private ScheduledMessage.Some list(ShardFixture in, long from, int limit) {
        Answer<ScheduledMessage.Some> answer = new Answer<>();
        in.runWhere(() -> in.mailbox().scheduled("q", from, limit, in.client, answer));
        return answer.value();
    }

    private boolean cancel(long sequence) {
        Answer<Boolean> answer = new Answer<>();
        shard.runWhere(() -> shard.mailbox().cancelScheduled("q", sequence, shard.client, answer));
        return answer.value();
    }

    @Test
    void aDelayedMessageIsAcceptedAtOnceAndDeliveredWhenItsTimeHasCome() {
        TestConsumer consumer = shard.consumer("q").credit(5);
        TestProducer producer = shard.producer("q").send(delayed("a", 100));
        assertEquals(List.of("a"), producer.accepted);
        shard.advance(99);
        assertEquals(List.of(), consumer.bodies());
        assertEquals(List.of(), shard.browse("q"));

        shard.advance(1);

        assertEquals(List.of("a"), consumer.bodies());
    }

    @Test
    void theInstantCountsWhereADelayIsGivenToo() {
        shard.producer("q")
                .send(scheduled("a", Message.Header.DURABLE, new Schedule(ShardFixture.EPOCH + 50, 100_000)));
        shard.advance(50);

        assertEquals(List.of("a"), shard.browse("q"));
    }

    @Test
    void aTimeThatIsOverAndADelayOfNothingAreForAtOnce() {
        shard.producer("q")
                .send(at("a", ShardFixture.EPOCH))
                .send(at("b", 0))
                .send(delayed("c", 0))
                .send(delayed("never", Long.MAX_VALUE));

        assertEquals(List.of("a", "b", "c"), shard.browse("q"));
        assertEquals(1, shard.status("q").scheduled());
    }

    @Test
    void whatIsDueTakesItsOwnPlaceByPriorityAndArrival() {
        shard.producer("q")
                .send(delayed("a", 30))
                .send("b")
                .send(delayed("c", 20))
                .send(scheduled("high", priority(9), new Schedule(Message.NONE, 30)))
                .send("d");
        shard.advance(20);
        assertEquals(List.of("b", "c", "d"), shard.browse("q"));
        shard.advance(10);

        assertEquals(List.of("high", "a", "b", "c", "d"), shard.browse("q"));
    }

    @Test
    void aScheduledMessageCountsAndIsNeitherAvailableNorUnsettled() {
        shard.producer("q").send(delayed("ab", 100)).send("c");

        QueueStatus status = shard.status("q");
        assertEquals(
                new QueueStatus(
                        QueueDefinition.named("q"),
                        2,
                        List.of(0L, 0L, 0L, 0L, 2L, 0L, 0L, 0L, 0L, 0L),
                        3,
                        0,
                        1,
                        0,
                        0,
                        1,
                        0,
                        0,
                        QueueStatus.Paused.NOT),
                status);
        TestConsumer consumer = shard.consumer("q");
        assertEquals(DispatchReason.SCHEDULED, shard.explain(consumer, 1));
        consumer.drain(5);
        assertEquals(List.of("c"), consumer.bodies());
    }

    @Test
    void aMessageThatComesBackDoesNotWaitAgain() {
        shard.producer("q").send(delayed("a", 100));
        shard.advance(100);
        TestConsumer consumer = shard.consumer("q").credit(2);
        consumer.settle(0, Outcome.FAILED);

        assertEquals(List.of("a", "a"), consumer.bodies());
    }

    @Test
    void timeToLiveRunsFromArrivalAlsoWhileScheduled() {
        shard.queue(
                QueueDefinition.named("e").withDeadLetter(new DeadLetter(Optional.empty(), Optional.of("late"), 0)));
        Message.Header mortal = new Message.Header(0, true, 4, 50, Message.NONE);
        shard.producer("e").send(scheduled("a", mortal, new Schedule(Message.NONE, 100)));
        shard.advance(50);

        assertEquals(0, shard.status("e").messages());
        assertEquals(List.of("a"), shard.browse("late"), "a dead letter is for at once");
    }

    @Test
    void aRestartKeepsTheInstant() {
        shard.producer("q").send(delayed("a", 100)).send(delayed("b", 200));
        shard.checkpoint();
        shard.producer("q").send(delayed("c", 100));
        shard.advance(60);
        ShardFixture after = shard.restart();
        assertEquals(3, after.status("q").scheduled());
        assertEquals(List.of(), after.browse("q"));
        after.advance(40);

        assertEquals(List.of("a", "c"), after.browse("q"));
        assertEquals(List.of("b"), bodies(after, list(after, 1, 10)));
    }

    private static List<Long> sequences(ScheduledMessage.Some some) {
        return some.messages().stream().map(ScheduledMessage::sequence).toList();
    }

    private static List<String> bodies(ShardFixture shard, ScheduledMessage.Some some) {
        shard.advance(1_000);
        List<Long> sequences = sequences(some);
        TestConsumer browser = shard.browser("q").drain(100);
        return browser.deliveries.stream()
                .filter(d -> sequences.contains(d.sequence()))
                .map(TestConsumer::body)
                .toList();
    }

    @Test
    void whatWasDueDuringTheRestartIsDeliveredAtOnce() {
        shard.producer("q").send(delayed("a", 100));
        shard.now += 1_000;

        assertEquals(List.of("a"), shard.restart().consumer("q").credit(1).bodies());
    }

    @Test
    void theListSaysWhatWaitsAndGoesOnWhereItEnded() {
        shard.producer("q")
                .send(delayed("aa", 30))
                .send("b")
                .send(delayed("c", 20))
                .send(delayed("d", 10));

        ScheduledMessage.Some first = list(shard, 1, 2);
        long epoch = ShardFixture.EPOCH;
        assertEquals(
                List.of(
                        new ScheduledMessage(1, epoch, epoch + 30, Message.NONE, 2, 4, true),
                        new ScheduledMessage(3, epoch, epoch + 20, Message.NONE, 1, 4, true)),
                first.messages());
        ScheduledMessage.Some second = list(shard, first.nextSequence(), 2);
        assertEquals(List.of(4L), sequences(second));
        assertEquals(Long.MAX_VALUE, second.nextSequence());
    }

    @Test
    void aListOverAVeryLongQueueIsCutAndReachesTheEnd() {
        String[] bodies = new String[25_000];
        java.util.Arrays.fill(bodies, "x");
        TestProducer producer = shard.producer("q");
        for (String body : bodies) {
            producer.post("q", ShardFixture.message(body, Message.Header.DURABLE));
        }
        producer.send(delayed("a", 10));
        List<Long> found = new ArrayList<>();
        int calls = 0;
        for (long next = 1; next != Long.MAX_VALUE; calls++) {
            ScheduledMessage.Some some = list(shard, next, 10);
            found.addAll(sequences(some));
            next = some.nextSequence();
        }

        assertEquals(List.of(25_001L), found);
        assertEquals(3, calls);
    }

    @Test
    void aCancelledMessageIsGoneForGood() {
        shard.producer("q").send(delayed("a", 100)).send(delayed("b", 100)).send("c");

        assertTrue(cancel(1));
        assertFalse(cancel(1), "twice");
        assertFalse(cancel(3), "it is available");
        assertFalse(cancel(99), "there is none");
        shard.advance(100);
        assertEquals(List.of("b", "c"), shard.browse("q"));
        assertEquals(List.of("b", "c"), shard.restart().browse("q"));
        assertEquals(
                1,
                shard.journal.records().stream()
                        .filter(r -> r instanceof Removed removed && removed.reason() == Removed.Reason.CANCELLED)
                        .count());
    }

    @Test
    void aCancellationIsAnsweredWhenItIsDurable() {
        shard.producer("q").send(delayed("a", 100));
        shard.journal.hold();
        Answer<Boolean> answer = new Answer<>();
        shard.runWhere(() -> shard.mailbox().cancelScheduled("q", 1, shard.client, answer));
        shard.advance(100);
        assertTrue(answer.isPending());
        assertEquals(List.of(), shard.browse("q"), "it must not be delivered any more");

        shard.commitAll();
        assertTrue(answer.value());
    }

    @Test
    void listAndCancelOfAnUnknownQueueAreNotFound() {
        Answer<Boolean> cancelled = new Answer<>();
        Answer<ScheduledMessage.Some> listed = new Answer<>();
        shard.runWhere(() -> shard.mailbox().cancelScheduled("x", 1, shard.client, cancelled));
        shard.runWhere(() -> shard.mailbox().scheduled("x", 1, 1, shard.client, listed));

        assertEquals(Refusal.Kind.NOT_FOUND, cancelled.refusal().kind());
        assertEquals(Refusal.Kind.NOT_FOUND, listed.refusal().kind());
    }

    @Test
    void purgeTakesScheduledMessagesToo() {
        shard.producer("q")
                .send(delayed("a", 100))
                .send("b")
                .send(scheduled("c", Message.Header.DEFAULT, new Schedule(Message.NONE, 100)));

        assertEquals(3, shard.purge("q").value());
        shard.advance(100);
        assertEquals(0, shard.status("q").messages());
        assertEquals(0, shard.restart().status("q").messages());
    }

    @Test
    void scheduledMessagesGiveWayToNobody() {
        shard.queue(QueueDefinition.named("f")
                .withLimits(new Limits(2, QueueDefinition.UNLIMITED, Overflow.DROP_HEAD, QueueDefinition.UNLIMITED)));
        shard.journal.hold();
        TestProducer producer = shard.producer("f");
        producer.send(delayed("a", 100)).send(delayed("b", 100)).send("c").send(delayed("d", 100));
        shard.commitAll();

        assertEquals(List.of("a", "b"), producer.accepted);
        assertEquals(2, producer.refusals.size());
        shard.advance(100);
        producer.send("e");
        shard.commitAll();
        assertEquals(List.of("b", "e"), shard.browse("f"), "once available they do");
    }

    @Test
    void manyThatAreDueAtOnceComeInOrder() {
        TestProducer producer = shard.producer("q");
        int count = 25_000;
        for (int i = 0; i < count; i++) {
            producer.post("q", delayed("m", 10 + (i * 7919L) % 1_000));
        }
        shard.run();
        for (int tick = 0; tick < 3; tick++) {
            shard.advance(2_000);
        }
        TestConsumer consumer = shard.consumer("q").credit(count);

        assertEquals(count, consumer.deliveries.size());
        for (int i = 0; i < count; i++) {
            assertEquals(i + 1, consumer.deliveries.get(i).sequence());
        }
    }
}
