package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.broker.Outcome;
import io.sluice.broker.shard.ShardLimits.Idle;
import org.junit.jupiter.api.Test;

/** A shard that has nothing to do moves what it holds to the store, where that is worth it. */
class IdleCheckpointTest {
    private static final long AFTER_MILLIS = 5_000;

    private final ShardFixture shard = fixture(new Idle(AFTER_MILLIS, 200, 2));

    private static ShardFixture fixture(Idle idle) {
        ShardFixture shard = new ShardFixture(ShardLimits.ofMemory(1L << 30).withIdle(idle)).queue("q");
        shard.store.runsByItself = true;
        return shard;
    }

    /** Ticks as the server does: time passes in steps. */
    private void quiet(long millis) {
        for (long passed = 0; passed < millis; passed += 100) {
            shard.advance(100);
        }
    }

    @Test
    void whatWaitsForAPageGetsOneWhenNothingHappensForAWhile() {
        shard.publish("q", "a", "b", "c");
        quiet(AFTER_MILLIS - 100);
        assertEquals(0, shard.store.size());

        quiet(200);

        assertEquals(3, shard.store.size());
    }

    @Test
    void aShardThatIsUsedIsLeftAlone() {
        for (int i = 0; i < 20; i++) {
            shard.publish("q", "message " + i);
            quiet(AFTER_MILLIS / 2);
        }

        assertEquals(0, shard.store.size());
    }

    @Test
    void onceIsEnoughUntilSomethingIsWrittenAgain() {
        shard.publish("q", "a", "b", "c");
        quiet(AFTER_MILLIS + 100);
        int checkpoints = shard.store.checkpointCount;
        quiet(10 * AFTER_MILLIS);

        assertEquals(checkpoints, shard.store.checkpointCount);
    }

    @Test
    void aLittleIsNotWorthIt() {
        ShardFixture little = fixture(new Idle(AFTER_MILLIS, 1 << 20, 1 << 20));
        little.publish("q", "a", "b", "c");
        little.advance(AFTER_MILLIS);
        little.advance(AFTER_MILLIS);

        assertEquals(0, little.store.size());
    }

    @Test
    void drainedPagesAreForgottenAlsoWhereTheRecordsOfItAreSmall() {
        shard.publish("q", "a", "b", "c");
        quiet(AFTER_MILLIS + 100);
        assertEquals(3, shard.store.size());

        TestConsumer consumer = shard.consumer("q").credit(3);
        for (int i = 0; i < 3; i++) {
            consumer.settle(i, Outcome.ACCEPTED);
        }
        quiet(AFTER_MILLIS + 200);

        assertEquals(0, shard.store.size());
    }

    @Test
    void whatAStartLeftInMemoryIsMovedAsWell() {
        shard.publish("q", "a", "b", "c");
        ShardFixture next = shard.restart();
        next.store.runsByItself = true;
        next.advance(100);
        next.advance(AFTER_MILLIS);

        assertEquals(3, next.store.size());
    }

    @Test
    void neverIsNever() {
        ShardFixture never = fixture(new Idle(0, 1, 1));
        never.publish("q", "a", "b", "c");
        never.advance(AFTER_MILLIS);
        never.advance(AFTER_MILLIS);

        assertEquals(0, never.store.size());
    }
}
