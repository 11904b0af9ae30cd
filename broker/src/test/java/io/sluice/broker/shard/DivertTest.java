package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Divert;
import io.sluice.broker.Message;
import io.sluice.broker.NamePattern;
import io.sluice.broker.NodeKind;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.Limits;
import io.sluice.broker.QueueDefinition.Overflow;
import io.sluice.broker.Subscription.Selection;
import io.sluice.broker.TemporaryName;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.Published;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Messages that go elsewhere, in the place of where they were sent or beside it. */
class DivertTest {
    private final List<Divert> diverts = new ArrayList<>();
    private ShardFixture shard;

    private void divert(NodeKind kind, String pattern, String filter, NodeKind toKind, String to, boolean exclusive) {
        Selection selection = filter.isEmpty() ? Selection.ALL : new Selection(filter, new byte[] {1});
        diverts.add(new Divert("d", kind, new NamePattern(pattern), selection, toKind, to, exclusive));
    }

    private void copies(String from, String to) {
        divert(NodeKind.QUEUE, from, "", NodeKind.QUEUE, to, false);
    }

    private void forwards(String from, String to) {
        divert(NodeKind.QUEUE, from, "", NodeKind.QUEUE, to, true);
    }

    private void start(String... names) {
        shard = new ShardFixture(Topics.SETUP.withDiverts(diverts));
        for (String name : names) {
            shard.queue(name);
        }
    }

    private TestProducer send(String queue, String... bodies) {
        TestProducer producer = shard.producer(queue);
        return producer.send(bodies);
    }

    private List<String> in(String queue) {
        return shard.browse(queue);
    }

    @Test
    void aMessageGoesToBothByOneRecord() {
        copies("a.*", "b");
        start("a.1", "c");
        assertEquals(List.of("1"), send("a.1", "1").accepted);
        send("c", "2");

        assertEquals(List.of("1"), in("a.1"));
        assertEquals(List.of("1"), in("b"));
        assertEquals(List.of("2"), in("c"));
        List<JournalRecord> records = shard.journal.records();
        assertEquals(
                1,
                records.stream()
                        .filter(each ->
                                each instanceof Published all && all.copies().size() == 2)
                        .count());
        assertEquals(
                1, records.stream().filter(each -> each instanceof Enqueued).count());
    }

    @Test
    void anExclusiveOneTakesWhatItSelects() {
        divert(NodeKind.QUEUE, "a", "x", NodeKind.QUEUE, "xs", true);
        start("a");
        send("a", "1x", "2y", "3x");
        assertEquals(List.of("2y"), in("a"));
        assertEquals(List.of("1x", "3x"), in("xs"));
    }

    @Test
    void queuesForwardInChainsUpToFourHops() {
        for (int i = 0; i < 6; i++) {
            forwards("h" + i, "h" + (i + 1));
        }
        start("h0", "h2");
        send("h0", "1");
        send("h2", "2");
        assertEquals(List.of("1"), in("h4"));
        assertEquals(List.of("2"), in("h6"));
        assertEquals(List.of(), in("h0"));
    }

    @Test
    void whereALoopWouldBeginTheMessageStays() {
        forwards("a", "b");
        forwards("b", "a");
        start("a", "b");
        send("a", "1");
        send("b", "2");
        assertEquals(List.of("2"), in("a"));
        assertEquals(List.of("1"), in("b"));
    }

    @Test
    void aTopicsMessagesGoToAQueueAndAQueuesToATopic() {
        divert(NodeKind.TOPIC, "t", "", NodeKind.QUEUE, "log", false);
        divert(NodeKind.QUEUE, "in", "", NodeKind.TOPIC, "t", true);
        start("in");
        TestConsumer subscriber = shard.subscribe(Topics.volatileOne("t")).credit(9);
        shard.publishTo("t", "1");
        send("in", "2");
        assertEquals(List.of("1", "2"), subscriber.bodies());
        assertEquals(List.of("1", "2"), in("log"));
        assertEquals(List.of(), in("in"));
    }

