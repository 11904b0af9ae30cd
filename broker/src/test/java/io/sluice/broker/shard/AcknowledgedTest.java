package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.MessageLife;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.Limits;
import io.sluice.broker.QueueDefinition.Overflow;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.shard.ShardFixture.Answer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Messages that are kept after their consumers have accepted them. */
class AcknowledgedTest {
    private final ShardFixture shard = new ShardFixture().queue(keeping("q", "done"));

    private static QueueDefinition keeping(String name, String acknowledgedQueue) {
        return QueueDefinition.named(name)
                .withLife(MessageLife.PLAIN.withAcknowledgedQueue(Optional.of(acknowledgedQueue)));
    }

    @Test
    void anAcceptedMessageMovesWithWhereItWas() {
        Message.Header header = new Message.Header(0, true, 7, 60_000, Message.NONE);
        shard.producer("q").send(ShardFixture.message("a", header));
        shard.now += 7;
        shard.consumer("q").credit(1).acceptAll();
        assertEquals(0, shard.status("q").messages());

        Delivery kept = shard.consumer("done").credit(1).last();
        assertEquals("a", TestConsumer.body(kept));
        assertEquals(7, kept.message().priority());
        assertEquals(Message.NONE, kept.expiresAtMillis());
        assertEquals(
                new TreeMap<>(Map.of(
                        "x-opt-acknowledged-queue", new Annotations.Text("q"),
                        "x-opt-acknowledged-sequence", new Annotations.Number(1),
                        "x-opt-acknowledged-time", new Annotations.Timestamp(ShardFixture.EPOCH + 7))),
                new TreeMap<>(kept.message().added().values()));
    }

    @Test
    void itIsInOneOfTheTwoAfterAnyCrash() {
        shard.declare(QueueDefinition.named("done"));
        shard.publish("q", "a", "b");
        TestConsumer consumer = shard.consumer("q").credit(2);
        shard.journal.hold();
        consumer.settle(0, Outcome.ACCEPTED);
        ShardFixture before = shard.restart();
        assertEquals(List.of("a", "b"), before.browse("q"));
        assertEquals(List.of(), before.browse("done"));

        assertEquals(List.of(), consumer.settled, "it hears of it when it is durable");
        shard.commitAll();
        assertEquals(1, consumer.settled.size());
        ShardFixture after = shard.restart();
        assertEquals(List.of("b"), after.browse("q"));
        assertEquals(List.of("a"), after.browse("done"));
        List<List<io.sluice.broker.record.JournalRecord>> history = shard.journal.history();
        List<io.sluice.broker.record.JournalRecord> batch = history.get(history.size() - 1);
        assertTrue(batch.get(0) instanceof Enqueued && batch.get(1) instanceof Removed, batch.toString());
    }

    @Test
    void whatIsSentSettledIsKeptToo() {
        shard.publish("q", "a", "b");
        TestConsumer consumer = shard.consumer("q", Consumer.Mode.MOVE_PRESETTLED, Outcome.FAILED)
                .credit(2);
        assertEquals(List.of("a", "b"), consumer.bodies());
        assertEquals(0, shard.status("q").messages());
        assertEquals(List.of("a", "b"), shard.restart().browse("done"));
    }

    @Test
    void soIsWhatATransactionAccepts() {
        shard.publish("q", "a");
        TestConsumer consumer = shard.consumer("q").credit(1);
        AtomicBatch batch =
                new AtomicBatch(List.of(), List.of(new AtomicBatch.Settlement(consumer.last(), Outcome.ACCEPTED)));
        Answer<AtomicBatch> answer = new Answer<>();
        shard.runWhere(() -> shard.mailbox().commit(batch, shard.client, answer));
        answer.value();
        assertEquals(List.of("a"), shard.restart().browse("done"));
    }

    @Test
    void itCountsInWhatATransactionMayTake() {
        Message message = ShardFixture.message("a".repeat(1000), Message.Header.DEFAULT);
        long gone = RecordSize.ofSettlement(message, Outcome.ACCEPTED, false, false, 1);
        assertTrue(gone < 1000, "a range of numbers");
        assertTrue(RecordSize.ofSettlement(message, Outcome.ACCEPTED, false, true, 1) > 1000 + gone);
    }

    @Test
    void whatIsNotAcceptedIsNotKept() {
        shard.publish("q", "rejected", "released");
        TestConsumer consumer = shard.consumer("q").credit(2);
        consumer.settle(0, new Outcome.Rejected("", ""));
        consumer.settle(1, Outcome.RELEASED);
        consumer.detach();
        TestConsumer browser = shard.browser("q").credit(1);
        browser.acceptAll();
        shard.purge("q");
        assertEquals(0, shard.status("q").messages());
        assertTrue(
                shard.list().stream().noneMatch(each -> each.definition().name().equals("done")));
    }

    @Test
    void theOtherQueueSaysHowMuchIsKept() {
        shard.declare(QueueDefinition.named("done")
                .withLimits(new Limits(2, QueueDefinition.UNLIMITED, Overflow.DROP_HEAD, 1_000)));
        shard.publish("q", "a", "b", "c");
        shard.consumer("q").credit(3).acceptAll();
        shard.advance(0);
        assertEquals(List.of("b", "c"), shard.browse("done"));
        shard.advance(1_000);
        assertEquals(List.of(), shard.browse("done"));
    }

    @Test
    void aQueueThatNamesItselfKeepsNothing() {
        shard.declare(keeping("self", "self"));
        shard.publish("self", "a");
        shard.consumer("self").credit(1).acceptAll();
        assertEquals(0, shard.status("self").messages());
    }

    @Test
    void whatIsNotDurableIsKeptAsItIs() {
        shard.producer("q")
                .send(ShardFixture.message("a", new Message.Header(0, false, 4, Message.NONE, Message.NONE)));
        shard.consumer("q").credit(1).acceptAll();
        assertEquals(List.of("a"), shard.browse("done"));
        assertEquals(List.of(), shard.restart().browse("done"));
    }
}
