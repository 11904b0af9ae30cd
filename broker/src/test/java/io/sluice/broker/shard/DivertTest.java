package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Divert;
import io.sluice.broker.Forward;
import io.sluice.broker.Lifetime;
import io.sluice.broker.Message;
import io.sluice.broker.MessageLife;
import io.sluice.broker.NamePattern;
import io.sluice.broker.NodeKind;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.Limits;
import io.sluice.broker.QueueDefinition.Overflow;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Refusal;
import io.sluice.broker.Subscription.Selection;
import io.sluice.broker.TemporaryName;
import io.sluice.broker.definitions.Definitions;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Pause;
import io.sluice.broker.record.DefinitionRecord;
import io.sluice.broker.record.DefinitionRecord.DivertDefined;
import io.sluice.broker.record.DefinitionRecord.DivertDeleted;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.Published;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
        start("q");
        String name = TemporaryName.PREFIX + "1";
        TestConsumer own = new TestConsumer(shard, name, Consumer.Mode.MOVE, Outcome.RELEASED);
        TemporaryLink creating = TemporaryLink.creating(
                shard.client, "l", name, Lifetime.DELETE_ON_CLOSE, new TemporaryLink.Limits(2, 3));
        shard.runWhere(() -> shard.mailbox().attach(own.handle, creating));
        send(name, "answer");
        assertEquals(List.of("answer"), in(name));
        assertEquals(List.of(), in("away"));
    }

    @Test
    void whatIsDivertedSurvivesARestartWithoutTheRule() {
        forwards("a", "b");
        start("a");
        send("a", "1", "2");
        ShardFixture restarted = shard.restart();
        assertEquals(List.of("1", "2"), restarted.browse("b"));
    }

    private ShardFixture.Answer<Definitions> define(DefinitionRecord record) {
        ShardFixture.Answer<Definitions> answer = new ShardFixture.Answer<>();
        shard.runWhere(() -> shard.mailbox().define(are -> record, shard.client, answer));
        return answer;
    }

    private static Divert exclusive(String name, String from, String to) {
        return new Divert(name, NodeKind.QUEUE, new NamePattern(from), Selection.ALL, NodeKind.QUEUE, to, true);
    }

    private static QueueDefinition forwarding(String name, String to) {
        return QueueDefinition.named(name).withLife(MessageLife.PLAIN.withForward(Optional.of(Forward.toQueue(to))));
    }

    @Test
    void oneThatIsDefinedHoldsFromItsAnswerOnAndOverARestartUntilItIsDeleted() {
        start("a");
        define(new DivertDefined(exclusive("d", "a", "b"))).value();
        send("a", "1");
        assertEquals(List.of("1"), in("b"));

        shard.checkpoint();
        shard = shard.restart();
        assertEquals(
                List.of("d"),
                shard.mailbox().definitions().diverts().stream()
                        .map(Divert::name)
                        .toList());
        send("a", "2");
        assertEquals(List.of("1", "2"), in("b"));
        define(new DivertDeleted("d")).value();
        send("a", "3");
        assertEquals(List.of("3"), in("a"));
        assertEquals(List.of("1", "2"), in("b"));
    }

    @Test
    void oneOfTheFileCountsBeforeOneOfItsName() {
        diverts.add(exclusive("d", "a", "file"));
        start("a");
        define(new DivertDefined(exclusive("d", "a", "defined"))).value();
        send("a", "1");
        assertEquals(List.of("1"), in("file"));
    }

    @Test
    void aQueueForwardsWhatComesAndKeepsWhatItHas() {
        start("a");
        send("a", "1");
        ShardFixture.Answer<QueueStatus> changed =
                shard.update("a", new QueueChange(is -> forwarding("a", "b"), Pause.AS_IT_IS));
        assertEquals(
                Optional.of(Forward.toQueue("b")),
                changed.value().definition().life().forward());
        TestProducer producer = send("a", "2");
        assertEquals(List.of("2"), producer.accepted);
        assertEquals(List.of("1"), in("a"));
        assertEquals(List.of("2"), in("b"));

        shard = shard.restart();
        send("a", "3");
        assertEquals(List.of("2", "3"), in("b"));
        shard.update("a", new QueueChange(is -> QueueDefinition.named("a"), Pause.AS_IT_IS))
                .value();
        send("a", "4");
        assertEquals(List.of("1", "4"), in("a"));
    }

    @Test
    void aSubscriptionsQueueForwardsToo() {
        start();
        TestConsumer subscriber = shard.subscribe(Topics.durable("s", "t"));
        String queue = shard.list().get(0).definition().name();
        shard.update(
                        queue,
                        new QueueChange(
                                is -> is.withLife(is.life().withForward(Optional.of(Forward.toQueue("all")))),
                                Pause.AS_IT_IS))
                .value();
        subscriber.credit(9);
        shard.publishTo("t", "1");
        assertEquals(List.of("1"), in("all"));
        assertEquals(List.of(), subscriber.bodies());
    }

    @Test
    void aFullTargetOfAForwardRefusesWhatIsSentThere() {
        start();
        shard.queue(forwarding("a", "small"));
        shard.queue(QueueDefinition.named("small").withLimits(one(Overflow.REJECT)));
        TestProducer producer = send("a", "1", "2");
        assertEquals(List.of("1"), producer.accepted);
        assertTrue(producer.refusals.get(0).text().contains("'small' is full"), producer.refusals.toString());
        assertEquals(List.of(), in("a"));
    }

    @Test
    void loopsAreRefusedByTheirNamesWhicheverClosesThem() {
        start("a", "c");
        shard.queue(forwarding("b", "a"));
        Refusal byQueue = shard.declare(forwarding("a2", "a2")).refusal();
        assertEquals(
                "queue 'a2' may not forward to queue 'a2': that is a loop, queue 'a2' -> queue 'a2'", byQueue.text());
        Refusal byUpdate = shard.update("a", new QueueChange(is -> forwarding("a", "b"), Pause.AS_IT_IS))
                .refusal();
        assertEquals("queue 'a' -> queue 'b' -> queue 'a'", byUpdate.info().get("loop"));

        define(new DivertDefined(exclusive("x", "a", "c"))).value();
        Refusal byDivert = define(new DivertDefined(exclusive("y", "c*", "b"))).refusal();
        assertEquals(
                "divert 'y' may not lead from c* to queue 'b': that is a loop,"
                        + " queue 'c' -> queue 'b' -> queue 'a' -> queue 'c'",
                byDivert.text());
        assertEquals(Refusal.Kind.PRECONDITION_FAILED, byDivert.kind());
        Refusal byDeclaration = shard.update("c", new QueueChange(is -> forwarding("c", "b"), Pause.AS_IT_IS))
                .refusal();
        assertEquals(
                "queue 'c' -> queue 'b' -> queue 'a' -> queue 'c'",
                byDeclaration.info().get("loop"));
        define(new DivertDefined(exclusive("all", "*", "all"))).value();
        send("b", "1");
        assertEquals(List.of("1"), in("all"));
    }

    @Test
    void aLoopThroughATopicIsOneToo() {
        start();
        shard.subscribe(Topics.durable("s", "t"));
        String queue = shard.list().get(0).definition().name();
        define(new DivertDefined(exclusive("x", queue, "a"))).value();
        Divert back = new Divert("y", NodeKind.QUEUE, new NamePattern("a"), Selection.ALL, NodeKind.TOPIC, "t", true);
        assertEquals(
                "queue 'a' -> topic 't' -> queue '" + queue + "' -> queue 'a'",
                define(new DivertDefined(back)).refusal().info().get("loop"));
    }

    @Test
    void inAnotherShardAQueueHasItsPlaceHereAndATopicLeavesTheMessageWhereItIs() {
        Placement two = new Placement(2, List.of(new Placement.Rule(name -> name.startsWith("there"), 1)));
        start("a@0", "b@0");
        shard = shard.restart(new ShardPlace(two, 0));
        define(new DivertDefined(exclusive("q", "a*", "there.q"))).value();
        define(new DivertDefined(new Divert(
                        "t", NodeKind.QUEUE, new NamePattern("b*"), Selection.ALL, NodeKind.TOPIC, "there.t", true)))
                .value();
        send("a@0", "1");
        send("b@0", "2");
        assertEquals(List.of("1"), in("there.q@0"));
        assertEquals(List.of("2"), in("b@0"));
    }

    @Test
    void aTopicThatIsDivertedToKeepsWhatItIsToKeep() {
        divert(NodeKind.QUEUE, "in", "", NodeKind.TOPIC, "keep", true);
        start("in");
        send("in", "1");
        assertEquals(
                List.of("keep::$replay"),
                shard.list().stream()
                        .map(each -> each.definition().name())
                        .filter(name -> name.startsWith("keep"))
                        .toList());
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
