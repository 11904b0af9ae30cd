package io.sluice.broker.shard;

import static io.sluice.broker.shard.Topics.durable;
import static io.sluice.broker.shard.Topics.noLocal;
import static io.sluice.broker.shard.Topics.selecting;
import static io.sluice.broker.shard.Topics.shared;
import static io.sluice.broker.shard.Topics.volatileOne;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal.Kind;
import io.sluice.broker.Replay;
import io.sluice.broker.Schedule;
import io.sluice.broker.Subscription;
import io.sluice.broker.Subscription.Identity;
import io.sluice.broker.SubscriptionExpiry;
import io.sluice.broker.shard.SubscriptionRequest.Leaving;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What was published before is given to who subscribes later. */
class ReplayTest {
    private final ShardFixture shard = new ShardFixture();
    private int begun;

    private TestConsumer subscribe(ShardFixture where, Subscription subscription, ReplayFrom.Kind kind, long value) {
        Optional<java.util.function.Predicate<Message>> filter =
                subscription.selection().isAll()
                        ? Optional.empty()
                        : Optional.of(Topics.filter(subscription.selection()));
        SubscriptionExpiry expiry = subscription.durable() ? SubscriptionExpiry.NEVER : SubscriptionExpiry.WITH_LINKS;
        return where.subscribe(new SubscriptionRequest(
                subscription, filter, "", expiry, Optional.of(new ReplayFrom(kind, value, () -> begun++))));
    }

    private TestConsumer last(Subscription subscription, int count) {
        return subscribe(shard, subscription, ReplayFrom.Kind.LAST, count);
    }

    private static String[] bodies(int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj(Integer::toString).toArray(String[]::new);
    }

    private List<String> subscriptionsOf(String topic) {
        return shard.topics().stream()
                .filter(each -> each.name().equals(topic))
                .flatMap(each -> each.subscriptions().stream())
                .map(each -> each.queue().definition().name())
                .toList();
    }

    @Test
    void whoSubscribesLaterGetsTheLastOnes() {
        shard.publishTo("keep", bodies(1, 9));
        TestConsumer byItself = shard.subscribe(volatileOne("keep")).credit(20);
        TestConsumer asking = last(volatileOne("keep"), 4).credit(20);
        TestConsumer none = last(volatileOne("keep"), 0).credit(20);
        TestConsumer all = last(durable("d", "keep"), 100).credit(20);
        shard.publishTo("keep", "10");

        assertEquals(List.of("8", "9", "10"), byItself.bodies());
        assertEquals(List.of("6", "7", "8", "9", "10"), asking.bodies());
        assertEquals(List.of("10"), none.bodies());
        assertEquals(List.of("5", "6", "7", "8", "9", "10"), all.bodies());
        assertEquals(List.of("attached", "deliver 5"), all.events.subList(0, 2));
        assertEquals(3, begun);
        assertEquals(5, shard.status("keep::$replay").messages());
    }

    @Test
    void aReplayBeginsAtANumberOrAnInstant() {
        shard.publishTo("keep", bodies(1, 3));
        shard.advance(1_000);
        shard.publishTo("keep", "4");

        assertEquals(
                List.of("3", "4"),
                subscribe(shard, volatileOne("keep"), ReplayFrom.Kind.SEQUENCE, 3)
                        .credit(9)
                        .bodies());
        assertEquals(
                List.of("4"),
                subscribe(shard, volatileOne("keep"), ReplayFrom.Kind.INSTANT, shard.now)
                        .credit(9)
                        .bodies());
        assertEquals(
                List.of("1", "2", "3", "4"),
                subscribe(shard, volatileOne("keep"), ReplayFrom.Kind.INSTANT, 0)
                        .credit(9)
                        .bodies());
        assertEquals(
                List.of(),
                subscribe(shard, volatileOne("keep"), ReplayFrom.Kind.SEQUENCE, 99)
                        .credit(9)
                        .bodies());
    }

    @Test
    void aFilterCounts() {
        shard.publishTo("keep", "1x", "2y", "3x", "4y");
        assertEquals(
                List.of("1x", "3x"),
                last(selecting(durable("d", "keep"), "x"), 4).credit(9).bodies());
    }

    @Test
    void onlyANewSubscriptionGetsAny() {
        shard.publishTo("keep", "1");
        TestConsumer first = last(durable("d", "keep"), 5).credit(5).acceptAll();
        first.leave(Leaving.DETACH);
        TestConsumer again = last(durable("d", "keep"), 5).credit(5);
        TestConsumer one = last(shared(durable("s", "keep")), 5).credit(5);
        TestConsumer two = last(shared(durable("s", "keep")), 5).credit(5);

        assertEquals(List.of("1"), first.bodies());
        assertEquals(List.of(), again.bodies());
        assertEquals(List.of("1"), one.bodies());
        assertEquals(List.of(), two.bodies());
        assertEquals(2, begun, "the others are not told that they get any");
    }

