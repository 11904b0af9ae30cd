package io.sluice.broker.shard;

import static io.sluice.broker.shard.Topics.durable;
import static io.sluice.broker.shard.Topics.selecting;
import static io.sluice.broker.shard.Topics.shared;
import static io.sluice.broker.shard.Topics.volatileOne;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Outcome;
import io.sluice.broker.Refusal.Kind;
import io.sluice.broker.Subscription;
import io.sluice.broker.Subscription.Identity;
import io.sluice.broker.Subscription.Selection;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.shard.SubscriptionRequest.Leaving;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** How subscriptions begin, are come back to and end. */
class SubscriptionTest {
    private final ShardFixture shard = new ShardFixture();
    private final Subscription durable = durable("d", "t");
    private final Subscription shared = shared(durable("s", "t"));
    private final Subscription sharedVolatile =
            new Subscription(new Identity("c", "s", false), "t", Selection.ALL, false, true);

    private long subscriptions() {
        return shard.topics().stream()
                .mapToLong(topic -> topic.subscriptions().size())
                .sum();
    }

    @Test
    void aVolatileOneEndsWithItsLink() {
        for (Leaving how : Leaving.values()) {
            TestConsumer consumer = shard.subscribe(volatileOne("t")).credit(1);
            shard.publishTo("t", "1", "2");
            assertEquals(List.of("1"), consumer.bodies());
            consumer.leave(how);

            assertEquals("detached", consumer.events.get(consumer.events.size() - 1));
            assertEquals(0, subscriptions());
            assertEquals(List.of(), shard.list());
        }
        assertEquals(List.of(), shard.journal.records(), "nothing of it is durable");
    }

    @Test
    void twoVolatileOnesOfOneContainerAreTwo() {
        TestConsumer one = shard.subscribe(volatileOne("t")).credit(5);
        TestConsumer two = shard.subscribe(volatileOne("t")).credit(5);
        one.detach();
        shard.publishTo("t", "1");

        assertEquals(List.of("1"), two.bodies());
        assertEquals(1, subscriptions());
    }

    @Test
    void aDurableOneStaysWhenItsLinkDetaches() {
        TestConsumer first = shard.subscribe(durable).credit(1);
        shard.publishTo("t", "1");
        first.detach();
        shard.publishTo("t", "2");

        TestConsumer second = shard.subscribe(durable).credit(5);
        assertEquals(List.of("1", "2"), second.bodies());
    }

    @Test
    void aDurableOneSurvivesARestartWithItsBacklog() {
        shard.subscribe(durable).detach();
        shard.publishTo("t", "1");
        ShardFixture restarted = shard.restart();
        restarted.publishTo("t", "2");
        restarted.checkpoint();
        ShardFixture again = restarted.restart();
        again.publishTo("t", "3");

        assertEquals(List.of("1", "2", "3"), again.subscribe(durable).credit(5).bodies());
    }

    @Test
    void aDurableOneEndsWhenItsLinkCloses() {
        TestConsumer consumer = shard.subscribe(durable);
        shard.publishTo("t", "1");
        shard.journal.hold();
        consumer.leave(Leaving.CLOSE);
        assertFalse(consumer.events.contains("detached"), "not before that is durable");
        shard.journal.letGo();
        shard.run();

        assertTrue(consumer.events.contains("detached"));
        assertEquals(0, subscriptions());
        assertEquals(List.of(), shard.restart().topics());
        assertEquals(List.of(), shard.subscribe(durable).credit(5).bodies());
    }

    @Test
    void whatWasSettledBeforeTheCloseIsAnswered() {
        TestConsumer consumer = shard.subscribe(durable).credit(2);
        shard.publishTo("t", "1", "2");
        shard.mailbox().settle(consumer.deliveries.get(0), Outcome.ACCEPTED);
        shard.mailbox().leave(consumer.handle, Leaving.CLOSE);
        shard.mailbox().settle(consumer.deliveries.get(1), Outcome.ACCEPTED);
        shard.run();

        assertEquals(List.of("1"), consumer.settledBodies());
        assertEquals("detached", consumer.events.get(consumer.events.size() - 1));
    }

