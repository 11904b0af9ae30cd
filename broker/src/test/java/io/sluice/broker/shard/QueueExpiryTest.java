package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueExpiry;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Refusal;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Pause;
import io.sluice.broker.queue.Selection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Queues that are deleted by themselves. */
class QueueExpiryTest {
    private static final QueueExpiry AUTO = QueueExpiry.NEVER.withAutoDelete(true);
    private static final QueueExpiry MINUTE = QueueExpiry.NEVER.withIdleMillis(60_000);

    private ShardFixture shard = new ShardFixture();

    private static QueueDefinition queue(QueueExpiry expiry) {
        return QueueDefinition.named("q").withExpiry(expiry);
    }

    private boolean isThere() {
        return shard.list().stream()
                .anyMatch(status -> status.definition().name().equals("q"));
    }

    private void update(QueueExpiry expiry) {
        shard.update("q", new QueueChange(is -> is.withExpiry(expiry), Pause.AS_IT_IS))
                .value();
    }

    // ---- when its last consumer is gone

    @Test
    void itGoesWithItsLastConsumerWhenItIsEmpty() {
        shard.queue(queue(AUTO));
        TestConsumer first = shard.consumer("q").credit(1);
        TestConsumer second = shard.consumer("q");
        shard.publish("q", "a");
        first.acceptAll().detach();
        assertTrue(isThere(), "another consumer is there");
        second.detach();

        assertFalse(isThere());
        assertEquals(List.of(), shard.restart().list());
        assertEquals(List.of("attached", "detached"), second.events);
    }

    @Test
    void itStaysUntilItHasHadAConsumer() {
        shard.queue(queue(AUTO));
        shard.publish("q", "a").detach();
        shard.purge("q").value();
        shard.browser("q").detach();
        shard.advance(Integer.MAX_VALUE);
        assertTrue(isThere());
        shard.queue("other");
        shard.publish("q", "b");
        shard.runWhere(() -> shard.mailbox().moves().move("q", "other", 9, shard.client, new ShardFixture.Answer<>()));
        assertEquals(0, shard.status("q").messages());
        assertTrue(isThere(), "neither a browser nor an administrator is a consumer");

        shard.consumer("q").detach();
        assertFalse(isThere());
    }

    @Test
    void aBacklogKeepsItUntilThatIsGoneToo() {
        shard.queue(queue(AUTO));
        shard.publish("q", "a", "b", "c");
        TestConsumer consumer = shard.consumer("q").credit(2).settle(0, Outcome.ACCEPTED);
        consumer.detach();
        assertEquals(2, shard.status("q").messages());
        shard.purge("q", Selection.ALL.withLimit(1)).value();
        assertTrue(isThere());
        TestConsumer again = shard.consumer("q").credit(1);
        again.acceptAll().detach();
        assertFalse(isThere());
    }

    @Test
    void whatIsOnItsWayKeepsIt() {
        shard.queue(queue(AUTO));
        TestConsumer consumer = shard.consumer("q").credit(1);
        shard.publish("q", "a");
        shard.journal.hold();
        consumer.settle(0, Outcome.ACCEPTED);
        TestProducer producer = shard.producer("q").send("b");
        consumer.detach();
        assertTrue(isThere());
        shard.commitAll();

        assertTrue(isThere());
        assertEquals(List.of("b"), producer.accepted);
        assertEquals(1, shard.status("q").messages());
        assertEquals(1, shard.restart().status("q").messages());
    }

    @Test
    void itsProducersAreToldAndWhatTheySentIsAnswered() {
        shard.queue(queue(AUTO));
        TestProducer producer = shard.producer("q");
        TestConsumer consumer = shard.consumer("q").credit(1);
        producer.send("a");
        consumer.acceptAll().detach();

        assertFalse(isThere());
        assertEquals(List.of("attached", "accepted a", "closed RESOURCE_DELETED"), producer.events);
    }

    @Test
    void aConsumerThatComesAndGoesAtOnceIsOneTheSame() {
        shard.queue(queue(AUTO));
        TestConsumer consumer = new TestConsumer(shard, "q", Consumer.Mode.MOVE, Outcome.RELEASED);
        shard.mailbox().attach(consumer.handle);
        shard.mailbox().detach(consumer.handle);
        shard.run();
        assertFalse(isThere());
    }

    @Test
    void whoIsThereWhenTheSettingComesWasAConsumer() {
        shard.queue(queue(QueueExpiry.NEVER));
        TestConsumer consumer = shard.consumer("q");
        update(AUTO);
        consumer.detach();
        assertFalse(isThere());
    }

    @Test
    void whoseConsumersWereThoseOfTheLastLifeWaitsForAnother() {
        shard.queue(queue(AUTO));
        shard.consumer("q");
        shard = shard.restart();
        shard.advance(1_000);
        assertTrue(isThere());
        shard.consumer("q").detach();
        assertFalse(isThere());
    }

    // ---- after a time without a consumer

