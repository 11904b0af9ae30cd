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
