package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Outcome;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.JournalPosition;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the store gets, keeps and gives back. */
class CheckpointTest {
    private final ShardFixture shard = new ShardFixture().queue("q");

    @Test
    void aCheckpointHoldsQueuesAndDurableMessagesAndTheJournalIsTrimmed() {
        shard.publish("q", "a", "b").send(ShardFixture.transientMessage("t"));
        shard.checkpoint();

        assertEquals(2, shard.store.size());
        assertEquals(3, shard.journal.trimmedTo());
        assertEquals(List.of("a", "b"), shard.restart().browse("q"));
    }

    @Test
    void whatIsInTheStoreIsNotCapturedAgain() {
        shard.publish("q", "a");
        shard.checkpoint();
        shard.publish("q", "b");
        shard.startCheckpoint();
        shard.runWhere(shard.store::begin);
        shard.runWhere(() -> shard.store.next(1000));
        shard.runWhere(shard.store::stored);
        shard.storeRest();
        shard.runWhere(shard.store::complete);

        assertEquals(2, shard.store.size());
    }

    @Test
    void aMessageConsumedAfterTheCheckpointLeavesWithTheNext() {
        shard.publish("q", "a", "b");
        shard.checkpoint();
        shard.consumer("q").credit(1).settle(0, Outcome.ACCEPTED);
        assertEquals(List.of("b"), shard.restart().browse("q"));
        shard.checkpoint();

        assertEquals(1, shard.store.size());
        assertEquals(List.of("b"), shard.restart().browse("q"));
    }

    @Test
    void aMessageRemovedBetweenCaptureAndStoredLeavesWithTheNext() {
        shard.publish("q", "a", "b");
        shard.startCheckpoint();
        shard.runWhere(shard.store::begin);
        shard.runWhere(() -> shard.store.next(1000));
        shard.consumer("q").credit(1).settle(0, Outcome.ACCEPTED);
        shard.runWhere(shard.store::stored);
        shard.storeRest();
        shard.runWhere(shard.store::complete);
        assertEquals(List.of("b"), shard.restart().browse("q"));
        shard.checkpoint();

        assertEquals(1, shard.store.size());
    }

    @Test
    void aMessageReturnedAfterItWasStoredIsCapturedAgain() {
        shard.publish("q", "a");
        shard.checkpoint();
        shard.consumer("q").credit(1).settle(0, Outcome.FAILED);
        shard.checkpoint();

        assertEquals(1, shard.store.size());
        assertEquals(1, shard.restart().consumer("q").credit(1).last().deliveryCount());
    }

    @Test
    void aMessageReturnedWhileACheckpointRunsIsNotResurrectedByItsSecondCopy() {
        shard.publish("q", "a");
        shard.checkpoint();
        shard.publish("q", "b");
        shard.startCheckpoint();
        shard.runWhere(shard.store::begin);
        // The place of the one that leaves is taken by the one that comes back.
        shard.consumer("q").credit(2).settle(1, Outcome.ACCEPTED).settle(0, Outcome.FAILED);
        shard.storeRest();
        shard.runWhere(shard.store::complete);
        assertEquals(2, shard.store.size(), "as it was and as it is");

        ShardFixture after = shard.restart();
        TestConsumer consumer = after.consumer("q").credit(1);
        assertEquals(1, consumer.last().deliveryCount());
        consumer.settle(0, Outcome.ACCEPTED);
        after.checkpoint();

        assertEquals(0, after.store.size());
        assertEquals(List.of(), after.restart().browse("q"));
    }

    @Test
    void messagesOfAFailedCheckpointAreCapturedAgain() {
        shard.publish("q", "a", "b");
        ShardFixture.Answer<JournalPosition> failed = shard.startCheckpoint();
        shard.storeRest();
        shard.runWhere(shard.store::fail);
        assertEquals(Refusal.Kind.INTERNAL_ERROR, failed.refusal().kind());

        shard.checkpoint();

        assertEquals(List.of("a", "b"), shard.restart().browse("q"));
    }

    @Test
    void aTokenOfAFailedCheckpointIsNotForgotten() {
        shard.publish("q", "a", "b");
        shard.startCheckpoint();
        shard.storeRest();
        shard.runWhere(shard.store::fail);
        shard.startCheckpoint();
        shard.runWhere(shard.store::begin);
        shard.consumer("q").credit(1).settle(0, Outcome.ACCEPTED);
        shard.storeRest();
        shard.runWhere(shard.store::complete);
        shard.checkpoint();

        assertEquals(List.of("b"), shard.restart().browse("q"), "its token is another message's by now");
    }

    @Test
    void aQueueDeletedWhileACheckpointRuns() {
        shard.publish("q", "a", "b");
        shard.startCheckpoint();
        shard.runWhere(shard.store::begin);
        shard.runWhere(() -> shard.store.next(1000));
        shard.delete("q", ShardMailbox.DeleteCondition.ALWAYS);
        shard.runWhere(shard.store::stored);
        shard.storeRest();
        shard.runWhere(shard.store::complete);
        assertEquals(List.of(), shard.restart().list());
        shard.checkpoint();

        assertEquals(0, shard.store.size());
        assertEquals(List.of(), shard.restart().list());
    }

    @Test
    void aCheckpointAskedForWhileOneRunsIsTheNext() {
        ShardFixture.Answer<JournalPosition> first = shard.startCheckpoint();
        ShardFixture.Answer<JournalPosition> second = shard.startCheckpoint();
        shard.runWhere(() -> shard.journal.listener().checkpointWanted(false));
        shard.storeRest();
        shard.runWhere(shard.store::complete);
        assertEquals(1, first.value().index());
        assertTrue(second.isPending() && shard.store.isRunning());
        shard.storeRest();
        shard.runWhere(shard.store::complete);
        second.value();

        assertFalse(shard.store.isRunning());
    }

    @Test
    void slicesAreOfOneQueueAndAboutAsLargeAsAsked() {
        shard.queue("r").publish("r", "x");
        shard.publish("q", "aaaa", "bbbb", "cccc");
        shard.startCheckpoint();
        shard.runWhere(shard.store::begin);
        int slices = 0;
        while (!shard.store.hasEnded()) {
            shard.runWhere(() -> shard.store.next(8));
            if (shard.store.hasSlice()) {
                shard.runWhere(shard.store::stored);
                slices++;
            }
        }

        assertEquals(3, slices);
    }

    @Test
    void countersSurviveThroughACheckpointAlone() {
        shard.publish("q", "a", "b");
        TestConsumer consumer = shard.consumer("q").credit(2).acceptAll();
        shard.checkpoint();
        ShardFixture after = shard.restart();
        after.publish("q", "c");

        assertEquals(
                consumer.last().sequence() + 1,
                after.consumer("q").credit(1).last().sequence());
    }
}
