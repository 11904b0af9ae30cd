package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.queue.Consumer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is durable when, and what happens when the journal or our own code fails. */
class DurabilityTest {
    private final ShardFixture shard = new ShardFixture().queue("q");

    @Test
    void aMessageIsAcceptedAndDeliveredWhenItIsCommittedAndNotBefore() {
        TestConsumer consumer = shard.consumer("q").credit(5);
        TestProducer producer = shard.producer("q");
        shard.journal.hold();
        producer.send("a");
        assertEquals(List.of("attached"), producer.events);
        assertEquals(List.of("attached"), consumer.events);

        shard.commitAll();

        assertEquals(List.of("attached", "accepted a"), producer.events);
        assertEquals(List.of("attached", "deliver a"), consumer.events);
    }

    @Test
    void whatTheJournalDoesNotGetIsNotAcceptedWhileAnotherNodeMayBeThePrimary() {
        TestConsumer consumer = shard.consumer("q").credit(5);
        TestProducer producer = shard.producer("q");
        shard.journal.mayServe(false);
        producer.send(ShardFixture.transientMessage("a"));
        shard.advance(100);
        assertEquals(List.of("attached"), producer.events);
        assertEquals(List.of("attached"), consumer.events);

        shard.journal.mayServe(true);
        producer.send(ShardFixture.transientMessage("b"));
        assertEquals(List.of("attached", "accepted a", "accepted b"), producer.events);
        assertEquals(List.of("attached", "deliver a", "deliver b"), consumer.events);
    }

    @Test
    void whatWasHeldBackIsAnsweredWhenNothingElseHappens() {
        TestProducer producer = shard.producer("q");
        shard.journal.mayServe(false);
        producer.send(ShardFixture.transientMessage("a"));
        shard.journal.mayServe(true);
        shard.advance(100);
        assertEquals(List.of("a"), producer.accepted);
    }

    @Test
    void whatIsCommittedIsAcceptedWhoeverIsThePrimaryByNow() {
        TestConsumer consumer = shard.consumer("q").credit(5);
        TestProducer producer = shard.producer("q");
        shard.journal.mayServe(false);
        producer.send("a");
        assertEquals(List.of("a"), producer.accepted);
        assertEquals(List.of("attached"), consumer.events);
    }

    @Test
    void batchesCommittedInOneReportAreAnsweredInOrder() {
        TestProducer producer = shard.producer("q");
        shard.journal.hold();
        producer.send("a", "b", "c");
        assertEquals(3, shard.journal.waiting());

        shard.commit(2);
        assertEquals(List.of("a", "b"), producer.accepted);
        shard.commit(1);
        assertEquals(List.of("a", "b", "c"), producer.accepted);
    }

    @Test
    void whatIsPostedWhileATurnWaitsIsOneBatch() {
        TestProducer producer = shard.producer("q");
        shard.journal.hold();
        for (String body : List.of("a", "b", "c")) {
            producer.post("q", ShardFixture.message(body, Message.Header.DURABLE));
        }
        shard.run();

        assertEquals(1, shard.journal.waiting());
    }

    @Test
    void aSettlementIsToldWhenItIsCommitted() {
        shard.publish("q", "a");
        TestConsumer consumer = shard.consumer("q").credit(1);
        shard.journal.hold();
        consumer.settle(0, Outcome.ACCEPTED);
        assertEquals(List.of(), consumer.settledBodies());

        shard.commitAll();

        assertEquals(List.of("a"), consumer.settledBodies());
        assertEquals(0, shard.status("q").messages());
    }

    @Test
    void settlementsOfOneTurnAreOneRecord() {
        shard.publish("q", "a", "b", "c", "d");
        TestConsumer consumer = shard.consumer("q").credit(4);
        int before = shard.journal.records().size();
        consumer.acceptAll();

        assertEquals(before + 1, shard.journal.records().size());
        assertEquals(4, consumer.settled.size());
    }

    @Test
    void acceptedMessagesComeBackAfterACrashAndSettledOnesDoNot() {
        shard.publish("q", "a", "b", "c");
        shard.consumer("q").credit(2).settle(0, Outcome.ACCEPTED);

        ShardFixture after = shard.restart();

        assertEquals(List.of("b", "c"), after.browse("q"));
    }