    @Test
    void itIsRefusedWhereThereIsNone() {
        shard.publishTo("t", "1");
        TestConsumer nothingKept = last(volatileOne("t"), 5);
        assertEquals(Kind.PRECONDITION_FAILED, nothingKept.closedBy.kind());
        assertEquals("topic 't' keeps no messages for later subscribers (replayMessages)", nothingKept.closedBy.text());
        assertEquals(
                Kind.PRECONDITION_FAILED, last(volatileOne("t.*"), 5).closedBy.kind());
        shard.publishTo("keep.a", "1");
        assertEquals(
                Kind.INVALID_FIELD,
                subscribe(shard, volatileOne("keep.*"), ReplayFrom.Kind.SEQUENCE, 1)
                        .closedBy
                        .kind());
        assertEquals(List.of(), subscriptionsOf("t"));
    }

    @Test
    void aPatternGetsWhatEachOfItsTopicsHasKept() {
        shard.publishTo("keep.a", "a1", "a2", "a3");
        shard.publishTo("keep.b", "b1");
        shard.publishTo("keepasked.c", "c1");
        shard.publishTo("plain", "p1");
        TestConsumer asking = last(volatileOne("#"), 2).credit(20);
        TestConsumer byItself = shard.subscribe(volatileOne("*.*")).credit(20);
        TestConsumer selecting = last(selecting(durable("d", "keep.*"), "b"), 2).credit(20);
        shard.publishTo("keep.b", "b2");
        shard.publishTo("plain", "p2");

        assertEquals(List.of("a2", "a3", "b1", "c1", "b2", "p2"), asking.bodies());
        assertEquals(List.of("a2", "a3", "b1", "b2"), byItself.bodies());
        assertEquals(List.of("b1", "b2"), selecting.bodies());
        assertEquals(2, begun);
    }

    @Test
    void whatComesToTopicsOfAPatternMeanwhileIsNeitherLostNorTwice() {
        TestProducer a = shard.topicProducer("keep.a").send(bodies(1, 5));
        TestProducer b = shard.topicProducer("keep.b");
        TestProducer plain = shard.topicProducer("plain");
        shard.journal.hold();
        TestConsumer consumer = last(durable("d", "#"), 9);
        b.send("b1");
        plain.send("p1");
        a.send("6");
        shard.journal.commit(1);
        shard.run();
        a.send("7");
        b.send("b2");
        shard.delete("keep.b::$replay", ShardMailbox.DeleteCondition.ALWAYS);
        shard.journal.letGo();
        shard.run();
        b.send("b3");
        List<String> all = consumer.credit(50).bodies();
        assertEquals(List.of("1", "2", "3", "4", "5", "6", "7"), starting(all, "[0-9].*"));
        assertEquals(List.of("b1", "b2", "b3"), starting(all, "b.*"));
        assertEquals(List.of("p1"), starting(all, "p.*"));
    }

    private static List<String> starting(List<String> bodies, String pattern) {
        return bodies.stream().filter(body -> body.matches(pattern)).toList();
    }

    @Test
    void noLocalCountsForWhatWasKeptAlsoBehindARestart() {
        TestProducer own = shard.topicProducer("keep");
        own.container = "c";
        TestProducer other = shard.topicProducer("keep");
        other.container = "d";
        own.send("mine");
        other.send("theirs");
        shard.publishTo("keep", "somebody's");
        assertEquals(
                List.of("theirs", "somebody's"),
                last(noLocal(volatileOne("keep")), 5).credit(9).bodies());
        shard.checkpoint();
        ShardFixture restarted = shard.restart();
        assertEquals(
                List.of("theirs", "somebody's"),
                subscribe(restarted, noLocal(durable("d", "keep")), ReplayFrom.Kind.LAST, 5)
                        .credit(9)
                        .bodies());
    }

    @Test
    void itsOwnSubscriptionIsTheBrokers() {
        shard.publishTo("keep", "1");
        Subscription own = new Subscription(Identity.ofKept("keep"), "keep", Subscription.Selection.ALL, false, false);
        assertEquals(
                Kind.NOT_ALLOWED, shard.subscribe(selecting(own, "x")).closedBy.kind());
        assertEquals(Kind.NOT_ALLOWED, shard.subscribe(own).closedBy.kind());
        assertEquals(
                Kind.NOT_FOUND,
                shard.resume(own.identity(), found -> {}).closedBy.kind());
        assertEquals(List.of("keep::$replay"), subscriptionsOf("keep"));
    }

