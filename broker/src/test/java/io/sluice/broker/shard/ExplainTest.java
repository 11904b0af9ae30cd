package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.broker.Dispatching;
import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.Refusal;
import io.sluice.broker.Schedule;
import io.sluice.broker.explain.Cause;
import io.sluice.broker.explain.LinkExplanation;
import io.sluice.broker.explain.MessageExplanation;
import io.sluice.broker.explain.QueueExplanation;
import io.sluice.broker.port.LinkDescription;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.DispatchReason;
import io.sluice.broker.queue.Pause;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Every reason is given with what is known of it, and asking changes nothing. */
class ExplainTest {
    private static final LinkDescription LINK =
            new LinkDescription("7.1", "reader", "app", "10.0.0.1:5", "color = 'red'");

    private ShardFixture shard = new ShardFixture().queue("q");

    private TestConsumer named(Optional<String> startsWith) {
        TestConsumer consumer = unattached(Consumer.Mode.MOVE, startsWith);
        shard.runWhere(() -> shard.mailbox().attach(consumer.handle));
        return consumer;
    }

    private TestConsumer unattached(Consumer.Mode mode, Optional<String> startsWith) {
        return new TestConsumer(
                shard,
                "q",
                mode,
                Outcome.RELEASED,
                startsWith.map(start -> message ->
                        new String(message.encoded(), java.nio.charset.StandardCharsets.UTF_8).startsWith(start))) {
            @Override
            public LinkDescription link() {
                return LINK;
            }
        };
    }

    private List<Cause> causes(long sequence) {
        ShardFixture.Answer<MessageExplanation> answer = new ShardFixture.Answer<>();
        shard.runWhere(() -> shard.mailbox().explainMessage("q", sequence, shard.client, answer));
        return answer.value().causes();
    }

    private QueueExplanation queue() {
        ShardFixture.Answer<QueueExplanation> answer = new ShardFixture.Answer<>();
        shard.runWhere(() -> shard.mailbox().explain("q", shard.client, answer));
        return answer.value();
    }

    private LinkExplanation link(TestConsumer consumer) {
        ShardFixture.Answer<LinkExplanation> answer = new ShardFixture.Answer<>();
        shard.runWhere(() -> shard.mailbox().explain(consumer.handle, shard.client, answer));
        return answer.value();
    }

    private static Cause plain(DispatchReason reason) {
        return new Cause.Plain(reason);
    }

    @Test
    void aMessageThatIsLockedNamesWhoHasItSinceWhen() {
        shard.publish("q", "a");
        TestConsumer consumer = named(Optional.empty());
        shard.now += 50;
        consumer.credit(1);
        long since = shard.now;
        shard.now += 1_000;

        assertEquals(List.of(new Cause.Locked(LINK, since, Long.MAX_VALUE)), causes(1));
    }

    @Test
    void aLockThatEndsByItselfTellsWhen() {
        shard.update(
                "q",
                new QueueChange(is -> is.withDispatching(Dispatching.DEFAULT.withLockMillis(1_000)), Pause.AS_IT_IS));
        shard.publish("q", "a");
        named(Optional.empty()).credit(1);

        assertEquals(List.of(new Cause.Locked(LINK, shard.now, shard.now + 1_000)), causes(1));
    }

    @Test
    void aScheduledMessageTellsItsTimeAndWhatWouldHoldItThen() {
        long at = shard.now + 500;
        shard.producer("q")
                .send(ShardFixture.message("a", Message.Header.DURABLE.withSchedule(new Schedule(at, Message.NONE))));
        assertEquals(List.of(new Cause.Scheduled(at), plain(DispatchReason.NO_CONSUMER)), causes(1));
        shard.pause("q", true);
        assertEquals(
                List.of(new Cause.Scheduled(at), plain(DispatchReason.PAUSED), plain(DispatchReason.NO_CONSUMER)),
                causes(1));
        shard.pause("q", false);
        named(Optional.empty()).credit(1);
        assertEquals(List.of(new Cause.Scheduled(at)), causes(1));
    }

    @Test
    void withoutCreditItTellsSinceWhenAndHowMuchIsUnsettled() {
        shard.publish("q", "a", "b");
        TestConsumer never = named(Optional.empty());
        assertEquals(List.of(new Cause.NoCredit(List.of(new Cause.Waiting(LINK, 0, 0)))), causes(1));
        shard.now += 10;
        never.credit(1);
        long since = shard.now;
        shard.now += 10;
        assertEquals(List.of(new Cause.NoCredit(List.of(new Cause.Waiting(LINK, since, 1)))), causes(2));
        assertEquals(
                new Cause.NoCredit(List.of(new Cause.Waiting(LINK, since, 1))),
                link(never).cause());
    }

