package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Refusal;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.DispatchReason;
import io.sluice.broker.queue.Pause;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A queue that an administrator holds up. */
class PauseTest {
    private final ShardFixture shard = new ShardFixture().queue("q");

    private void pauseIntake(boolean pauses) {
        shard.update("q", new QueueChange(is -> is, new Pause(Optional.empty(), Optional.of(pauses))));
    }

    @Test
    void nothingIsGivenOutAndCreditIsKept() {
        TestConsumer consumer = shard.consumer("q").credit(2);
        TestConsumer selecting = shard.selecting("q", Consumer.Mode.MOVE, Outcome.RELEASED, body -> true);
        selecting.credit(1);
        shard.pause("q", true);
        shard.publish("q", "a", "b", "c", "d");
        consumer.credit(0);
        assertEquals(List.of(), consumer.bodies());
        assertEquals(DispatchReason.PAUSED, shard.explain(consumer, 1));
        assertEquals(new QueueStatus.Paused(true, false), shard.status("q").paused());

        shard.pause("q", false);
        assertEquals(3, consumer.bodies().size() + selecting.bodies().size());
        assertEquals(QueueStatus.Paused.NOT, shard.status("q").paused());
    }

    @Test
    void whatConsumersHaveTheySettle() {
        shard.publish("q", "a", "b");
        TestConsumer consumer = shard.consumer("q").credit(3);
        shard.pause("q", true);
        consumer.settle(0, Outcome.ACCEPTED).settle(1, Outcome.RELEASED);

        assertEquals(List.of("a"), List.copyOf(consumer.settledBodies().subList(0, 1)));
        assertEquals(List.of("b"), shard.browse("q"), "browsers look on");
        assertEquals(2, consumer.deliveries.size());
        shard.pause("q", false);
        assertEquals(List.of("a", "b", "b"), consumer.bodies());
    }

    @Test
    void aDrainIsAnswered() {
        shard.publish("q", "a");
        shard.pause("q", true);
        TestConsumer consumer = shard.consumer("q").drain(1);

        assertEquals(List.of("attached", "drained"), consumer.events);
    }

    @Test
    void itIsDurable() {
        shard.publish("q", "a");
        shard.pause("q", true);
        assertEquals(List.of(), shard.restart().consumer("q").credit(1).bodies(), "from the journal");

        shard.checkpoint();
        ShardFixture checkpointed = shard.restart();
        assertEquals(List.of(), checkpointed.consumer("q").credit(1).bodies(), "from the store");
        assertTrue(checkpointed.status("q").paused().delivery());
        checkpointed.pause("q", false);
        assertEquals(
                List.of("a"), checkpointed.restart().consumer("q").credit(1).bodies());
    }

    @Test
    void messagesAreMovedOutOfIt() {
        shard.queue("other");
        shard.publish("q", "a", "b");
        shard.pause("q", true);
        ShardFixture.Answer<MoveMailbox.Moved> moved = new ShardFixture.Answer<>();
        shard.runWhere(() -> shard.mailbox().moves().move("q", "other", 10, shard.client, moved));

        assertEquals(2, moved.value().messages());
        assertEquals(List.of("a", "b"), shard.browse("other"));
    }

    @Test
    void producersGetNoCreditAndWhatTheySendIsTaken() {
        TestProducer producer = shard.producer("q");
        TestProducer anonymous = shard.anonymous();
        pauseIntake(true);
        assertFalse(producer.creditOpen);
        assertTrue(anonymous.creditOpen);
        producer.send("on its way");
        anonymous.sendTo("q", ShardFixture.message("no", Message.Header.DURABLE));
        assertEquals(List.of("on its way"), shard.consumer("q").credit(5).bodies(), "delivery goes on");
        Refusal refusal = anonymous.refusals.get(0);
        assertEquals(Refusal.Kind.RESOURCE_LIMIT_EXCEEDED, refusal.kind());
        assertEquals("paused", refusal.info().get("reason"));
        assertFalse(shard.restart().producer("q").creditOpen);

        pauseIntake(false);
        assertTrue(producer.creditOpen);
        anonymous.sendTo("q", ShardFixture.message("yes", Message.Header.DURABLE));
        assertEquals(1, anonymous.refusals.size());
    }

    @Test
    void eachOfTheTwoStaysAsItIsUnlessItIsNamed() {
        shard.pause("q", true);
        pauseIntake(true);
        assertEquals(new QueueStatus.Paused(true, true), shard.status("q").paused());
        shard.pause("q", false);
        assertEquals(new QueueStatus.Paused(false, true), shard.status("q").paused());
    }

    @Test
    void aConsumerThatComesLaterWaits() {
        shard.publish("q", "a");
        shard.pause("q", true);
        TestConsumer consumer = shard.consumer("q").credit(1);
        assertEquals(List.of(), consumer.bodies());
        consumer.detach();
        shard.pause("q", false);
        assertEquals(List.of(), consumer.bodies());
        assertEquals(List.of("a"), shard.consumer("q").credit(1).bodies());
    }
}
