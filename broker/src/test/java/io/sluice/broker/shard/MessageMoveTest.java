package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.Limits;
import io.sluice.broker.QueueDefinition.Overflow;
import io.sluice.broker.Refusal;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.shard.ShardFixture.Answer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Messages that an administrator moves. */
class MessageMoveTest {
    private final ShardFixture shard = new ShardFixture().queue("from").queue("to");

    private Answer<MoveMailbox.Moved> start(String from, String to, long limit) {
        Answer<MoveMailbox.Moved> answer = new Answer<>();
        shard.runWhere(() -> shard.mailbox().moves().move(from, to, limit, shard.client, answer));
        return answer;
    }

    private static MoveMailbox.Moved all(long messages) {
        return new MoveMailbox.Moved(messages, Optional.empty());
    }

    private static String[] bodies(int count) {
        return IntStream.range(0, count).mapToObj(i -> "m" + i).toArray(String[]::new);
    }

    @Test
    void whatIsAvailableMovesInOrder() {
        shard.publish("from", bodies(1_000));
        shard.producer("from").send(ShardFixture.withPriority("high", 9));

        assertEquals(all(1_001), start("from", "to", Long.MAX_VALUE).value());
        assertEquals(0, shard.status("from").messages());
        assertEquals(0, shard.status("from").consumers());
        List<String> moved = shard.browse("to");
        assertEquals("high", moved.get(0));
        assertEquals(List.of(bodies(1_000)), moved.subList(1, 1_001));
    }

    @Test
    void noMoreThanTheLimitMoves() {
        shard.publish("from", bodies(500));

        assertEquals(all(250), start("from", "to", 250).value());
        assertEquals(250, shard.status("from").messages());
        assertEquals(250, shard.status("to").messages());
    }

    @Test
    void anEmptyQueueAndOneThatIsNotThere() {
        assertEquals(all(0), start("from", "to", 1).value());
        assertEquals(Refusal.Kind.NOT_FOUND, start("nowhere", "to", 1).refusal().kind());
        assertEquals(Refusal.Kind.INVALID_FIELD, start("to", "to", 1).refusal().kind());
        shard.publish("from", "a");
        MoveMailbox.Moved stopped = start("from", "nowhere", 1).value();
        assertEquals(0, stopped.messages());
        assertEquals(Refusal.Kind.NOT_FOUND, stopped.stoppedBy().orElseThrow().kind());
        assertEquals(List.of("a"), shard.browse("from"));
    }

    @Test
    void aFullQueueEndsItAndWhatIsLeftStaysInItsPlace() {
        Limits few = new Limits(450, QueueDefinition.UNLIMITED, Overflow.REJECT, QueueDefinition.UNLIMITED);
        shard.queue(QueueDefinition.named("few").withLimits(few));
        shard.publish("from", bodies(1_000));

        MoveMailbox.Moved moved = start("from", "few", 1_000).value();
        assertEquals(400, moved.messages(), "two batches");
        assertEquals("few", moved.stoppedBy().orElseThrow().info().get("queue"));
        assertEquals(List.of(bodies(1_000)).subList(400, 1_000), shard.browse("from"));
    }

    @Test
    void lockedAndScheduledMessagesStay() {
        shard.publish("from", "locked", "free");
        shard.consumer("from").credit(1);
        shard.producer("from")
                .send(ShardFixture.message(
                        "later",
                        Message.Header.DURABLE.withSchedule(new io.sluice.broker.Schedule(Message.NONE, 100))));

        assertEquals(all(1), start("from", "to", 10).value());
        assertEquals(List.of("free"), shard.browse("to"));
        assertEquals(2, shard.status("from").messages());
    }

    @Test
    void whatIsWithAGroupOrWaitsForTheActiveConsumerMoves() {
        TestConsumer owner = shard.consumer("from").credit(1);
        TestProducer producer = shard.producer("from");
        for (int i = 1; i <= 3; i++) {
            producer.send(ShardFixture.inGroup("a" + i, "a"));
        }
        assertEquals(all(2), start("from", "to", 10).value());
        assertEquals(List.of("a1"), owner.bodies());
        assertEquals(List.of("a2", "a3"), shard.browse("to"));

        shard.queue(QueueDefinition.named("single")
                .withDispatching(io.sluice.broker.Dispatching.DEFAULT.withSingleActiveConsumer(true)));
        TestConsumer active = shard.consumer("single").credit(1);
        shard.publish("single", "1", "2");
        assertEquals(all(1), start("single", "to", 10).value());
        assertEquals(List.of("1"), active.bodies());
    }

    @Test
    void aMovedMessageExpiresWhenItWouldHaveAndHasNotFailed() {
        shard.producer("from").send(ShardFixture.withTtl("a", 100));
        shard.consumer("from").credit(1).settle(0, Outcome.FAILED).detach();
        shard.advance(60);
        start("from", "to", 10).value();
        Delivery delivery = shard.browser("to").credit(1).last();
        assertEquals(0, delivery.deliveryCount());
        assertEquals(ShardFixture.EPOCH + 100, delivery.expiresAtMillis());
        shard.advance(40);
        assertEquals(0, shard.status("to").messages());
    }

    @Test
    void aLargeMessageTakesItsBodyAlong() {
        Message large = ShardFixture.message("h", Message.Header.DURABLE).withBody(shard.bodies.add(1 << 20));
        shard.producer("from").send(large);
        start("from", "to", 10).value();

        assertEquals(Set.of(1L), shard.bodies.present);
        assertTrue(shard.browser("to").credit(1).last().message().isLarge());
        start("to", "nowhere", 10).value();
        assertEquals(Set.of(1L), shard.bodies.present, "a move that is refused takes nothing away");
    }

    @Test
    void aCrashAtAnyBatchLeavesEachMessageInOneOfTheTwo() {
        shard.publish("from", bodies(700));
        shard.journal.hold();
        Answer<MoveMailbox.Moved> answer = start("from", "to", 700);
        for (int step = 0; answer.isPending(); step++) {
            assertTrue(step < 100, "it does not end");
            ShardFixture after = shard.restart(shard.journal.committed());
            assertEquals(
                    700, after.status("from").messages() + after.status("to").messages());
            Set<String> both = new java.util.TreeSet<>(after.browse("from"));
            both.addAll(after.browse("to"));
            assertEquals(700, both.size());
            shard.commit(Math.min(1, shard.journal.waiting()));
        }
        assertEquals(all(700), answer.value());
    }
}
