package io.sluice.broker.shard;

import static io.sluice.broker.shard.Topics.durable;
import static io.sluice.broker.shard.Topics.shared;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Subscription;
import io.sluice.broker.Subscription.Identity;
import io.sluice.broker.Subscription.Selection;
import io.sluice.broker.SubscriptionExpiry;
import io.sluice.broker.SubscriptionExpiry.Policy;
import io.sluice.broker.SubscriptionStatus;
import io.sluice.broker.record.JournalRecord.Subscribed;
import io.sluice.broker.shard.SubscriptionRequest.Leaving;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Subscriptions that nobody comes back to end when their time is over (AMQP 1.0 §3.5.6); the front end tells of the events. */
class SubscriptionExpiryTest {
    private static final SubscriptionExpiry MINUTE = new SubscriptionExpiry(Policy.SESSION_END, 60);
    private static final SubscriptionExpiry AT_ONCE = new SubscriptionExpiry(Policy.CONNECTION_CLOSE, 0);

    private ShardFixture shard = new ShardFixture();
    private final Subscription durable = durable("d", "t");

    private TestConsumer subscribe(Subscription subscription, SubscriptionExpiry expiry) {
        return shard.subscribe(new SubscriptionRequest(subscription, Optional.empty(), "", expiry));
    }

    private TestConsumer subscribe(SubscriptionExpiry expiry) {
        return subscribe(durable, expiry);
    }

    /** The link is gone, and the event has come. */
    private void orphan(TestConsumer consumer) {
        consumer.detach();
        shard.runWhere(() -> shard.mailbox().topics().orphaned(consumer.handle));
    }

    private Optional<SubscriptionStatus> status() {
        return shard.topics().stream()
                .flatMap(topic -> topic.subscriptions().stream())
                .findFirst();
    }

    private boolean isThere() {
        return status().isPresent();
    }

    @Test
    void itEndsWithItsBacklogWhenItsTimeIsOver() {
        TestConsumer consumer = subscribe(MINUTE);
        shard.publishTo("t", "1");
        orphan(consumer);
        assertEquals(
                ShardFixture.EPOCH + 60_000, status().orElseThrow().expiry().endsAtMillis());
        shard.publishTo("t", "2");
        assertEquals(List.of("1", "2"), shard.waiting(durable));
        shard.advance(59_999);
        assertTrue(isThere());
        shard.advance(1);

        assertFalse(isThere());
        assertEquals(List.of(), shard.list());
        assertEquals(List.of(), shard.restart().list());
    }

    @Test
    void theWaitBeginsWithTheEventAndNotWithTheDetach() {
        TestConsumer consumer = subscribe(MINUTE);
        consumer.detach();
        shard.advance(3_600_000);
        assertTrue(isThere());
        shard.runWhere(() -> shard.mailbox().topics().orphaned(consumer.handle));
        assertTrue(isThere());
        shard.advance(60_000);
        assertFalse(isThere());
    }

    @Test
    void withoutATimeoutTheEventEndsIt() {
        orphan(subscribe(AT_ONCE));
        assertFalse(isThere());
    }

    @Test
    void whoNeverExpiresStays() {
        orphan(subscribe(SubscriptionExpiry.NEVER));
        shard.advance(Integer.MAX_VALUE);
        assertTrue(isThere());
        assertEquals(1, records(), "and nothing more is recorded of it");
    }

    private long records() {
        return shard.journal.records().stream()
                .filter(Subscribed.class::isInstance)
                .count();
    }

    @Test
    void aLinkThatComesBackEndsTheWait() {
        orphan(subscribe(MINUTE));
        shard.publishTo("t", "1");
        shard.advance(59_000);
        TestConsumer again = subscribe(MINUTE);
        assertFalse(status().orElseThrow().expiry().waits());
        shard.advance(3_600_000);

        assertEquals(List.of("1"), again.credit(5).bodies());
        assertFalse(shard.restart().topics().isEmpty());
    }

    @Test
    void soDoesOneThatAsksWhichItIs() {
        orphan(subscribe(MINUTE));
        shard.resume(durable.identity(), found -> {});
        shard.advance(3_600_000);
        assertEquals(MINUTE, status().orElseThrow().expiry().expiry());
    }

