package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.broker.Dispatching;
import io.sluice.broker.Message;
import io.sluice.broker.MessageLife;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import io.sluice.broker.queue.Consumer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Queues that messages do not leave by being consumed. */
class NonDestructiveTest {
    private ShardFixture shard = new ShardFixture().queue(table("q"));

    private static QueueDefinition table(String name) {
        return QueueDefinition.named(name).withDispatching(Dispatching.DEFAULT.withNonDestructive(true));
    }

    @Test
    void everyConsumerSeesAllThereIsAndAllThatComes() {
        shard.publish("q", "a", "b");
        TestConsumer one = shard.consumer("q").credit(10);
        one.acceptAll();
        TestConsumer other = shard.consumer("q").credit(1);
        shard.publish("q", "c");
        assertEquals(List.of("a", "b", "c"), one.bodies());
        assertEquals(List.of("a"), other.bodies());
        other.settle(0, new Outcome.Rejected("", ""));
        other.credit(9);
        assertEquals(List.of("a", "b", "c"), other.bodies());
        assertEquals(Consumer.Mode.COPY, other.handle.mode());
        assertEquals(List.of("a", "b", "c"), shard.restart().browse("q"));
    }

    @Test
    void aDrainEndsAtTheEndAndWhatComesThenIsSeenLater() {
        shard.publish("q", "a");
        TestConsumer consumer = shard.consumer("q").drain(5);
        assertEquals("drained", consumer.events.get(consumer.events.size() - 1));
        shard.publish("q", "b");
        assertEquals(List.of("a"), consumer.bodies());
        assertEquals(List.of("a", "b"), consumer.drain(5).bodies());
    }

    @Test
    void whatIsSentSettledIsNotTakenEither() {
        shard.publish("q", "a");
        TestConsumer consumer = shard.consumer("q", Consumer.Mode.MOVE_PRESETTLED, Outcome.FAILED)
                .credit(2);
        shard.publish("q", "b");
        assertEquals(List.of("a", "b"), consumer.bodies());
        assertEquals(2, shard.status("q").messages());
    }

    @Test
    void aTableOfLastValuesIsReadAndFollowed() {
        shard.declare(table("t").withLife(MessageLife.PLAIN.withLastValue(MessageLife.LastValue.ON)));
        TestProducer producer = shard.producer("t");
        producer.sendAs("k1", ShardFixture.message("k1=1", Message.Header.DEFAULT));
        producer.sendAs("k2", ShardFixture.message("k2=1", Message.Header.DEFAULT));
        producer.sendAs("k1", ShardFixture.message("k1=2", Message.Header.DEFAULT));
        TestConsumer consumer = shard.consumer("t").credit(10);
        assertEquals(List.of("k2=1", "k1=2"), consumer.bodies());
        producer.sendAs("k2", ShardFixture.message("k2=2", Message.Header.DEFAULT));
        assertEquals(List.of("k2=1", "k1=2", "k2=2"), consumer.bodies());
        assertEquals(List.of("k1=2", "k2=2"), shard.consumer("t").credit(10).bodies());
    }

    @Test
    void whatIsThereIsSeenByPriorityAndWhatComesInOrder() {
        shard.producer("q").send(ShardFixture.withPriority("low", 1));
        shard.producer("q").send(ShardFixture.withPriority("high", 9));
        TestConsumer consumer = shard.consumer("q").credit(10);
        shard.producer("q").send(ShardFixture.withPriority("then low", 1));
        shard.producer("q").send(ShardFixture.withPriority("then high", 9));
        assertEquals(List.of("high", "low", "then low", "then high"), consumer.bodies());
    }

    @Test
    void aScheduledMessageIsSeenWhenItIsDueAlsoBehindLaterOnes() {
        shard.producer("q").send(ScheduledTest.delayed("s", 100));
        shard.publish("q", "a");
        TestConsumer consumer = shard.consumer("q").credit(10);
        shard.publish("q", "b");
        assertEquals(List.of("a", "b"), consumer.bodies());
        shard.advance(100);
        assertEquals(List.of("a", "b", "s"), consumer.bodies());
    }

    @Test
    void soIsOneThatIsOutOfMemoryWithItsWholePage() {
        shard = new ShardFixture(PagingTest.nothingStays()).queue(table("q"));
        shard.producer("q").send(ScheduledTest.delayed("s1", 100));
        shard.producer("q").send(ScheduledTest.delayed("s2", 100));
        shard.checkpoint();
        shard.advance(0);
        TestConsumer consumer = shard.consumer("q").credit(10);
        shard.publish("q", "a");
        shard.advance(100);
        assertEquals(List.of("a", "s1", "s2"), consumer.bodies());
    }

    @Test
    void aBrowserSeesWhatWasThere() {
        shard.publish("q", "a");
        TestConsumer browser = shard.browser("q").credit(5);
        shard.publish("q", "b");
        assertEquals(List.of("a"), browser.bodies());
    }

