package io.sluice.broker.shard;

import static io.sluice.broker.ExchangeBinding.toQueue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Annotations;
import io.sluice.broker.ExchangeDefinition.Type;
import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.DeadLetter;
import io.sluice.broker.QueueDefinition.Limits;
import io.sluice.broker.QueueDefinition.Overflow;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Published;
import io.sluice.broker.record.JournalRecord.Removed;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DeadLetterExchangeTest {
    private static final Outcome REJECTED = new Outcome.Rejected("app:bad", "");

    private final ShardFixture shard = new ShardFixture();
    private final Exchanging exchanges = new Exchanging(shard);

    private static QueueDefinition dying(String key) {
        return QueueDefinition.named("q").withDeadLetter(DeadLetter.NONE.withExchange(Optional.of("dlx"), key));
    }

    private void reject() {
        TestConsumer consumer = shard.consumer("q").credit(1);
        consumer.settle(0, REJECTED);
        consumer.detach();
    }

    private Delivery first(String queue) {
        TestConsumer browser = shard.browser(queue).drain(10);
        browser.detach();
        return browser.deliveries.get(0);
    }

    @Test
    void aDeadLetterGoesToAllQueuesInTheBatchOfItsRemoval() {
        exchanges.exchange("dlx", Type.FANOUT).bindNew("dlx", "a", "").bindNew("dlx", "b", "");
        shard.queue(dying("")).publish("q", "1");
        int before = shard.journal.history().size();
        reject();

        assertEquals(before + 1, shard.journal.history().size());
        List<JournalRecord> records = shard.journal.history().get(before);
        assertEquals(2, ((Published) records.get(0)).copies().size());
        assertEquals(Removed.Reason.REJECTED, ((Removed) records.get(1)).reason());
        assertEquals(List.of("1"), shard.browse("a"));
        assertEquals(List.of("1"), shard.browse("b"));
        ShardFixture after = shard.restart();
        assertEquals(List.of(), after.browse("q"));
        assertEquals(List.of("1"), after.browse("b"));
        assertEquals(
                Optional.of("dlx"),
                after.describe("q").value().definition().deadLetter().exchange());
    }

    @Test
    void itsKeyIsTheSettingElseTheOneItCameWithElseTheQueue() {
        exchanges.exchange("dlx", Type.DIRECT).bindNew("dlx", "set", "k").bindNew("dlx", "came", "c");
        exchanges.bindNew("dlx", "named", "q");
        shard.queue(dying("")).publish("q", "1");
        reject();
        assertEquals(List.of("1"), shard.browse("named"));
        exchanges.bind("amq.direct", "q", "c");
        exchanges.send("amq.direct", "c", "2");
        reject();
        assertEquals(List.of("2"), shard.browse("came"));
        Annotations added = first("came").message().added();
        assertEquals(new Annotations.Text("dlx"), added.get("x-exchange"));
        assertEquals(new Annotations.Text("c"), added.get("x-routing-key"));
        assertEquals(new Annotations.Text("q"), added.get("x-opt-dead-letter-queue"));

        shard.update(
                "q",
                new QueueChange(
                        is -> is.withDeadLetter(dying("k").deadLetter()), io.sluice.broker.queue.Pause.AS_IT_IS));
        exchanges.send("amq.direct", "c", "3");
        reject();
        assertEquals(List.of("3"), shard.browse("set"));
    }

    @Test
    void whatTheExchangeHasNoQueueForGoesAsWithoutIt() {
        DeadLetter both = new DeadLetter(Optional.of("DLQ"), Optional.empty(), 0);
        shard.queue(dying("").withDeadLetter(both.withExchange(Optional.of("dlx"), "")))
                .publish("q", "1", "2", "3");
        reject();
        assertEquals(List.of("1"), shard.browse("DLQ"), "there is no such exchange");
        exchanges.exchange("dlx", Type.FANOUT);
        reject();
        assertEquals(List.of("1", "2"), shard.browse("DLQ"), "nothing is bound to it");
        exchanges.bind(toQueue("dlx", "q", ""));
        reject();
        assertEquals(List.of("1", "2", "3"), shard.browse("DLQ"), "it does not go where it was");
        assertEquals(List.of(), shard.browse("q"));
    }

    @Test
    void withoutAQueueItIsDropped() {
        shard.queue(dying("")).publish("q", "1");
        reject();
        assertEquals(List.of(), shard.browse("q"));
    }

    @Test
    void expiredAndOverflowingMessagesAndThoseThatFailedTooOftenGoThere() {
        exchanges.exchange("dlx", Type.FANOUT).bindNew("dlx", "dead", "");
        DeadLetter twice = new DeadLetter(Optional.empty(), Optional.empty(), 2).withExchange(Optional.of("dlx"), "");
        shard.queue(dying("").withDeadLetter(twice).withLimits(new Limits(2, 1_000, Overflow.DROP_HEAD, 100)));
        shard.publish("q", "overflows", "fails", "expires");
        TestConsumer consumer = shard.consumer("q").credit(1);
        consumer.settle(0, Outcome.FAILED);
        consumer.credit(1).settle(1, Outcome.FAILED);
        consumer.detach();
        shard.advance(200);
        assertEquals(List.of("overflows", "fails", "expires"), shard.browse("dead"));
        assertEquals(-1, first("dead").expiresAtMillis(), "it does not expire again");
    }

    @Test
    void anExpiryQueueComesBeforeTheExchange() {
        exchanges.exchange("dlx", Type.FANOUT).bindNew("dlx", "dead", "");
        DeadLetter late = new DeadLetter(Optional.empty(), Optional.of("late"), 0).withExchange(Optional.of("dlx"), "");
        shard.queue(dying("").withDeadLetter(late).withLimits(new Limits(2, 1_000, Overflow.REJECT, 100)));
        shard.publish("q", "1");
        shard.advance(200);
        assertEquals(List.of("1"), shard.browse("late"));
        assertEquals(List.of(), shard.browse("dead"));
    }

    /** The pattern of a queue that is waited in: what is rejected comes back after a time. */
    @Test
    void aMessageGoesRoundThroughAQueueThatItExpiresIn() {
        exchanges.exchange("dlx", Type.DIRECT).exchange("back", Type.FANOUT);
        shard.queue(dying("wait"));
        shard.queue(QueueDefinition.named("waiting")
                .withLimits(new Limits(10, 1_000, Overflow.REJECT, 100))
                .withDeadLetter(DeadLetter.NONE.withExchange(Optional.of("back"), "")));
        exchanges.bind("dlx", "waiting", "wait").bind("back", "q", "");
        shard.publish("q", "1");
        for (int i = 0; i < 3; i++) {
            reject();
            assertEquals(List.of(), shard.browse("q"));
            shard.advance(150);
            assertEquals(List.of("1"), shard.browse("q"));
        }
    }

    @Test
    void copiesThatAreNotJournaledAndALargeBodyAreThereToo() {
        exchanges.exchange("dlx", Type.FANOUT).bindNew("dlx", "a", "").bindNew("dlx", "b", "");
        shard.queue(QueueDefinition.named("passing").withDurable(false));
        exchanges.bind("dlx", "passing", "");
        shard.queue(dying(""));
        Message large = ShardFixture.message("1", Message.Header.DURABLE).withBody(shard.bodies.add(5));
        shard.producer("q").send(large);
        reject();
        for (String queue : List.of("a", "b", "passing")) {
            assertEquals(List.of("1"), shard.browse(queue));
            assertTrue(first(queue).message().isLarge());
        }
        for (String queue : List.of("a", "b", "passing")) {
            assertEquals(1, shard.bodies.present.size(), "it is there as long as one has it");
            shard.delete(queue, ShardMailbox.DeleteCondition.ALWAYS);
        }
        assertEquals(0, shard.bodies.present.size());
    }

    @Test
    void aTransactionRejectsIntoManyQueuesAtOnce() {
        exchanges.exchange("dlx", Type.FANOUT).bindNew("dlx", "a", "").bindNew("dlx", "b", "");
        shard.queue(dying("")).publish("q", "1");
        TestConsumer consumer = shard.consumer("q").credit(1);
        ShardFixture.Answer<AtomicBatch> answer = new ShardFixture.Answer<>();
        int before = shard.journal.history().size();
        shard.runWhere(() -> shard.mailbox()
                .commit(
                        new AtomicBatch(
                                List.of(Exchanging.publish(
                                        "", "a", ShardFixture.message("2", Message.Header.DURABLE), Map.of())),
                                List.of(new AtomicBatch.Settlement(consumer.deliveries.get(0), REJECTED))),
                        shard.client,
                        answer));
        answer.value();
        assertEquals(before + 1, shard.journal.history().size());
        assertEquals(List.of("2", "1"), shard.browse("a"));
        assertEquals(List.of("1"), shard.browse("b"));
    }

    @Test
    void aHeadersExchangeReadsTheLettersHeaders() {
        exchanges.exchange("dlx", Type.HEADERS);
        shard.queue("yes").queue("no");
        exchanges.bind(toQueue("dlx", "yes", "").withArguments(Map.of("body", "1")));
        exchanges.bind(toQueue("dlx", "no", "").withArguments(Map.of("body", "2")));
        shard.queue(dying("")).publish("q", "1");
        reject();
        assertEquals(List.of("1"), shard.browse("yes"));
        assertEquals(List.of(), shard.browse("no"));
    }
}