    @Test
    void anotherSelectorOrTopicIsAnotherSubscription() {
        for (Subscription other : List.of(selecting(durable, "x"), durable("d", "u"), selecting(durable, ""))) {
            shard.subscribe(durable).detach();
            shard.publishTo("t", "old");
            TestConsumer consumer = shard.subscribe(other).credit(5);
            shard.publishTo(other.topic(), "new x");

            assertEquals(other.equals(durable) ? List.of("old", "new x") : List.of("new x"), consumer.bodies());
            consumer.leave(Leaving.CLOSE);
            assertEquals(0, subscriptions());
        }
    }

    @Test
    void theSameLinkAgainTakesItOver() {
        TestConsumer first = shard.subscribe(durable, "user").credit(1);
        shard.publishTo("t", "1");
        TestConsumer second = shard.subscribe(durable, "user").credit(5);

        assertEquals(List.of("1"), second.bodies(), "what the first had comes back");
        // The front end closes the first, which is late for that.
        first.detach();
        shard.publishTo("t", "2");
        assertEquals(List.of("1", "2"), second.bodies());
        assertEquals(1, subscriptions());
    }

    @Test
    void somebodyElseDoesNotTakeItOver() {
        shard.subscribe(durable, "user");
        TestConsumer other = shard.subscribe(durable, "somebody else");
        assertEquals(Kind.RESOURCE_LOCKED, other.closedBy.kind());
        other.detach();
        assertEquals(1, subscriptions());
    }

    @Test
    void linksThatShareGetEachMessageOnce() {
        TestConsumer one = shard.subscribe(shared).credit(5);
        TestConsumer two = shard.subscribe(shared).credit(5);
        shard.publishTo("t", "1", "2", "3", "4");

        List<String> all = new ArrayList<>(one.bodies());
        all.addAll(two.bodies());
        assertEquals(List.of("1", "2", "3", "4"), all.stream().sorted().toList());
        assertEquals(2, one.bodies().size());
    }

    private TestConsumer exclusive(Subscription subscription) {
        io.sluice.broker.queue.Consumer.Terms terms =
                new io.sluice.broker.queue.Consumer.Terms(0, true, java.util.OptionalLong.empty());
        TestConsumer consumer = new TestConsumer(
                shard,
                new TestConsumer.Terms(
                        subscription.topic(),
                        io.sluice.broker.queue.Consumer.Mode.MOVE,
                        io.sluice.broker.Outcome.RELEASED,
                        Optional.empty(),
                        terms));
        shard.runWhere(() -> shard.mailbox()
                .topics()
                .subscribe(consumer.handle, new SubscriptionRequest(subscription, Optional.empty(), "")));
        return consumer;
    }

    @Test
    void whoAsksToBeTheOnlyLinkOfASharedOneIs() {
        TestConsumer alone = exclusive(shared).credit(5);
        assertEquals(Kind.RESOURCE_LOCKED, shard.subscribe(shared).closedBy.kind());
        assertEquals(Kind.RESOURCE_LOCKED, exclusive(shared).closedBy.kind());
        shard.publishTo("t", "1");
        assertEquals(List.of("1"), alone.acceptAll().bodies());
        alone.detach();
        TestConsumer next = shard.subscribe(shared);
        assertEquals(List.of("attached"), next.events);
        assertEquals(Kind.RESOURCE_LOCKED, exclusive(shared).closedBy.kind(), "others have it");
        assertEquals(1, subscriptions());
    }

    @Test
    void whoComesBackToAnUnsharedOneIsNotInItsOwnWay() {
        TestConsumer first = exclusive(durable);
        TestConsumer again = exclusive(durable).credit(1);
        shard.publishTo("t", "1");
        assertEquals(List.of("1"), again.bodies());
        assertEquals(List.of(), first.bodies());
    }

    @Test
    void aSharedVolatileOneEndsWithItsLastLink() {
        TestConsumer one = shard.subscribe(sharedVolatile).credit(1);
        TestConsumer two = shard.subscribe(sharedVolatile);
        shard.publishTo("t", "1");
        assertEquals(List.of("1"), one.bodies());
        one.leave(Leaving.CLOSE);
        two.credit(5);
        assertEquals(List.of("1"), two.bodies(), "what the other left behind");
        two.leave(Leaving.DETACH);

        assertEquals(0, subscriptions());
    }

