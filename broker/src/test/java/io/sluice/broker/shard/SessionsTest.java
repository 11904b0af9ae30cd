package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.broker.Dispatching;
import io.sluice.broker.Dispatching.Groups;
import io.sluice.broker.Message;
import io.sluice.broker.MessageGroup;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import io.sluice.broker.SessionRequest;
import io.sluice.broker.SessionState;
import io.sluice.broker.queue.Consumer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A message group that one consumer has for itself, whether it has messages of it or not. */
class SessionsTest {
    private static final long LOCK_MILLIS = 1_000;

    private ShardFixture shard = new ShardFixture().queue("q");

    private TestConsumer accept(String queue, Optional<String> session, long waitMillis) {
        Consumer.Terms terms = new Consumer.Terms(0, false, OptionalLong.of(LOCK_MILLIS))
                .withSession(new SessionRequest(session, waitMillis));
        return shard.consumer(queue, terms);
    }

    private TestConsumer accept(String session) {
        return accept("q", Optional.of(session), 0);
    }

    private TestConsumer acceptNext() {
        return accept("q", Optional.empty(), 500);
    }

    private static String session(TestConsumer consumer) {
        return consumer.handle.session().orElseThrow().id();
    }

    /** Bodies are a letter, which is the session, and a number. */
    private void send(String... bodies) {
        TestProducer producer = shard.producer("q");
        for (String body : bodies) {
            Message.Header header = Message.Header.DURABLE.withGroup(new MessageGroup(body.substring(0, 1), 0));
            producer.send(ShardFixture.message(body, header));
        }
        producer.detach();
    }

    @Test
    void itsConsumerGetsAllOfItAndNothingElse() {
        send("a1", "b1", "a2");
        shard.publish("q", "x");
        TestConsumer consumer = accept("a").credit(9);
        send("a3", "b2");

        assertEquals(List.of("a1", "a2", "a3"), consumer.bodies());
        assertEquals(List.of("b1", "x", "b2"), shard.consumer("q").credit(9).bodies());
    }

    @Test
    void nobodyElseGetsItsMessagesAlsoWhereItHasNone() {
        for (Groups groups : Groups.values()) {
            shard = new ShardFixture()
                    .queue(QueueDefinition.named("q").withDispatching(Dispatching.DEFAULT.withGroups(groups)));
            TestConsumer consumer = accept("a");
            TestConsumer other = shard.consumer("q").credit(99);
            for (int i = 0; i < 40; i++) {
                send("a" + i);
            }
            assertEquals(List.of(), other.bodies(), () -> groups + "");
            consumer.credit(40);
            assertEquals(40, consumer.deliveries.size(), () -> groups + "");
            send("a99");
            assertEquals(List.of(), other.bodies(), () -> groups + ", and when it has much in flight");
            consumer.detach();
            assertEquals(41, other.deliveries.size(), () -> groups + ": a lock ends with its consumer");
        }
    }

    @Test
    void aSessionThatSomebodyHasIsRefused() {
        TestConsumer first = accept("a");
        TestConsumer second = accept("a");
        assertEquals(Refusal.Kind.SESSION_CANNOT_BE_LOCKED, second.closedBy.kind());
        assertEquals("session 'a' of queue 'q' is locked by another receiver", second.closedBy.text());
        first.detach();
        assertEquals(List.of("attached"), accept("a").events);
    }

    @Test
    void alsoWhereAnotherHasMessagesOfItWithoutALock() {
        send("a1", "a2");
        TestConsumer plain = shard.consumer("q").credit(1);
        assertEquals(Refusal.Kind.SESSION_CANNOT_BE_LOCKED, accept("a").closedBy.kind());
        plain.settle(0, Outcome.ACCEPTED);

        assertEquals(List.of("a2"), accept("a").credit(9).bodies());
    }

    @Test
    void theNextIsTheOneThatWaitsLongest() {
        send("b1", "a1", "b2", "c1");
        TestConsumer first = acceptNext();
        TestConsumer second = acceptNext();
        assertEquals("b", session(first));
        assertEquals("a", session(second));
        assertEquals(List.of("attached"), first.events, "the message that names it is given with its credit");
        assertEquals(List.of("b1", "b2"), first.credit(9).bodies());
        assertEquals(List.of("a1"), second.credit(9).bodies());
    }

    @Test
    void whoFindsNoneWaits() {
        shard.publish("q", "x");
        TestConsumer waiting = acceptNext();
        assertEquals(List.of(), waiting.events);
        send("a1");
        assertEquals(List.of("attached"), waiting.events);
        assertEquals("a", session(waiting));
        assertEquals(List.of("a1"), waiting.credit(1).bodies());
    }

    @Test
    void whoWaitsGetsOneThatIsFreeAgain() {
        send("a1");
        TestConsumer first = acceptNext();
        TestConsumer waiting = acceptNext();
        assertEquals(List.of(), waiting.events);
        first.detach();
        assertEquals("a", session(waiting));
    }

