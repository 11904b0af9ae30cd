package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import io.sluice.broker.queue.Consumer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Credit, drain and the ends of links. */
class LinkTest {
    private final ShardFixture shard = new ShardFixture().queue("q");

    @Test
    void drainSendsWhatThereIsThenSaysSo() {
        shard.publish("q", "a", "b");
        TestConsumer consumer = shard.consumer("q").drain(5);

        assertEquals(List.of("attached", "deliver a", "deliver b", "drained"), consumer.events);
        shard.publish("q", "c");
        assertEquals(List.of("a", "b"), consumer.bodies());
    }

    @Test
    void aDrainUsesUpItsCreditAndTheNextGrantCountsMessagesOnly() {
        shard.publish("q", "a");
        TestConsumer consumer = shard.consumer("q").drain(10);
        shard.publish("q", "b", "c", "d");

        // One message was given; two more credit is a limit of three, whatever the drain did to the link's
        // delivery-count.
        consumer.grant(3, false);

        assertEquals(List.of("a", "b", "c"), consumer.bodies());
    }

    @Test
    void drainOfAPresettledConsumerWaitsForItsLastDelivery() {
        shard.publish("q", "a");
        shard.journal.hold();
        TestConsumer consumer = shard.consumer("q", Consumer.Mode.MOVE_PRESETTLED, Outcome.RELEASED)
                .drain(5);
        assertEquals(List.of("attached"), consumer.events);

        shard.commitAll();

        assertEquals(List.of("attached", "deliver a", "drained"), consumer.events);
    }

    @Test
    void drainWithoutCreditIsAnswered() {
        TestConsumer consumer = shard.consumer("q").drain(0);

        assertEquals(List.of("attached", "drained"), consumer.events);
    }

    @Test
    void creditCanBeTakenBack() {
        TestConsumer consumer = shard.consumer("q").credit(10).grant(1, false);
        shard.publish("q", "a", "b");
        assertEquals(List.of("a"), consumer.bodies());
        consumer.grant(0, false);
        shard.publish("q", "c");

        assertEquals(List.of("a"), consumer.bodies());
    }

    @Test
    void creditThatComesAfterTheDetachLocksNothing() {
        TestConsumer consumer = shard.consumer("q");
        shard.journal.hold();
        shard.publish("q", "a");
        consumer.detach();
        consumer.credit(5);
        shard.commitAll();

        assertEquals(List.of(), consumer.bodies());
        assertEquals(List.of("a"), shard.browse("q"));
    }

    @Test
    void aConsumerOfAnUnknownQueueIsRefused() {
        TestConsumer consumer = shard.consumer("nowhere");
        consumer.credit(1).detach();

        assertEquals(List.of("closed NOT_FOUND"), consumer.events);
    }

    @Test
    void aProducerOfAnUnknownQueueIsRefused() {
        TestProducer producer = shard.producer("nowhere");
        producer.send("a");

        assertEquals(List.of("closed NOT_FOUND", "refused a"), producer.events);
        assertEquals(Refusal.Kind.ILLEGAL_STATE, producer.refusals.get(0).kind());
    }

    @Test
    void whatAProducerSentBeforeItsDetachIsAnswered() {
        TestProducer producer = shard.producer("q");
        shard.journal.hold();
        producer.send("a");
        producer.detach();
        shard.commitAll();

        assertEquals(List.of("attached", "accepted a"), producer.events);
        assertEquals(0, shard.status("q").producers());
    }

    @Test
    void anAnonymousProducerSendsAnywhere() {
        shard.queue("r");
        TestProducer producer = shard.anonymous();
        producer.sendTo("q", ShardFixture.message("a", Message.Header.DURABLE));
        producer.sendTo("r", ShardFixture.message("b", Message.Header.DURABLE));
        producer.sendTo("nowhere", ShardFixture.message("c", Message.Header.DURABLE));

        assertEquals(List.of("attached", "accepted a", "accepted b", "refused c"), producer.events);
        assertEquals(Refusal.Kind.NOT_FOUND, producer.refusals.get(0).kind());
        assertEquals(List.of("b"), shard.browse("r"));
    }

    @Test
    void anAutomaticallyCreatedQueueAnswersWhenItIsDurable() {
        ShardFixture auto = new ShardFixture(name -> Optional.of(QueueDefinition.named("pattern")));
        auto.journal.hold();
        TestConsumer consumer = auto.consumer("new").credit(1);
        TestProducer producer = auto.producer("new");
        producer.send(ShardFixture.transientMessage("a"));
        assertFalse(consumer.events.contains("deliver a"), "a delivery before the attach is answered");

        auto.commitAll();

        assertEquals(List.of("attached", "deliver a"), consumer.events);
        assertEquals("new", auto.status("new").definition().name());
    }

    @Test
    void anAddressThatCannotBeAQueuesNameIsNotFound() {
        ShardFixture auto = new ShardFixture(name -> Optional.of(QueueDefinition.named("pattern")));
        TestProducer producer = auto.anonymous();
        producer.sendTo("", ShardFixture.transientMessage("a"));
        producer.sendTo("x".repeat(256), ShardFixture.transientMessage("b"));

        assertEquals(List.of(), auto.failures);
        assertEquals(
                List.of(Refusal.Kind.NOT_FOUND, Refusal.Kind.NOT_FOUND),
                producer.refusals.stream().map(Refusal::kind).toList());
    }

    @Test
    void clientsHearTheEndOfATurnOnceInTheOrderTheyWereCalled() {
        List<Integer> ended = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int number = i;
            shard.client = () -> ended.add(number);
            shard.consumer("q").credit(2);
        }
        ended.clear();
        TestProducer producer = shard.producer("q");
        ended.clear();
        for (int i = 0; i < 40; i++) {
            producer.post("q", ShardFixture.transientMessage("m" + i));
        }
        shard.run();

        assertEquals(20, ended.size());
        List<Integer> others = new ArrayList<>(ended);
        others.remove(Integer.valueOf(19));
        assertEquals(others.stream().sorted().toList(), others);
    }
}