    @Test
    void aSharedDurableOneEndsWhenTheLastLinkCloses() {
        TestConsumer one = shard.subscribe(shared);
        TestConsumer two = shard.subscribe(shared);
        one.leave(Leaving.CLOSE);
        assertEquals(1, subscriptions());
        two.leave(Leaving.DETACH);
        assertEquals(1, subscriptions());
        shard.subscribe(shared).leave(Leaving.CLOSE);
        assertEquals(0, subscriptions());
    }

    @Test
    void aVolatileOneAndADurableOneOfTheSameNameAreTwo() {
        TestConsumer one = shard.subscribe(shared).credit(5);
        TestConsumer two = shard.subscribe(sharedVolatile).credit(5);
        shard.publishTo("t", "1");

        assertEquals(List.of("1"), one.bodies());
        assertEquals(List.of("1"), two.bodies());
    }

    @Test
    void aGlobalOneIsAnybodys() {
        Subscription global = new Subscription(new Identity("", "g", true), "t", Selection.ALL, false, true);
        shard.subscribe(global).detach();
        shard.publishTo("t", "1");
        assertEquals(List.of("1"), shard.subscribe(global).credit(1).bodies());
        assertEquals("t::g", shard.list().get(0).definition().name());
    }

    @Test
    void sharedAndUnsharedDoNotMix() {
        shard.subscribe(durable).detach();
        assertEquals(
                Kind.PRECONDITION_FAILED,
                shard.subscribe(shared(durable)).closedBy.kind());
        shard.subscribe(shared).detach();
        assertEquals(
                Kind.PRECONDITION_FAILED,
                shard.subscribe(durable("s", "t")).closedBy.kind());
    }

    @Test
    void aSharedOneInUseIsNotChanged() {
        TestConsumer user = shard.subscribe(shared);
        TestConsumer other = shard.subscribe(selecting(shared, "x"));
        assertEquals(Kind.RESOURCE_LOCKED, other.closedBy.kind());
        assertTrue(other.closedBy.text().contains("another filter"), other.closedBy.text());
        user.detach();
        assertEquals(List.of("attached"), shard.subscribe(selecting(shared, "x")).events);
    }

    @Test
    void aLinkThatWantsToBeAloneSharesWithNobody() {
        Consumer.Terms exclusive = new Consumer.Terms(0, true, OptionalLong.empty());
        TestConsumer alone = new TestConsumer(
                shard, new TestConsumer.Terms("t", Consumer.Mode.MOVE, Outcome.RELEASED, Optional.empty(), exclusive));
        shard.runWhere(() -> shard.mailbox()
                .topics()
                .subscribe(alone.handle, new SubscriptionRequest(shared, Optional.empty(), "")));
        assertEquals(Kind.RESOURCE_LOCKED, shard.subscribe(shared).closedBy.kind());
        assertEquals(
                Kind.RESOURCE_LOCKED,
                shard.resume(shared.identity(), found -> {}).closedBy.kind());

        alone.detach();
        assertEquals(List.of("attached"), shard.subscribe(shared).events);
    }

    @Test
    void aLookUpFindsWhatItIsAndEndsIt() {
        Subscription selecting = selecting(durable, "x");
        shard.subscribe(selecting).detach();
        shard.publishTo("t", "1x");
        List<Subscription> found = new ArrayList<>();
        TestConsumer lookup = shard.resume(durable.identity(), found::add);
        assertEquals(List.of(selecting), found);
        assertEquals(List.of("attached"), lookup.events);
        lookup.leave(Leaving.UNSUBSCRIBE);

        assertEquals(List.of("attached", "detached"), lookup.events);
        assertEquals(0, subscriptions());
        assertEquals(
                Kind.NOT_FOUND,
                shard.resume(durable.identity(), found::add).closedBy.kind());
    }