    @Test
    void aLongSessionOfSomebodyElseHidesNoOther() {
        String[] many = new String[LOOK_AHEAD + 1];
        java.util.Arrays.setAll(many, i -> "a" + i);
        send(many);
        send("b1");
        assertEquals("a", session(acceptNext()));
        assertEquals("b", session(acceptNext()));
    }

    private static final int LOOK_AHEAD = 1_000;

    @Test
    void aWaitEnds() {
        TestConsumer waiting = acceptNext();
        shard.advance(499);
        assertEquals(List.of(), waiting.events);
        shard.advance(1);
        assertEquals(List.of("closed TIMEOUT"), waiting.events);
        assertEquals("no session of queue 'q' was free within 500 ms", waiting.closedBy.text());
        send("a1");
        assertEquals("a", session(acceptNext()), "who has gone keeps nothing");
    }

    @Test
    void whoLeavesWhileItWaitsIsGone() {
        TestConsumer waiting = acceptNext();
        waiting.detach();
        assertEquals(List.of("detached"), waiting.events);
        send("a1");
        shard.advance(LOCK_MILLIS);
        assertEquals(List.of("detached"), waiting.events);
        assertEquals(List.of("a1"), shard.consumer("q").credit(1).bodies());
    }

    @Test
    void aLockThatIsNotRenewedEndsWithItsLinkAndWhatItHadComesBack() {
        send("a1", "a2");
        TestConsumer consumer = accept("a").credit(2);
        TestConsumer waiting = acceptNext();
        shard.advance(LOCK_MILLIS / 4);
        consumer.settle(1, Outcome.ACCEPTED);
        assertEquals(List.of(), waiting.events);
        shard.advance(LOCK_MILLIS / 4);
        assertEquals(List.of("closed TIMEOUT"), waiting.events);
        waiting = accept("q", Optional.empty(), LOCK_MILLIS);
        shard.advance(LOCK_MILLIS / 2);

        assertEquals(Refusal.Kind.SESSION_LOCK_LOST, consumer.closedBy.kind());
        assertEquals("the lock on session 'a' of queue 'q' was not renewed in its time", consumer.closedBy.text());
        assertEquals(List.of("a1"), waiting.credit(9).bodies());
        assertEquals(List.of("attached", "deliver a1"), waiting.events);
    }

    private OwnSession own(String id, TestConsumer consumer) {
        return new OwnSession("q", id, Set.of(consumer.handle), shard.client);
    }

    @Test
    void aLockIsRenewedByWhoHasIt() {
        TestConsumer consumer = accept("a");
        TestConsumer other = accept("b");
        shard.advance(LOCK_MILLIS - 1);
        ShardFixture.Answer<Long> renewed = new ShardFixture.Answer<>();
        shard.mailbox().sessions().renew(own("a", consumer), renewed);
        shard.run();
        assertEquals(consumer.handle.session().orElseThrow().endsAtMillis(), renewed.value());
        shard.advance(1);
        assertEquals(List.of("attached", "closed SESSION_LOCK_LOST"), other.events);
        assertEquals(List.of("attached"), consumer.events);

        ShardFixture.Answer<Long> lost = new ShardFixture.Answer<>();
        shard.mailbox()
                .sessions()
                .renew(new OwnSession("q", "b", Set.of(consumer.handle, other.handle), shard.client), lost);
        shard.run();
        assertEquals(Refusal.Kind.SESSION_LOCK_LOST, lost.refusal().kind());
        assertEquals(
                "who asks has no lock on session 'b' of queue 'q'",
                lost.refusal().text());
    }

    @Test
    void whatIsAbandonedComesBeforeWhatStandsBehindIt() {
        send("a1", "a2", "a3");
        TestConsumer consumer = accept("a").credit(1);
        consumer.settle(0, Outcome.FAILED).credit(3);
        assertEquals(List.of("a1", "a1", "a2", "a3"), consumer.bodies());
    }

    @Test
    void aMessageSaysHowLongItsSessionIsLocked() {
        send("a1");
        Consumer.Terms terms = new Consumer.Terms(
                        0, false, OptionalLong.of(LOCK_MILLIS), true, Consumer.Sight.AVAILABLE)
                .withSession(new SessionRequest(Optional.of("a"), 0));
        TestConsumer consumer = shard.consumer("q", terms).credit(1);
        shard.advance(LOCK_MILLIS - 1);
        assertEquals(
                new io.sluice.broker.Annotations.Timestamp(
                        consumer.handle.session().orElseThrow().endsAtMillis()),
                consumer.last().message().added().get("x-opt-locked-until"));
    }