    @Test
    void itGoesWithWhatItHoldsAfterATimeWithoutAConsumer() {
        shard.queue(queue(MINUTE));
        TestConsumer consumer = shard.consumer("q");
        shard.advance(3_600_000);
        assertTrue(isThere());
        consumer.detach();
        TestProducer producer = shard.publish("q", "a", "b");
        shard.advance(59_999);
        assertTrue(isThere());
        shard.advance(1);

        assertFalse(isThere());
        assertEquals("closed RESOURCE_DELETED", producer.events.get(producer.events.size() - 1));
        shard = shard.restart();
        assertEquals(List.of(), shard.list());
        shard.queue(queue(MINUTE));
        assertEquals(0, shard.status("q").messages());
    }

    @Test
    void itGoesAlsoWhereItNeverHadOne() {
        shard.queue(queue(MINUTE));
        shard.advance(60_000);
        assertFalse(isThere());
    }

    @Test
    void aBrowserIsSomebody() {
        shard.queue(queue(MINUTE));
        TestConsumer browser = shard.browser("q");
        shard.advance(120_000);
        assertTrue(isThere());
        browser.detach();
        shard.advance(60_000);
        assertFalse(isThere());
    }

    @Test
    void whoDeclaresItAgainChangesItOrAttachesAProducerBeginsTheTimeAnew() {
        shard.queue(queue(MINUTE));
        shard.advance(59_000);
        shard.queue(queue(MINUTE));
        shard.advance(59_000);
        TestProducer producer = shard.producer("q");
        shard.advance(59_000);
        assertTrue(isThere());
        update(MINUTE.withAutoDelete(true));
        shard.advance(59_000);
        assertTrue(isThere());
        producer.send("a");
        shard.advance(1_000);
        assertFalse(isThere(), "what is sent is no use of it");
    }

    @Test
    void theTimeCountsFromTheStartOfServing() {
        shard.queue(queue(MINUTE));
        shard.publish("q", "a");
        shard.advance(50_000);
        shard = shard.restart();
        shard.now += 3_600_000;
        shard.advance(0);
        assertTrue(isThere());
        shard.advance(59_999);
        assertTrue(isThere());
        assertEquals(MINUTE, shard.status("q").definition().expiry());
        shard.advance(1);
        assertFalse(isThere());
    }

    @Test
    void theSettingComesAndGoes() {
        shard.queue(queue(QueueExpiry.NEVER));
        shard.advance(3_600_000);
        update(MINUTE);
        shard.advance(30_000);
        update(QueueExpiry.NEVER);
        shard.advance(3_600_000);
        assertTrue(isThere());
        update(MINUTE);
        shard.advance(60_000);
        assertFalse(isThere());
    }

    @Test
    void aQueueThatComesBackByBeingUsedIsANewOne() {
        shard = new ShardFixture(name -> Optional.of(queue(MINUTE)));
        shard.publish("q", "a").detach();
        shard.advance(60_000);
        assertFalse(isThere());
        TestConsumer consumer = shard.consumer("q").credit(1);
        assertEquals(List.of("attached"), consumer.events);
        shard.advance(120_000);
        QueueStatus status = shard.status("q");
        assertEquals(0, status.messages());
        assertEquals(MINUTE, status.definition().expiry());
        consumer.detach();
        shard.advance(60_000);
        assertFalse(isThere());
    }

    @Test
    void anotherExpiryIsAnotherQueue() {
        shard.queue(queue(MINUTE));
        Refusal refusal = shard.declare(queue(AUTO)).refusal();
        assertEquals(Refusal.Kind.PRECONDITION_FAILED, refusal.kind());
        assertTrue(refusal.text().contains("exists with another expiry"), refusal.text());
    }

    // ---- subscriptions

    @Test
    void aSubscriptionWithoutALinkEndsWithItsQueueAndIsNotDeletedBecauseItIsEmpty() {
        TestConsumer consumer = shard.subscribe(Topics.durable("s", "idle.t"));
        consumer.leave(SubscriptionRequest.Leaving.DETACH);
        String queue = shard.list().get(0).definition().name();
        assertEquals(
                new QueueExpiry(false, 60_000), shard.status(queue).definition().expiry());
        shard.publishTo("idle.t", "a");
        shard.advance(59_999);
        assertEquals(List.of("a"), shard.waiting(Topics.durable("s", "idle.t")));
        shard.advance(60_000);
        assertEquals(List.of(), shard.list());
        assertEquals(
                List.of(),
                shard.topics().stream()
                        .flatMap(topic -> topic.subscriptions().stream())
                        .toList());
        assertEquals(List.of(), shard.restart().list());
    }

    @Test
    void whatANameSaysIsWhatEachQueueIs() {
        Function<String, Optional<QueueDefinition>> templates =
                name -> Optional.of(queue(name.equals("q") ? AUTO : QueueExpiry.NEVER));
        shard = new ShardFixture(templates);
        shard.consumer("q").detach();
        shard.consumer("other").detach();
        assertEquals(
                List.of("other"),
                shard.list().stream().map(status -> status.definition().name()).toList());
    }
}