    @Test
    void aLookUpMayTakeMessages() {
        shard.subscribe(durable).detach();
        shard.publishTo("t", "1");
        TestConsumer consumer = shard.resume(durable.identity(), found -> {}).credit(1);
        assertEquals(List.of("1"), consumer.bodies());
        consumer.leave(Leaving.DETACH);
        assertEquals(List.of("1"), shard.waiting(durable));
    }

    @Test
    void oneThatOthersUseIsNotEndedByALookUp() {
        TestConsumer user = shard.subscribe(shared).credit(1);
        TestConsumer lookup = shard.resume(shared.identity(), found -> {});
        lookup.leave(Leaving.UNSUBSCRIBE);

        assertEquals(Kind.RESOURCE_LOCKED, lookup.closedBy.kind());
        shard.publishTo("t", "1");
        assertEquals(List.of("1"), user.bodies());
    }

    @Test
    void thereIsALimit() {
        for (int i = 0; i < Topics.MAX_SUBSCRIPTIONS; i++) {
            shard.subscribe(volatileOne("t"));
        }
        TestConsumer tooMany = shard.subscribe(durable);
        assertEquals(Kind.RESOURCE_LIMIT_EXCEEDED, tooMany.closedBy.kind());
        assertEquals((long) Topics.MAX_SUBSCRIPTIONS, tooMany.closedBy.info().get("limit"));
    }

    @Test
    void itsQueueIsAnAddressLikeOthers() {
        shard.subscribe(durable).detach();
        shard.publishTo("t", "1");
        TestConsumer byName = shard.consumer("t::c.d").credit(1);
        assertEquals(List.of("1"), byName.bodies());
        byName.detach();
        assertEquals(List.of("1"), shard.waiting(durable), "who takes by the queue's name is no subscriber");

        TestConsumer subscriber = shard.subscribe(durable);
        shard.delete("t::c.d", ShardMailbox.DeleteCondition.ALWAYS).value();
        assertEquals(Kind.RESOURCE_DELETED, subscriber.closedBy.kind());
        assertEquals(0, subscriptions());
    }

    @Test
    void theQueueOfOneThatIsGoneIsNotCreatedByItsName() {
        ShardFixture creates =
                new ShardFixture(name -> java.util.Optional.of(io.sluice.broker.QueueDefinition.named(name)));
        assertEquals(Kind.NOT_FOUND, creates.consumer("t::c.d").closedBy.kind());
        assertEquals(List.of("attached"), creates.consumer("t").events);
    }

    @Test
    void whoTakesByTheQueuesNameIsToldWhenItGoes() {
        TestConsumer subscriber = shard.subscribe(durable);
        TestConsumer byName = shard.consumer("t::c.d", Consumer.Mode.MOVE, Outcome.RELEASED);
        TestProducer producer = shard.producer("t::c.d");
        subscriber.leave(Leaving.CLOSE);

        assertEquals(Kind.RESOURCE_DELETED, byName.closedBy.kind());
        assertEquals(List.of("attached", "closed RESOURCE_DELETED"), producer.events);
    }

    @Test
    void longNamesAndTakenNamesGetAnEnd() {
        Subscription longOne = durable("n".repeat(300), "t");
        shard.queue("t::c.d");
        shard.subscribe(longOne).detach();
        shard.subscribe(durable).detach();
        List<String> names =
                shard.list().stream().map(status -> status.definition().name()).toList();

        assertEquals(3, names.size());
        assertTrue(names.stream().allMatch(name -> name.length() <= 255));
        assertTrue(names.contains("t::c.d") && names.contains("t::c.d~3"), names.toString());
        ShardFixture restarted = shard.restart();
        assertEquals(List.of("attached"), restarted.subscribe(longOne).events);
        assertEquals(3, restarted.list().size());
    }

    @Test
    void endingItFromOutsideTellsItsLinks() {
        TestConsumer consumer = shard.subscribe(durable);
        shard.publishTo("t", "1");
        assertEquals(1, shard.unsubscribe(durable.identity()).value().queue().messages());
        assertEquals(Kind.RESOURCE_DELETED, consumer.closedBy.kind());
        assertEquals(
                Kind.NOT_FOUND, shard.unsubscribe(durable.identity()).refusal().kind());
        consumer.detach();
    }
}