    @Test
    void queuesThatOneConsumerTakesFromHaveNone() {
        shard.queue(
                QueueDefinition.named("single").withDispatching(Dispatching.DEFAULT.withSingleActiveConsumer(true)));
        TestConsumer consumer = accept("single", Optional.of("a"), 0);
        assertEquals(Refusal.Kind.PRECONDITION_FAILED, consumer.closedBy.kind());
        assertEquals("queue 'single' has no sessions: one consumer gets everything", consumer.closedBy.text());
    }

    @Test
    void whoWaitsFindsASessionThatIsOutOfMemory() {
        send("a1", "b1");
        TestConsumer plain = shard.consumer("q");
        plain.detach();
        shard.checkpoint();
        shard = shard.restart();
        TestConsumer next = acceptNext();
        assertEquals("a", session(next));
        assertEquals(List.of("a1"), next.credit(9).bodies());
    }

    // ---- state

    private Optional<Refusal> keep(TestConsumer consumer, String session, String state) {
        ShardFixture.Answer<Optional<SessionState>> kept = new ShardFixture.Answer<>();
        shard.mailbox()
                .sessions()
                .keep(
                        own(session, consumer),
                        Optional.ofNullable(state).map(text -> text.getBytes(StandardCharsets.UTF_8)),
                        kept);
        shard.run();
        assertEquals(1, kept.values.size() + kept.refusals.size());
        return kept.refusals.stream().findFirst();
    }

    private Optional<byte[]> state(TestConsumer consumer, String session) {
        ShardFixture.Answer<Optional<SessionState>> state = new ShardFixture.Answer<>();
        shard.mailbox().sessions().state(own(session, consumer), state);
        shard.run();
        return state.value().map(SessionState::bytes);
    }

    private Map<String, SessionState> states() {
        ShardFixture.Answer<Map<String, SessionState>> states = new ShardFixture.Answer<>();
        shard.mailbox().sessions().states("q", shard.client, states);
        shard.run();
        return states.value();
    }

    @Test
    void whatIsKeptIsThereForWhoHasItNextAlsoBehindARestart() {
        TestConsumer first = accept("a");
        assertEquals(Optional.empty(), state(first, "a"));
        assertEquals(Optional.empty(), keep(first, "a", "one"));
        assertEquals(Optional.empty(), keep(first, "a", "two"));
        shard = shard.restart();
        assertArrayEquals(
                "two".getBytes(StandardCharsets.UTF_8), state(accept("a"), "a").orElseThrow());
        shard.checkpoint();
        shard = shard.restart();
        TestConsumer third = accept("a");
        assertArrayEquals(
                "two".getBytes(StandardCharsets.UTF_8), state(third, "a").orElseThrow());
        assertEquals(Optional.empty(), keep(third, "a", null));
        shard = shard.restart();
        assertEquals(Optional.empty(), state(accept("a"), "a"));
    }

    @Test
    void onlyWhoHasTheSessionKeepsSomething() {
        TestConsumer consumer = accept("a");
        assertEquals(
                Refusal.Kind.SESSION_LOCK_LOST,
                keep(consumer, "b", "x").orElseThrow().kind());
        consumer.detach();
        assertEquals(
                Refusal.Kind.SESSION_LOCK_LOST,
                keep(consumer, "a", "x").orElseThrow().kind());
    }

    @Test
    void itGoesWithTheQueue() {
        keep(accept("a"), "a", "one");
        shard.delete("q", ShardMailbox.DeleteCondition.ALWAYS);
        shard.queue("q");
        assertEquals(Map.of(), states());
        shard = shard.restart();
        assertEquals(Map.of(), states());
    }

    /** What the journal of these tests takes of one message. */
    private static final int JOURNAL_BYTES = 142_656;

    @Test
    void itHasLimits() {
        TestConsumer consumer = accept("a");
        Refusal tooLarge = keep(consumer, "a", "x".repeat(JOURNAL_BYTES + 1)).orElseThrow();
        assertEquals(Refusal.Kind.RESOURCE_LIMIT_EXCEEDED, tooLarge.kind());
        assertEquals("the state of a session has 142656 bytes at most, not 142657", tooLarge.text());
        for (int kept = 1; kept <= 117; kept++) {
            String session = "s" + kept;
            TestConsumer each = accept(session);
            assertEquals(Optional.empty(), keep(each, session, "x".repeat(JOURNAL_BYTES)));
            each.detach();
        }
        Refusal tooMuch = keep(consumer, "a", "x".repeat(JOURNAL_BYTES)).orElseThrow();
        assertEquals(Refusal.Kind.RESOURCE_LIMIT_EXCEEDED, tooMuch.kind());
        assertEquals(
                "the sessions of queue 'q' keep as much as they may: 10000 states, of 16777216 bytes together",
                tooMuch.text());
        assertEquals(Optional.empty(), keep(accept("s1"), "s1", "x".repeat(JOURNAL_BYTES)));
    }
}