    @Test
    void whatIsKeptSurvivesARestart() {
        shard.publishTo("keep", bodies(1, 4));
        shard.checkpoint();
        shard.publishTo("keep", bodies(5, 7));
        ShardFixture restarted = shard.restart();
        restarted.publishTo("keep", "8");

        assertEquals(
                List.of("4", "5", "6", "7", "8"),
                subscribe(restarted, durable("d", "keep"), ReplayFrom.Kind.LAST, 9)
                        .credit(9)
                        .bodies());
    }

    @Test
    void whatIsOnItsWayToTheDiskIsNeitherLostNorTwice() {
        shard.publishTo("keep", "1");
        TestProducer producer = shard.topicProducer("keep");
        shard.journal.hold();
        producer.send("2", "3");
        TestConsumer consumer = last(durable("d", "keep"), 9);
        producer.send("4");
        shard.journal.commit(1);
        shard.run();
        producer.send("5", "6");
        assertEquals(List.of(), consumer.events, "it is not answered before it is on the disk");
        shard.journal.letGo();
        shard.run();
        producer.send("7");

        assertEquals(
                List.of("1", "2", "3", "4", "5", "6", "7"), consumer.credit(20).bodies());
    }

    @Test
    void moreThanIsKeptIsPublishedMeanwhileAndNothingIsLeftOut() {
        shard.publishTo("keep", bodies(1, 5));
        TestProducer producer = shard.topicProducer("keep");
        TestConsumer consumer = new TestConsumer(
                shard, "keep", io.sluice.broker.queue.Consumer.Mode.MOVE, io.sluice.broker.Outcome.RELEASED);
        shard.runWhere(() -> {
            shard.mailbox()
                    .topics()
                    .subscribe(
                            consumer.handle,
                            new SubscriptionRequest(
                                    durable("d", "keep"),
                                    Optional.empty(),
                                    "",
                                    SubscriptionExpiry.NEVER,
                                    Optional.of(new ReplayFrom(ReplayFrom.Kind.LAST, 5, () -> {}))));
            for (int i = 6; i <= 3_000; i++) {
                producer.post("keep", ShardFixture.message("" + i, Message.Header.DURABLE));
            }
        });
        consumer.credit(5_000);

        assertEquals(List.of(bodies(1, 3_000)), List.of(consumer.bodies().toArray(String[]::new)));
        assertEquals(5, shard.status("keep::$replay").messages());
    }

    @Test
    void aCrashInTheMiddleLeavesNoHalfOfASubscription() {
        shard.publishTo("keep", bodies(1, 5));
        shard.journal.hold();
        TestConsumer consumer = last(durable("d", "keep"), 5);
        assertEquals(List.of(), consumer.events);
        int end = shard.journal.committed() + shard.journal.waiting();
        for (int survives = shard.journal.committed(); survives <= end; survives++) {
            ShardFixture restarted = shard.restart(survives);
            restarted.publishTo("keep", "6");
            TestConsumer again = subscribe(restarted, durable("d", "keep"), ReplayFrom.Kind.LAST, 9)
                    .credit(9);
            assertEquals(
                    List.of("2", "3", "4", "5", "6"),
                    again.bodies()
                            .subList(again.bodies().size() - 5, again.bodies().size()),
                    "behind " + survives);
        }
    }

    @Test
    void aLinkThatGoesBeforeItIsAnsweredLeavesNothing() {
        shard.publishTo("keep", bodies(1, 5));
        shard.journal.hold();
        TestConsumer consumer = last(durable("d", "keep"), 5);
        consumer.leave(Leaving.DETACH);
        shard.journal.letGo();
        shard.run();

        assertEquals(List.of("detached"), consumer.events);
        shard.publishTo("keep", "6", "7");
        assertEquals(5, shard.status("keep::$replay").messages(), "it drops again what is too much");
    }

    @Test
    void whoTakesOverASubscriptionThatIsNotAnsweredBeginsAnew() {
        shard.publishTo("keep", bodies(1, 5));
        shard.journal.hold();
        TestConsumer first = last(durable("d", "keep"), 5);
        TestConsumer second = last(durable("d", "keep"), 5);
        shard.journal.letGo();
        shard.run();

        assertEquals(List.of("detached"), first.events);
        assertEquals(List.of("1", "2", "3", "4", "5"), second.credit(9).bodies());
    }

    @Test
    void nobodyElseTakesOverASubscriptionThatIsNotAnswered() {
        shard.publishTo("keep", bodies(1, 5));
        shard.journal.hold();
        TestConsumer first = last(durable("d", "keep"), 5);
        TestConsumer another = shard.subscribe(durable("d", "keep"), "somebody");
        TestConsumer shared = last(Topics.shared(durable("s", "keep")), 5);
        TestConsumer selecting = last(Topics.selecting(Topics.shared(durable("s", "keep")), "4"), 5);
        TestConsumer joins = last(Topics.shared(durable("s", "keep")), 5);
        shard.journal.letGo();
        shard.run();

        assertEquals(Kind.RESOURCE_LOCKED, another.closedBy.kind());
        assertEquals(Kind.RESOURCE_LOCKED, selecting.closedBy.kind());
        assertEquals(List.of("1", "2", "3", "4", "5"), first.credit(9).bodies());
        assertEquals(List.of("1", "2", "3", "4", "5"), shared.credit(9).bodies());
        assertEquals(List.of(), joins.credit(9).bodies());
        shard.publishTo("keep", "6");
        assertEquals(1, joins.bodies().size() + shared.bodies().size() - 5);
    }