    @Test
    void nobodyTakesFromItButAnAdministrator() {
        shard.publish("q", "a");
        TestConsumer fetching = new TestConsumer(shard, "q", Consumer.Mode.FETCH, Outcome.RELEASED);
        shard.runWhere(() -> shard.mailbox().attachFetching(fetching.handle, List.of(1L)));
        assertEquals(Refusal.Kind.PRECONDITION_FAILED, fetching.closedBy.kind());
        shard.purge("q");
        assertEquals(0, shard.status("q").messages());
    }

    private ShardFixture.Answer<MoveMailbox.Moved> move(String to, long limit) {
        ShardFixture.Answer<MoveMailbox.Moved> answer = new ShardFixture.Answer<>();
        shard.runWhere(() -> shard.mailbox().moves().move("q", to, limit, shard.client, answer));
        return answer;
    }

    @Test
    void whatAMoveGivesBackIsNotSeenTwice() {
        QueueDefinition.Limits few = new QueueDefinition.Limits(
                1, QueueDefinition.UNLIMITED, QueueDefinition.Overflow.REJECT, QueueDefinition.UNLIMITED);
        shard.queue(QueueDefinition.named("few").withLimits(few));
        shard.publish("q", "a", "b", "c");
        TestConsumer one = shard.consumer("q").credit(2);
        TestConsumer all = shard.consumer("q").credit(10);
        assertEquals(0, move("few", 3).value().messages());
        assertEquals(0, move("nowhere", 3).value().messages());
        assertEquals(List.of("a", "b", "c"), all.bodies());
        assertEquals(List.of("a", "b", "c"), one.credit(10).bodies());
        shard.publish("q", "d");
        assertEquals(List.of("a", "b", "c", "d"), all.bodies());
        assertEquals(List.of("a", "b", "c", "d"), one.bodies());
    }

    @Test
    void whoComesWhileAMoveHasItSeesItWhenItIsBack() {
        shard.publish("q", "a", "b");
        TestConsumer before = shard.consumer("q").credit(10);
        // One message a second, and each is refused: it is no dead letter.
        ShardFixture.Answer<MoveStatus> ended = new ShardFixture.Answer<>();
        shard.runWhere(() -> shard.mailbox()
                .moves()
                .move(
                        MoveRequest.redrive("q").withMessagesPerSecond(1).withLimit(2),
                        shard.client,
                        new ShardFixture.Answer<>(),
                        ended));
        TestConsumer meanwhile = shard.consumer("q").credit(10);
        assertEquals(List.of("b"), meanwhile.bodies());
        shard.advance(1_000);
        assertEquals(2, ended.value().refused());
        assertEquals(List.of("b", "a"), meanwhile.bodies());
        assertEquals(List.of("a", "b"), before.bodies());
    }

    /** Whatever is in memory and whatever is not: each message once to each consumer. */
    @Property(tries = 150)
    void eachMessageIsSeenOnce(@ForAll long seed) {
        Random random = new Random(seed);
        ShardLimits.Paging paging = new ShardLimits.Paging(
                1 + random.nextInt(2_000), 1 << 20, 1 + random.nextInt(300), 1 + random.nextInt(50));
        ShardFixture paged =
                new ShardFixture(new ShardLimits(1 << 20, 1 << 20, 1 << 20, 1 << 20, paging)).queue(table("q"));
        paged.store.pageMessages = 1 + random.nextInt(4);
        TestProducer producer = paged.producer("q");
        List<TestConsumer> consumers = new ArrayList<>();
        int sent = 0;
        for (int step = 0; step < 150; step++) {
            switch (random.nextInt(8)) {
                case 7 -> {
                    long some = 1 + random.nextInt(3);
                    paged.runWhere(() -> paged.mailbox()
                            .moves()
                            .move("q", "nowhere", some, paged.client, new ShardFixture.Answer<>()));
                }
                case 0 -> paged.checkpoint();
                case 1 -> paged.advance(random.nextInt(30));
                case 2 -> {
                    if (consumers.size() < 3) {
                        consumers.add(paged.consumer("q"));
                    }
                }
                case 3 -> {
                    if (!consumers.isEmpty()) {
                        consumers.get(random.nextInt(consumers.size())).credit(random.nextInt(6));
                    }
                }
                case 4 -> producer.send(ScheduledTest.delayed("m" + sent++, random.nextInt(100)));
                default -> producer.send(ShardFixture.withPriority("m" + sent++, random.nextInt(3)));
            }
        }
        paged.advance(1_000);
        TreeSet<String> all = new TreeSet<>();
        for (int i = 0; i < sent; i++) {
            all.add("m" + i);
        }
        for (TestConsumer consumer : consumers) {
            consumer.credit(10_000);
            assertEquals(sent, consumer.bodies().size(), () -> consumer.bodies().toString());
            assertEquals(all, new TreeSet<>(consumer.bodies()));
        }
    }
}