    @Test
    void aSubscriptionForwards() {
        forwards("t::*", "all");
        start();
        shard.subscribe(Topics.durable("s", "t"));
        TestConsumer other = shard.subscribe(Topics.durable("o", "u")).credit(9);
        shard.publishTo("t", "1");
        shard.publishTo("u", "2");
        assertEquals(List.of("1"), in("all"));
        assertEquals(List.of("2"), other.bodies());
    }

    @Test
    void aPatternWithoutColonsIsNotOfSubscriptions() {
        copies("*", "all");
        start("q");
        TestConsumer subscriber = shard.subscribe(Topics.durable("s", "t")).credit(9);
        shard.publishTo("t", "1");
        send("q", "2");
        assertEquals(List.of("1"), subscriber.bodies());
        assertEquals(List.of("2"), in("all"));
    }

    @Test
    void aFullTargetRefusesTheMessageAsAWhole() {
        copies("a", "small");
        copies("b", "blocks");
        start("a", "b");
        shard.queue(QueueDefinition.named("small").withLimits(one(Overflow.REJECT)));
        shard.queue(QueueDefinition.named("blocks").withLimits(one(Overflow.BLOCK)));
        TestProducer toA = send("a", "1", "2");
        TestProducer toB = send("b", "1", "2");

        assertEquals(List.of("1"), toA.accepted);
        assertEquals(List.of("1"), in("a"));
        assertTrue(
                toA.refusals.get(0).text().contains("'small' is full"),
                toA.refusals.get(0).text());
        assertEquals(List.of("1"), in("b"));
        assertEquals(
                "nobody gets a message to queue 'b': queue 'blocks' is full, and the message is diverted to it",
                toB.refusals.get(0).text());
    }

    private static Limits one(Overflow overflow) {
        return new Limits(1, QueueDefinition.UNLIMITED, overflow, QueueDefinition.UNLIMITED);
    }

    @Test
    void aBatchIsDivertedWithTheRest() {
        copies("a", "b");
        start("a");
        ShardFixture.Answer<AtomicBatch> answer = new ShardFixture.Answer<>();
        AtomicBatch batch = new AtomicBatch(
                List.of(
                        new Publish("a", ShardFixture.message("1", Message.Header.DURABLE)),
                        new Publish("a", ShardFixture.message("2", Message.Header.DURABLE))),
                List.of());
        shard.runWhere(() -> shard.mailbox().commit(batch, shard.client, answer));
        assertEquals(2, answer.value().sends().size());
        assertEquals(List.of("1", "2"), in("a"));
        assertEquals(List.of("1", "2"), in("b"));
    }

    @Test
    void anAnswerToATemporaryQueueIsNotDiverted() {
        forwards("*", "away");
        Diverting diverting = new Diverting(null, Topics.SETUP.withDiverts(diverts));
        Message message = ShardFixture.message("1", Message.Header.DURABLE);
        assertTrue(diverting.concerns(new Publish("a", message)));
        assertFalse(diverting.concerns(new Publish(TemporaryName.PREFIX + "1", message)));
    }

    @Test
    void whatIsDivertedSurvivesARestartWithoutTheRule() {
        forwards("a", "b");
        start("a");
        send("a", "1", "2");
        ShardFixture restarted = shard.restart();
        assertEquals(List.of("1", "2"), restarted.browse("b"));
    }

    @Test
    void aDivertThatLeadsNowhereIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> forwards("a", "a"));
        assertThrows(IllegalArgumentException.class, () -> forwards("a", "$management"));
        assertThrows(IllegalArgumentException.class, () -> forwards("a", ""));
        assertThrows(
                IllegalArgumentException.class, () -> divert(NodeKind.EXCHANGE, "a", "", NodeKind.QUEUE, "b", true));
    }
}