    @Test
    void theLastToAttachSaysHowLong() {
        orphan(subscribe(MINUTE));
        orphan(subscribe(SubscriptionExpiry.NEVER));
        shard.advance(3_600_000);
        assertTrue(isThere());
        orphan(subscribe(new SubscriptionExpiry(Policy.LINK_DETACH, 1)));
        shard.advance(1_000);
        assertFalse(isThere());
    }

    @Test
    void theEndOfALinkThatWasTakenOverMeansNothing() {
        TestConsumer old = subscribe(AT_ONCE);
        subscribe(AT_ONCE);
        shard.runWhere(() -> shard.mailbox().topics().orphaned(old.handle));
        assertTrue(isThere());
    }

    @Test
    void aSharedOneIsKeptForEachOfItsLinks() {
        Subscription shared = shared(durable);
        TestConsumer one = subscribe(shared, MINUTE);
        TestConsumer two = subscribe(shared, MINUTE);
        orphan(one);
        two.detach();
        shard.advance(3_600_000);
        assertTrue(isThere(), "the session of the second is there still");
        shard.runWhere(() -> shard.mailbox().topics().orphaned(two.handle));
        shard.advance(60_000);
        assertFalse(isThere());
    }

    @Test
    void oneThatIsNotDurableMayBeKeptToo() {
        Subscription named = new Subscription(new Identity("c", "v", false), "t", Selection.ALL, false, false);
        orphan(subscribe(named, MINUTE));
        shard.publishTo("t", "1");
        TestConsumer again = subscribe(named, MINUTE).credit(5);
        assertEquals(List.of("1"), again.bodies());
        orphan(again);
        shard.advance(60_000);

        assertFalse(isThere());
        assertEquals(List.of(), shard.journal.records(), "nothing of it is durable");
    }

    @Test
    void closedItEndsWithoutWaiting() {
        TestConsumer consumer = subscribe(MINUTE);
        consumer.leave(Leaving.CLOSE);
        assertFalse(isThere());
        shard.runWhere(() -> shard.mailbox().topics().orphaned(consumer.handle));
        shard.advance(60_000);
        assertEquals(List.of(), shard.failures);
    }

    @Test
    void aRestartGoesOnWaiting() {
        orphan(subscribe(MINUTE));
        shard.publishTo("t", "1");
        shard.advance(40_000);
        shard = shard.restart();
        assertEquals(List.of("1"), shard.waiting(durable));
        shard.advance(19_999);
        assertTrue(isThere());
        shard.advance(1);
        assertFalse(isThere());
    }

    @Test
    void whatIsLateAfterARestartEndsAtOnce() {
        orphan(subscribe(MINUTE));
        shard.now += 3_600_000;
        shard = shard.restart();
        shard.advance(0);
        assertFalse(isThere());
    }

    @Test
    void aCrashIsTheEventForWhoWasAttached() {
        subscribe(MINUTE);
        shard.advance(3_600_000);
        shard = shard.restart();
        shard.run();
        assertEquals(shard.now + 60_000, status().orElseThrow().expiry().endsAtMillis());
        shard.advance(30_000);
        shard = shard.restart();
        shard.advance(30_000);
        assertFalse(isThere(), "it waits no longer for another crash");
    }

    @Test
    void aCheckpointRemembersTheWait() {
        orphan(subscribe(MINUTE));
        shard.publishTo("t", "1");
        shard.runWhere(() -> shard.mailbox().tick());
        shard.checkpoint();
        shard = shard.restart();
        shard.advance(59_999);
        assertEquals(List.of("1"), shard.waiting(durable));
        shard.advance(1);
        assertFalse(isThere());
    }

    @Test
    void aCheckpointKnowsHowItStandsWhileItsEndIsNotOnTheDisk() {
        subscribe(SubscriptionExpiry.NEVER).detach();
        shard.journal.hold();
        TestConsumer again = subscribe(MINUTE);
        int known = shard.journal.waiting();
        again.detach();
        shard.unsubscribe(durable.identity());
        shard.commit(known);
        shard.checkpoint();
        assertTrue(shard.journal.waiting() > 0, "its end is on the disk");

        shard = shard.restart();
        assertEquals(MINUTE, status().orElseThrow().expiry().expiry());
        shard.advance(0);
        shard.advance(60_000);
        assertFalse(isThere());
    }
}