    @Test
    void aSettlementThatWasNotCommittedIsForgottenByACrash() {
        shard.publish("q", "a");
        TestConsumer consumer = shard.consumer("q").credit(1);
        shard.journal.hold();
        consumer.settle(0, Outcome.ACCEPTED);

        assertEquals(List.of("a"), shard.restart().browse("q"));
    }

    @Test
    void aPresettledConsumerGetsAMessageOnlyAfterItsRemovalIsCommitted() {
        shard.publish("q", "a");
        shard.journal.hold();
        TestConsumer consumer = shard.consumer("q", Consumer.Mode.MOVE_PRESETTLED, Outcome.RELEASED)
                .credit(1);
        assertEquals(List.of(), consumer.bodies());

        shard.commitAll();

        assertEquals(List.of("a"), consumer.bodies());
        assertEquals(List.of(), shard.restart().browse("q"));
    }

    @Test
    void aPresettledConsumerGetsTransientMessagesAtOnce() {
        TestConsumer consumer = shard.consumer("q", Consumer.Mode.MOVE_PRESETTLED, Outcome.RELEASED)
                .credit(1);
        shard.journal.hold();
        shard.producer("q").send(ShardFixture.transientMessage("a"));

        assertEquals(List.of("a"), consumer.bodies());
        assertEquals(0, shard.status("q").messages());
    }

    @Test
    void transientMessagesAndQueuesSkipTheJournal() {
        int before = shard.journal.records().size();
        shard.queue(QueueDefinition.named("t").withDurable(false));
        shard.publish("t", "durable in a queue that is not");
        shard.producer("q").send(ShardFixture.transientMessage("a"));
        shard.consumer("t").credit(1).acceptAll();
        shard.consumer("q").credit(1).settle(0, Outcome.FAILED).credit(1).settle(1, Outcome.ACCEPTED);
        shard.purge("q");

        assertEquals(before, shard.journal.records().size());
        assertEquals(1, shard.restart().list().size());
    }

    @Test
    void nothingIsAnsweredAfterTheJournalFailed() {
        TestProducer producer = shard.producer("q");
        TestConsumer consumer = shard.consumer("q").credit(5);
        shard.journal.hold();
        producer.send("a");

        shard.journal.fail();
        producer.post("q", ShardFixture.transientMessage("b"));
        shard.run();
        shard.declare(QueueDefinition.named("other"));

        assertEquals(List.of("attached"), producer.events);
        assertEquals(List.of("attached"), consumer.events);
        assertEquals(1, shard.failures.size());
        assertEquals("the disk is gone", shard.failures.get(0).getMessage());
    }

    @Test
    void aTurnInWhichTheJournalFailsDispatchesNothing() {
        TestProducer producer = shard.producer("q");
        TestConsumer consumer = shard.consumer("q").credit(5);
        producer.post("q", ShardFixture.transientMessage("a"));
        producer.post("q", ShardFixture.message("b", Message.Header.DURABLE));
        int appended = shard.journal.history().size();
        shard.journal.fail();
        shard.run();

        assertEquals(List.of("attached"), consumer.events);
        assertEquals(appended, shard.journal.history().size());
    }

    @Test
    void aMessageThatIsNotDurableMayOvertakeOneOnItsWayToTheDisk() {
        TestConsumer consumer = shard.consumer("q").credit(5);
        TestProducer producer = shard.producer("q");
        shard.journal.hold();
        producer.send("durable").send(ShardFixture.transientMessage("transient"));
        shard.commitAll();

        assertEquals(List.of("transient", "durable"), consumer.bodies());
    }

    @Test
    void aDefectStopsTheShardAndIsReportedOnce() {
        ShardFixture broken = new ShardFixture(name -> {
            throw new IllegalStateException("a defect");
        });
        broken.client = () -> {};
        broken.anonymous().sendTo("q", ShardFixture.transientMessage("a"));
        ShardFixture.Answer<List<QueueStatus>> list = new ShardFixture.Answer<>();
        broken.runWhere(() -> broken.mailbox().list(broken.client, list));

        assertTrue(list.isPending());
        assertEquals(1, broken.failures.size());
        assertEquals("a defect", broken.failures.get(0).getMessage());
    }

    @Test
    void aRestartStartsCountersBehindWhatWasUsed() {
        shard.publish("q", "a", "b");
        TestConsumer consumer = shard.consumer("q").credit(2).acceptAll();
        long last = consumer.last().sequence();

        ShardFixture after = shard.restart();
        after.publish("q", "c");

        assertTrue(after.consumer("q").credit(1).last().sequence() > last);
    }
}