    @Test
    void aFilterThatSelectsNothingIsShown() {
        shard.publish("q", "blue");
        TestConsumer consumer = named(Optional.of("red")).credit(1);

        assertEquals(List.of(new Cause.NotForThem(DispatchReason.NOT_SELECTED, List.of(LINK))), causes(1));
        assertEquals(DispatchReason.NOT_SELECTED, link(consumer).cause().reason());
        assertEquals(DispatchReason.NOT_SELECTED, queue().cause().reason());
    }

    @Test
    void aRefusedMessageNamesWhoRefusedIt() {
        shard.publish("q", "a");
        TestConsumer consumer = named(Optional.empty()).credit(2);
        consumer.settle(0, new Outcome.Modified(false, true, io.sluice.broker.Annotations.EMPTY));

        assertEquals(List.of(new Cause.NotForThem(DispatchReason.UNDELIVERABLE_HERE, List.of(LINK))), causes(1));
        assertEquals(DispatchReason.UNDELIVERABLE_HERE, link(consumer).cause().reason());
    }

    @Test
    void aQueueTellsWhatIsNextAndWhoTakesPart() {
        assertEquals(DispatchReason.NO_CONSUMER, queue().cause().reason());
        TestConsumer consumer = named(Optional.empty()).credit(1);
        assertEquals(new Cause.NothingAvailable(new Cause.Held(0, 0, 0)), queue().cause());
        shard.publish("q", "a", "b");

        QueueExplanation why = queue();
        assertEquals(2, why.next().orElseThrow().sequence());
        assertEquals(DispatchReason.NO_CREDIT, why.cause().reason());
        assertEquals(
                new LinkExplanation(
                        LINK, "q", Consumer.Mode.MOVE, 0, 1, 1, link(consumer).cause()),
                why.consumers().get(0));
        consumer.settle(0, Outcome.ACCEPTED).credit(1);
        consumer.credit(1);
        assertEquals(new Cause.NothingAvailable(new Cause.Held(1, 0, 0)), queue().cause());
        assertEquals(
                new Cause.NothingAvailable(new Cause.Held(1, 0, 0)),
                link(consumer).cause());
    }

    @Test
    void thePausedQueueSaysSo() {
        TestConsumer consumer = named(Optional.empty()).credit(1);
        shard.pause("q", true);
        shard.publish("q", "a");
        assertEquals(DispatchReason.PAUSED, queue().cause().reason());
        assertEquals(DispatchReason.PAUSED, link(consumer).cause().reason());
        assertEquals(List.of(plain(DispatchReason.PAUSED)), causes(1));
    }

    @Test
    void askingChangesNothing() {
        shard.publish("q", "a", "b");
        TestConsumer consumer = named(Optional.of("b")).credit(1);
        int records = shard.journal.history().size();
        queue();
        causes(1);
        link(consumer);
        assertEquals(records, shard.journal.history().size());
        assertEquals(List.of("attached", "deliver b"), consumer.events);
    }

    @Test
    void whatIsNotThereIsSaid() {
        assertEquals(List.of(plain(DispatchReason.NO_SUCH_MESSAGE)), causes(99));
        ShardFixture.Answer<QueueExplanation> answer = new ShardFixture.Answer<>();
        shard.runWhere(() -> shard.mailbox().explain("none", shard.client, answer));
        assertEquals(Refusal.Kind.NOT_FOUND, answer.refusal().kind());
        TestConsumer consumer = named(Optional.empty());
        shard.delete("q", ShardMailbox.DeleteCondition.ALWAYS);
        ShardFixture.Answer<LinkExplanation> gone = new ShardFixture.Answer<>();
        shard.runWhere(() -> shard.mailbox().explain(consumer.handle, shard.client, gone));
        assertEquals(Refusal.Kind.NOT_FOUND, gone.refusal().kind());
    }

    @Test
    void aGroupNamesWhoHasItAndWhetherSomethingOfItIsOnItsWayBack() {
        TestConsumer owner = named(Optional.empty()).credit(1);
        TestConsumer other = shard.consumer("q");
        shard.producer("q").send(ShardFixture.inGroup("a1", "a")).send(ShardFixture.inGroup("a2", "a"));
        other.credit(9);
        assertEquals(List.of(new Cause.GroupOwned("a", LINK, false)), causes(2));
        assertEquals(new Cause.GroupOwned("a", LINK, false), link(other).cause());
        shard.journal.hold();
        owner.settle(0, Outcome.FAILED).credit(9);
        assertEquals(List.of(new Cause.GroupOwned("a", LINK, true)), causes(2));
        shard.commitAll();

        assertEquals(DispatchReason.LOCKED, causes(2).get(0).reason());
    }

