package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import java.util.List;
import org.junit.jupiter.api.Test;

/** In which order messages go out, and to whom. */
class OrderTest {
    private final ShardFixture shard = new ShardFixture().queue("q");

    @Test
    void messagesOfOneLevelComeInTheOrderTheyWereSent() {
        shard.publish("q", "a", "b", "c");

        assertEquals(List.of("a", "b", "c"), shard.consumer("q").credit(10).bodies());
    }

    @Test
    void higherPriorityIsServedFirstAndFifoInsideALevel() {
        TestProducer producer = shard.producer("q");
        for (String body : List.of("1a", "9a", "4a", "9b", "1b", "4b", "0a")) {
            producer.send(ShardFixture.withPriority(body, body.charAt(0) - '0'));
        }

        assertEquals(
                List.of("9a", "9b", "4a", "4b", "1a", "1b", "0a"),
                shard.consumer("q").credit(10).bodies());
    }

    @Test
    void whatFailedIsGivenOutBeforeWhatStandsBehindItHoweverSlowTheDisk() {
        shard.publish("q", "a", "b", "c");
        TestConsumer consumer = shard.consumer("q").credit(2);
        shard.journal.hold();
        consumer.settle(0, Outcome.FAILED).settle(1, Outcome.FAILED).credit(3);
        assertEquals(List.of("a", "b"), consumer.bodies(), "that they failed is not on the disk yet");
        shard.commit(1);
        shard.commitAll();

        assertEquals(List.of("a", "b", "a", "b", "c"), consumer.bodies());
        assertEquals(1, consumer.deliveries.get(2).deliveryCount());
    }

    @Test
    void whatFailedHoldsUpItsOwnLevelOnly() {
        TestProducer producer = shard.producer("q");
        producer.send(ShardFixture.withPriority("5a", 5)).send(ShardFixture.withPriority("5b", 5));
        TestConsumer consumer = shard.consumer("q").credit(1);
        shard.producer("q").send(ShardFixture.withPriority("2", 2));
        shard.journal.hold();
        consumer.settle(0, Outcome.FAILED).credit(3);
        assertEquals(List.of("5a", "2"), consumer.bodies());
        shard.journal.letGo();
        shard.run();

        assertEquals(List.of("5a", "2", "5a", "5b"), consumer.bodies());
    }

    @Test
    void whoSelectsWaitsAsWell() {
        shard.publish("q", "a", "b");
        TestConsumer consumer =
                shard.selecting("q", io.sluice.broker.queue.Consumer.Mode.MOVE, Outcome.RELEASED, body -> true);
        consumer.credit(1);
        shard.journal.hold();
        consumer.settle(0, Outcome.FAILED).credit(2);
        assertEquals(List.of("a"), consumer.bodies());
        shard.journal.letGo();
        shard.run();

        assertEquals(List.of("a", "a", "b"), consumer.bodies());
    }

    @Test
    void priorityAboveNineCountsAsNine() {
        shard.producer("q").send(ShardFixture.withPriority("nine", 9)).send(ShardFixture.withPriority("more", 200));

        assertEquals(List.of("nine", "more"), shard.consumer("q").credit(2).bodies());
    }

    @Test
    void fifoQueueCarriesThePriorityAndDoesNotLookAtIt() {
        shard.queue(QueueDefinition.named("fifo").withService(QueueDefinition.Service.FIFO));
        TestProducer producer = shard.producer("fifo");
        producer.send(ShardFixture.withPriority("low", 0)).send(ShardFixture.withPriority("high", 9));

        TestConsumer consumer = shard.consumer("fifo").credit(2);

        assertEquals(List.of("low", "high"), consumer.bodies());
        assertEquals(9, consumer.last().message().priority());
    }

    @Test
    void weightedQueueSharesTheServiceByWeight() {
        List<Integer> weights = List.of(1, 1, 1, 1, 1, 1, 1, 1, 1, 3);
        shard.queue(QueueDefinition.named("w").withService(new QueueDefinition.Weighted(weights)));
        TestProducer producer = shard.producer("w");
        for (int i = 0; i < 40; i++) {
            producer.send(ShardFixture.withPriority("high", 9)).send(ShardFixture.withPriority("low", 0));
        }

        List<String> first = shard.consumer("w").credit(40).bodies();

        assertEquals(30, first.stream().filter("high"::equals).count());
        assertEquals(10, first.stream().filter("low"::equals).count());
    }

    @Test
    void consumersWithCreditTakeTurns() {
        TestConsumer one = shard.consumer("q").credit(10);
        TestConsumer two = shard.consumer("q").credit(10);

        shard.publish("q", "a", "b", "c", "d");

        assertEquals(List.of("a", "c"), one.bodies());
        assertEquals(List.of("b", "d"), two.bodies());
    }

    @Test
    void aConsumerWithoutCreditIsPassedOver() {
        TestConsumer one = shard.consumer("q").credit(1);
        TestConsumer two = shard.consumer("q").credit(10);

        shard.publish("q", "a", "b", "c", "d");

        assertEquals(List.of("a"), one.bodies());
        assertEquals(List.of("b", "c", "d"), two.bodies());
    }

    @Test
    void aLockedMessageIsGivenToNobodyElse() {
        shard.publish("q", "a");
        shard.consumer("q").credit(5);

        assertEquals(List.of(), shard.consumer("q").credit(5).bodies());
    }

    @Test
    void aReturnedMessageGoesToItsOwnPlace() {
        shard.publish("q", "a", "b", "c", "d");
        TestConsumer consumer = shard.consumer("q").credit(3);
        consumer.settle(1, Outcome.RELEASED).settle(0, Outcome.FAILED).settle(2, Outcome.RELEASED);

        assertEquals(List.of("a", "b", "c", "d"), shard.browse("q"));
    }

    @Test
    void transientAndDurableMessagesKeepTheOrderOfTheirCommit() {
        TestProducer producer = shard.producer("q");
        producer.send("a").send(ShardFixture.transientMessage("b")).send("c");

        assertEquals(List.of("a", "b", "c"), shard.consumer("q").credit(3).bodies());
    }
}