    @Test
    void aPausedQueueOfKeptMessagesGivesThemAllTheSame() {
        shard.publishTo("keep", bodies(1, 3));
        shard.pause("keep::$replay", true);
        assertEquals(
                List.of("1", "2", "3"), last(volatileOne("keep"), 5).credit(9).bodies());
    }

    @Test
    void topicsThatKeepTakeNoMoreSubscriptionsThanThereMayBe() {
        TestProducer anonymous = shard.anonymous();
        for (int i = 0; i < 2 * Topics.MAX_SUBSCRIPTIONS; i++) {
            anonymous.post(
                    io.sluice.broker.NodeKind.TOPIC, "keep." + i, ShardFixture.message("1", Message.Header.DURABLE));
        }
        shard.run();
        assertEquals(List.of(), anonymous.refusals);
        assertEquals(Topics.MAX_SUBSCRIPTIONS, shard.list().size());
    }

    @Test
    void aDeletedSubscriptionIsToldToWhoWaits() {
        shard.publishTo("keep", bodies(1, 5));
        shard.journal.hold();
        TestConsumer waits = last(durable("d", "keep"), 5);
        shard.unsubscribe(durable("d", "keep").identity());
        shard.journal.letGo();
        shard.run();
        assertEquals(Kind.RESOURCE_DELETED, waits.closedBy.kind());
    }

    @Test
    void whatIsKeptMayBePurgedAndDeleted() {
        shard.publishTo("keep", bodies(1, 3));
        assertEquals(3L, shard.purge("keep::$replay").value());
        shard.publishTo("keep", "4");
        assertEquals(List.of("4"), last(volatileOne("keep"), 9).credit(9).bodies());
        shard.delete("keep::$replay", ShardMailbox.DeleteCondition.ALWAYS);
        shard.publishTo("keep", "5");
        assertEquals(List.of("5"), last(volatileOne("keep"), 9).credit(9).bodies());
    }

    @Test
    void anAnonymousProducersTopicKeepsTooAndATransactionsMessage() {
        TestProducer anonymous = shard.anonymous();
        anonymous.post(io.sluice.broker.NodeKind.TOPIC, "keep", ShardFixture.message("1", Message.Header.DURABLE));
        shard.run();
        assertEquals(List.of("1"), last(volatileOne("keep"), 9).credit(9).bodies());
    }

    @Test
    void whatIsScheduledOrLargerThanAllIsNotKeptAndRefusesNobody() {
        TestProducer producer = shard.topicProducer("keepasked");
        producer.send(
                ShardFixture.message("later", Message.Header.DURABLE.withSchedule(new Schedule(Message.NONE, 500))));
        producer.send(ShardFixture.message("x".repeat(100_001), Message.Header.DURABLE));
        producer.send("1");
        assertEquals(List.of(), producer.refusals);
        TestConsumer consumer = last(volatileOne("keepasked"), 9).credit(9);
        assertEquals(List.of("1"), consumer.bodies());
    }

    @Test
    void aMessageExpiresWhenItWouldHaveAndIsKeptNoLongerThanIsSaid() {
        shard.topicProducer("keepasked").send(ShardFixture.withTtl("short", 1_000));
        shard.publishTo("keepasked", "long");
        shard.advance(900);
        TestConsumer consumer = last(volatileOne("keepasked"), 9);
        shard.advance(200);
        assertEquals(List.of("long"), consumer.credit(9).bodies());
        shard.advance(60_000);
        assertEquals(0, shard.status("keepasked::$replay").messages());
    }

    @Test
    void settingsThatSayNothingAreRefused() {
        long no = QueueDefinition.UNLIMITED;
        assertThrows(IllegalArgumentException.class, () -> new Replay(no, no, no, 0));
        assertThrows(IllegalArgumentException.class, () -> new Replay(0, 5, no, 0));
        assertThrows(IllegalArgumentException.class, () -> new Replay(0, no, no, 1));
        assertThrows(IllegalArgumentException.class, () -> new Replay(-1, no, no, 0));
        assertThrows(IllegalArgumentException.class, () -> new Replay(1, 0, no, 0));
        assertTrue(new Replay(no, 1, no, 0).isOn());
        assertFalse(Replay.OFF.isOn());
    }
}