    @Test
    void whoStandsByIsToldWhoGetsEverything() {
        shard.delete("q", ShardMailbox.DeleteCondition.ALWAYS);
        shard.queue(io.sluice.broker.QueueDefinition.named("q")
                .withDispatching(io.sluice.broker.Dispatching.DEFAULT.withSingleActiveConsumer(true)));
        TestConsumer active = named(Optional.empty()).credit(1);
        TestConsumer other = shard.consumer("q").credit(9);
        shard.publish("q", "1", "2");
        assertEquals(List.of(new Cause.StandsBy(LINK)), causes(2));
        assertEquals(new Cause.StandsBy(LINK), link(other).cause());
        assertEquals(DispatchReason.NOT_ACTIVE_CONSUMER, queue().cause().reason());
        active.acceptAll().detach();

        assertEquals(List.of("2"), other.bodies());
    }

    @Test
    void whatIsAskedForByItsNumberNamesWhoIsToGetIt() {
        shard.publish("q", "a", "b");
        TestConsumer fetching = unattached(Consumer.Mode.FETCH, Optional.empty());
        shard.now += 10;
        long attached = shard.now;
        shard.runWhere(() -> shard.mailbox().attachFetching(fetching.handle, List.of(2L)));
        shard.now += 10;
        assertEquals(List.of(new Cause.AskedFor(LINK, attached)), causes(2));
        assertEquals(DispatchReason.LOCKED, causes(2).get(0).reason());
        assertEquals(List.of(plain(DispatchReason.NO_CONSUMER)), causes(1));
        fetching.credit(1);
        assertEquals(List.of(new Cause.Locked(LINK, attached, Long.MAX_VALUE)), causes(2));
    }

    private void nonDestructive() {
        shard.update(
                "q",
                new QueueChange(
                        is -> is.withDispatching(Dispatching.DEFAULT.withNonDestructive(true)), Pause.AS_IT_IS));
    }

    @Test
    void ofAQueueThatNobodyTakesFromItIsToldWhoIsToSeeTheMessage() {
        nonDestructive();
        assertEquals(plain(DispatchReason.NO_CONSUMER), queue().cause());
        TestConsumer receiver = named(Optional.empty());
        assertEquals(new Cause.NothingAvailable(new Cause.Held(0, 0, 0)), queue().cause());
        shard.publish("q", "a", "b");
        Cause none = new Cause.NoCredit(List.of(new Cause.Waiting(LINK, 0, 0)));
        assertEquals(none, queue().cause());
        assertEquals(List.of(none), causes(1));
        assertEquals(none, link(receiver).cause());

        receiver.credit(1);
        Cause since = new Cause.NoCredit(List.of(new Cause.Waiting(LINK, shard.now, 0)));
        assertEquals(List.of(plain(DispatchReason.SEEN)), causes(1));
        assertEquals(List.of(since), causes(2));
        assertEquals(since, queue().cause());
        receiver.credit(2);
        assertEquals(plain(DispatchReason.SEEN), queue().cause());
        assertEquals(Optional.empty(), queue().next());
        assertEquals(plain(DispatchReason.SEEN), link(receiver).cause());
        assertEquals(List.of(plain(DispatchReason.SEEN)), causes(2));
    }

    @Test
    void soItIsWhereAReceiverWantsSomeOfItOnlyAndWhereMessagesAreOutOfMemory() {
        shard = new ShardFixture(PagingTest.nothingStays()).queue("q");
        nonDestructive();
        named(Optional.of("b")).credit(9);
        shard.publish("q", "a", "b");
        TestConsumer without = named(Optional.empty());
        assertEquals(List.of(new Cause.NoCredit(List.of(new Cause.Waiting(LINK, 0, 0)))), causes(1));
        shard.checkpoint();
        shard.advance(0);
        assertEquals(2, shard.status("q").pagedOut());
        assertEquals(
                List.of(plain(DispatchReason.PAGED_OUT), new Cause.NoCredit(List.of(new Cause.Waiting(LINK, 0, 0)))),
                causes(2));
        assertEquals(new Cause.NoCredit(List.of(new Cause.Waiting(LINK, 0, 0))), queue().cause());
        without.credit(9);
        assertEquals(List.of("a", "b"), without.bodies());
        assertEquals(plain(DispatchReason.SEEN), queue().cause());
        assertEquals(List.of(plain(DispatchReason.PAGED_OUT), plain(DispatchReason.SEEN)), causes(2));
    }

    @Test
    void whileItIsPausedItSaysSo() {
        nonDestructive();
        TestConsumer receiver = named(Optional.empty()).credit(1);
        shard.pause("q", true);
        shard.publish("q", "a");
        assertEquals(plain(DispatchReason.PAUSED), queue().cause());
        assertEquals(List.of(plain(DispatchReason.PAUSED)), causes(1));
        assertEquals(plain(DispatchReason.PAUSED), link(receiver).cause());
        assertEquals(List.of(), receiver.bodies());
        assertEquals(List.of("a"), shard.browser("q").credit(1).bodies());
        shard.pause("q", false);
        assertEquals(List.of("a"), receiver.bodies());
    }
}
