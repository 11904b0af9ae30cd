package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.queue.DispatchReason;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Messages that leave memory and come back. */
class PagingTest {
    private ShardFixture shard = new ShardFixture(nothingStays()).queue("q");

    /** Whatever a page has leaves memory at once; checkpoints are asked for by the test. */
    static ShardLimits nothingStays() {
        return new ShardLimits(1 << 20, 1 << 20, 1 << 20, 1 << 20, new ShardLimits.Paging(1, 1 << 20, 1, 1));
    }

    private static String[] numbered(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(i -> "m" + i).toArray(String[]::new);
    }

    private static List<String> list(int from, int to) {
        return List.of(numbered(from, to));
    }

    private void publishOut(int count) {
        shard.publish("q", numbered(1, count));
        shard.checkpoint();
        shard.advance(0);
        assertEquals(count, shard.status("q").pagedOut());
    }

    private void restart() {
        shard = shard.restart();
        shard.advance(0);
    }

    private void answerReads() {
        while (shard.store.readsWaiting() > 0) {
            shard.runWhere(shard.store::answerRead);
        }
    }

    @Test
    void whatAPageHasLeavesMemoryAndIsDeliveredOnceAndInOrder() {
        publishOut(10);
        shard.publish("q", numbered(11, 13));
        TestConsumer consumer = shard.consumer("q").credit(20);
        assertEquals(list(1, 13), consumer.bodies());
        consumer.acceptAll();

        assertEquals(0, shard.status("q").messages());
        assertEquals(0, shard.status("q").bytes());
    }

    @Test
    void nothingIsReadAtStart() {
        publishOut(10);
        restart();
        assertEquals(0, shard.store.readCount);
        assertEquals(10, shard.status("q").messages());
        assertEquals(21, shard.status("q").bytes());

        assertEquals(list(1, 10), shard.consumer("q").credit(20).bodies());
    }

    @Test
    void noMorePagesAreReadThanCreditAsksFor() {
        publishOut(20);
        shard.consumer("q").credit(1);

        assertTrue(shard.store.readCount <= 2, "one, and one ahead; it was " + shard.store.readCount);
    }

    @Test
    void aMessageIsNotOvertakenWhileItsPageIsRead() {
        publishOut(4);
        shard.publish("q", "m5");
        shard.store.holdsReads = true;
        TestConsumer consumer = shard.consumer("q").drain(9);
        assertEquals(List.of("attached"), consumer.events);
        assertEquals(DispatchReason.LOADING, shard.explain(consumer, 1));
        answerReads();

        assertEquals(list(1, 5), consumer.bodies());
        assertEquals("drained", consumer.events.get(consumer.events.size() - 1));
    }

    @Test
    void aHigherLevelIsWaitedFor() {
        shard.producer("q").send(ShardFixture.withPriority("high", 9));
        shard.checkpoint();
        shard.advance(0);
        shard.producer("q").send(ShardFixture.withPriority("low", 1));
        shard.store.holdsReads = true;
        TestConsumer consumer = shard.consumer("q").credit(2);
        assertEquals(List.of(), consumer.bodies());
        answerReads();

        assertEquals(List.of("high", "low"), consumer.bodies());
    }

    @Test
    void everyLevelOfAPriorityQueueIsServedInItsOrder() {
        List<String> expected = new ArrayList<>();
        TestProducer producer = shard.producer("q");
        for (int i = 0; i < 5; i++) {
            for (int priority = 0; priority <= 9; priority++) {
                producer.send(ShardFixture.withPriority("p" + priority + i, priority));
            }
        }
        for (int priority = 9; priority >= 0; priority--) {
            for (int i = 0; i < 5; i++) {
                expected.add("p" + priority + i);
            }
        }
        shard.checkpoint();
        restart();

        assertEquals(expected, shard.browse("q"));
        assertEquals(50, shard.status("q").pagedOut(), "a browser leaves them where they are");
        assertEquals(expected, shard.consumer("q").credit(50).bodies());
    }

    @Test
    void eachPriorityIsCountedWhereverItsMessagesAre() {
        TestProducer producer = shard.producer("q");
        for (int i = 0; i < 6; i++) {
            producer.send(ShardFixture.withPriority("m" + i, i % 3 * 4));
        }
        List<Long> all = List.of(2L, 0L, 0L, 0L, 2L, 0L, 0L, 0L, 2L, 0L);
        assertEquals(all, shard.status("q").messagesByPriority());
        shard.checkpoint();
        shard.advance(0);
        assertEquals(6, shard.status("q").pagedOut());
        assertEquals(all, shard.status("q").messagesByPriority());
        restart();
        assertEquals(all, shard.status("q").messagesByPriority());

        TestConsumer consumer = shard.consumer("q").credit(1);
        assertEquals(all, shard.status("q").messagesByPriority(), "a consumer has one, and it is in the queue");
        consumer.settle(0, Outcome.ACCEPTED);
        assertEquals(1, shard.status("q").messagesByPriority().get(8));
        shard.purge("q");
        assertEquals(java.util.Collections.nCopies(10, 0L), shard.status("q").messagesByPriority());
    }

    @Test
    void aQueueWithoutOrderByPriorityCountsNone() {
        shard.declare(QueueDefinition.named("f").withService(QueueDefinition.Service.FIFO));
        shard.producer("f").send(ShardFixture.withPriority("m", 9));
        assertEquals(1, shard.status("f").messages());
        assertEquals(List.of(), shard.status("f").messagesByPriority());
    }

    @Test
    void weightsHoldWhereverMessagesAre() {
        ShardFixture inMemory = new ShardFixture();
        for (ShardFixture each : List.of(shard, inMemory)) {
            each.declare(QueueDefinition.named("w").withService(QueueDefinition.Service.WEIGHTED));
            TestProducer producer = each.producer("w");
            for (int i = 0; i < 30; i++) {
                producer.send(ShardFixture.withPriority("m" + i, i % 3 * 4));
            }
        }
        shard.checkpoint();
        shard.advance(0);
        assertEquals(30, shard.status("w").pagedOut());

        assertEquals(
                inMemory.consumer("w").credit(30).bodies(),
                shard.consumer("w").credit(30).bodies());
    }

    @Test
    void aReturnedMessageGoesToItsOwnPlaceBeforeAndBehindWhatIsOut() {
        publishOut(8);
        TestConsumer consumer = shard.consumer("q").credit(4);
        consumer.settle(1, Outcome.FAILED).settle(3, Outcome.RELEASED);
        consumer.credit(6);

        assertEquals(List.of("m1", "m2", "m3", "m4", "m2", "m4", "m5", "m6", "m7", "m8"), consumer.bodies());
    }

    @Test
    void aMessageConsumedOutOfOrderLeavesItsPageAndOnlyThat() {
        publishOut(8);
        TestConsumer consumer = shard.consumer("q").credit(8);
        for (int i : new int[] {6, 1, 4}) {
            consumer.settle(i, Outcome.ACCEPTED);
        }
        shard.checkpoint();
        restart();

        assertEquals(List.of("m1", "m3", "m4", "m6", "m8"), shard.browse("q"));
    }

    @Test
    void messagesRemovedWhileOutAreGoneAfterTheReplay() {
        publishOut(8);
        shard.consumer("q").credit(3).acceptAll();
        restart();
        assertEquals(5, shard.status("q").messages());
        assertEquals(5, shard.status("q").pagedOut());
        shard.checkpoint();
        assertEquals(5, shard.store.size());

        assertEquals(list(4, 8), shard.consumer("q").credit(9).bodies());
    }

    @Test
    void whatHappenedToAMessageThatIsOutIsRememberedThroughCheckpoints() {
        publishOut(3);
        TestConsumer consumer = shard.consumer("q").credit(1).settle(0, Outcome.FAILED);
        consumer.detach();
        restart();
        assertEquals(3, shard.status("q").pagedOut());
        shard.checkpoint();
        restart();
        shard.checkpoint();
        restart();

        assertEquals(1, shard.consumer("q").credit(1).last().deliveryCount());
    }

    @Test
    void purgeReadsNothing() {
        publishOut(9);
        shard.publish("q", "m10");
        TestConsumer consumer = shard.consumer("q").credit(1);
        int read = shard.store.readCount;
        assertEquals(9, shard.purge("q").value());
        assertEquals(read, shard.store.readCount);
        assertEquals(1, shard.status("q").messages());
        consumer.settle(0, Outcome.RELEASED);
        shard.checkpoint();
        restart();

        assertEquals(List.of("m1"), shard.browse("q"));
    }

    @Test
    void whatIsBeingPurgedIsNotDelivered() {
        publishOut(9);
        shard.journal.hold();
        shard.purge("q");
        TestConsumer consumer = shard.consumer("q").drain(5);
        assertEquals(List.of("attached", "drained"), consumer.events);
        assertEquals(DispatchReason.SETTLING, shard.explain(consumer, 1));
        shard.commitAll();

        assertEquals(0, shard.status("q").messages());
        shard.checkpoint();
        assertEquals(0, shard.store.size());
    }

    @Test
    void aDeletedQueueLeavesNoPage() {
        publishOut(9);
        shard.consumer("q").credit(2);
        shard.delete("q", ShardMailbox.DeleteCondition.ALWAYS);
        shard.checkpoint();

        assertEquals(0, shard.store.size());
    }

    @Test
    void aQueueDeletedWhileItsPageIsRead() {
        publishOut(5);
        shard.store.holdsReads = true;
        shard.consumer("q").credit(2);
        shard.delete("q", ShardMailbox.DeleteCondition.ALWAYS);
        answerReads();

        assertEquals(List.of(), shard.failures);
        assertEquals(List.of(), shard.list());
    }

    @Test
    void aMessageExpiresWhereverItIs() {
        shard.queue(QueueDefinition.named("late"))
                .declare(QueueDefinition.named("r")
                        .withDeadLetter(new QueueDefinition.DeadLetter(
                                java.util.Optional.empty(), java.util.Optional.of("late"), 0)));
        TestProducer producer = shard.producer("r");
        for (int i = 0; i < 6; i++) {
            producer.send(
                    i % 2 == 0
                            ? ShardFixture.withTtl("t" + i, 100 + i * 10)
                            : ShardFixture.message("k" + i, Message.Header.DURABLE));
        }
        shard.checkpoint();
        shard.advance(50);
        int read = shard.store.readCount;
        assertEquals(6, shard.status("r").pagedOut());
        shard.advance(51);
        shard.advance(1);
        assertEquals(List.of("t0"), shard.browse("late"));
        assertTrue(shard.store.readCount > read);
        shard.advance(100);
        shard.advance(1);

        assertEquals(List.of("t0", "t2", "t4"), shard.browse("late"));
        assertEquals(3, shard.status("r").messages());
        read = shard.store.readCount;
        shard.advance(1_000);
        assertEquals(read, shard.store.readCount, "nothing is due any more");
    }

    @Test
    void theOldestGivesWayAlsoWhenItIsOut() {
        QueueDefinition.Limits limits = new QueueDefinition.Limits(
                5, QueueDefinition.UNLIMITED, QueueDefinition.Overflow.DROP_HEAD, QueueDefinition.UNLIMITED);
        shard.declare(QueueDefinition.named("d").withLimits(limits));
        shard.publish("d", numbered(1, 5));
        shard.checkpoint();
        shard.advance(0);
        shard.publish("d", "m6", "m7");

        assertEquals(list(3, 7), shard.browse("d"));
    }

    @Test
    void aPageThatCannotBeReadIsSetAsideAndTheRestGoesOn() {
        publishOut(12);
        shard.store.damage(2);
        TestConsumer consumer = shard.consumer("q");
        try (LoggedErrors errors = new LoggedErrors()) {
            consumer.drain(20);
            assertEquals(1, errors.messages().size(), errors.messages()::toString);
            assertTrue(errors.messages().get(0).startsWith("Queue 'q': 4 messages of "), errors.messages()::toString);
        }

        assertEquals(List.of("m1", "m2", "m3", "m4", "m9", "m10", "m11", "m12"), consumer.bodies());
        assertEquals("drained", consumer.events.get(consumer.events.size() - 1));
        assertEquals(4, shard.status("q").damaged());
        assertEquals(8, shard.status("q").unsettled());
        assertEquals(DispatchReason.DAMAGED, shard.explain(consumer, 5));
        assertEquals(8, shard.browse("q").size() + consumer.bodies().size());
        assertEquals(4, shard.purge("q").value(), "an operator gets rid of them");
        assertEquals(0, shard.status("q").damaged());
    }

    @Test
    void whatIsInMemoryOfADamagedPageGoesIntoAnother() {
        publishOut(4);
        TestConsumer consumer = shard.consumer("q").credit(2);
        consumer.settle(1, Outcome.RELEASED);
        shard.advance(0);
        shard.store.damage(1);
        consumer.credit(9);
        shard.checkpoint();
        shard.store.repair();
        restart();

        assertEquals(4, shard.status("q").messages());
        assertEquals("m1", shard.browse("q").get(0));
    }

    @Test
    void whatSomebodyHasStaysInMemory() {
        shard.publish("q", numbered(1, 6));
        TestConsumer consumer = shard.consumer("q", io.sluice.broker.queue.Consumer.Mode.MOVE, Outcome.RELEASED);
        consumer.credit(6).settle(2, Outcome.RELEASED).grant(0, false);
        consumer.settle(3, Outcome.RELEASED);
        shard.checkpoint();
        TestConsumer other = shard.consumer("q");
        shard.advance(0);

        assertEquals(0, shard.status("q").pagedOut(), "two with a consumer, two at the head");
        other.detach();
        consumer.settle(4, Outcome.RELEASED);
        assertEquals(6, shard.status("q").messages());
    }

    @Test
    void messagesThatAreNotDurableStay() {
        shard.producer("q").send(ShardFixture.transientMessage("t")).send("d");
        shard.checkpoint();
        shard.advance(0);

        assertEquals(1, shard.status("q").pagedOut());
        assertEquals(List.of("t", "d"), shard.consumer("q").credit(2).bodies());
    }

    @Test
    void theHeadStaysWhileSomebodyConsumes() {
        ShardLimits limits =
                new ShardLimits(1 << 20, 1 << 20, 1 << 20, 1 << 20, new ShardLimits.Paging(1, 1 << 20, 4, 100));
        shard = new ShardFixture(limits).queue("q");
        shard.consumer("q");
        shard.publish("q", numbered(1, 40));
        shard.checkpoint();
        shard.advance(0);
        long resident = 40 - shard.status("q").pagedOut();

        assertEquals(4, resident);
    }

    @Test
    void pagesOfWhichLittleIsLeftAreGivenUp() {
        shard.store.pageMessages = 10;
        shard.publish("q", numbered(1, 40));
        shard.checkpoint();
        TestConsumer consumer = shard.consumer("q").credit(40);
        for (int i = 0; i < 40; i++) {
            if (i % 10 != 7) {
                consumer.settle(i, Outcome.ACCEPTED);
            }
        }
        consumer.detach();
        for (int i = 0; i < 4; i++) {
            shard.checkpoint();
            shard.advance(0);
        }

        assertEquals(2, shard.store.pages().size(), "of five; the last was a short one");
        assertEquals(List.of("m8", "m18", "m28", "m38"), shard.browse("q"));
        restart();
        assertEquals(List.of("m8", "m18", "m28", "m38"), shard.browse("q"));
    }

    @Test
    void memoryAsksForACheckpointAndHurriesWhenItIsPressing() {
        shard = new ShardFixture(new ShardLimits(10_000, 1 << 20, 1 << 20, 1 << 10)).queue("q");
        TestProducer producer = shard.producer("q");
        for (int i = 0; i < 11; i++) {
            producer.send("m" + i);
        }
        assertEquals(1, shard.store.checkpointCount);
        assertFalse(shard.store.hurried);
        for (int i = 11; i < 33; i++) {
            producer.send("m" + i);
        }
        assertTrue(shard.store.hurried);
        shard.storeRest();
        shard.runWhere(shard.store::complete);
        assertFalse(shard.store.hurried);
        assertTrue(producer.creditOpen);

        assertEquals(33, shard.consumer("q").credit(40).bodies().size());
    }

    @Test
    void aFailedCheckpointIsNotAskedForAgainAtOnce() {
        shard = new ShardFixture(new ShardLimits(10_000, 1 << 20, 1 << 20, 1 << 10)).queue("q");
        TestProducer producer = shard.producer("q");
        for (int i = 0; i < 11; i++) {
            producer.send("m" + i);
        }
        shard.runWhere(shard.store::fail);
        shard.advance(999);
        assertEquals(1, shard.store.checkpointCount);
        shard.advance(1);

        assertEquals(2, shard.store.checkpointCount);
    }

    @Test
    void anUrgentJournalHurriesTheStoreUntilTheCheckpointEnds() {
        shard.publish("q", "m1");
        shard.runWhere(() -> shard.journal.listener().checkpointWanted(true));
        assertTrue(shard.store.hurried);
        shard.storeRest();
        shard.runWhere(shard.store::complete);

        assertFalse(shard.store.hurried);
    }

    @Test
    void aReplayThatIsLargerThanMemoryWritesCheckpointsOnTheWay() {
        shard = new ShardFixture(ShardLimits.ofMemory(1 << 20)).queue("q");
        for (int i = 1; i <= 200; i++) {
            shard.publish("q", "m" + i);
        }
        ShardFixture small = shard.restart(ShardLimits.ofMemory(20_000));
        assertTrue(small.store.checkpointCount >= 2, "checkpoints: " + small.store.checkpointCount);
        assertEquals(0, small.store.pacedCount, "nobody is served meanwhile: there is nothing to leave the disk to");
        assertFalse(small.store.hurried, "from now on somebody is");
        assertTrue(small.journal.trimmedTo() > 100, "what they hold is not replayed again");
        assertTrue(small.status("q").pagedOut() > 100);
        assertEquals(List.of(numbered(1, 200)), small.browse("q"));

        assertEquals(List.of(numbered(1, 200)), small.restart().browse("q"));
    }

    @Test
    void aReplayGoesOnWithoutCheckpointsWhileThereIsMemory() {
        shard = new ShardFixture(ShardLimits.ofMemory(1 << 20)).queue("q");
        for (int i = 1; i <= 50; i++) {
            shard.publish("q", "m" + i);
        }
        NaiveStore failing = new NaiveStore();
        failing.failsByItself = true;
        ShardFixture small = shard.restart(failing, ShardLimits.ofMemory(20_000));

        assertEquals(list(1, 50), small.browse("q"));
        assertTrue(failing.checkpointCount > 0);
        assertEquals(0, failing.pacedCount);
        assertFalse(failing.hurried);
    }

    @Test
    void aPageThatIsForgottenWhileItIsReadIsNotDamaged() {
        publishOut(4);
        shard.store.holdsReads = true;
        TestConsumer consumer = shard.consumer("q").credit(9);
        assertEquals(1, shard.store.readsWaiting());
        forgetWhileRead();

        assertEquals(List.of("new"), consumer.bodies());
    }

    @Test
    void aPageThatIsForgottenWhileABrowserReadsItIsNotDamaged() {
        publishOut(4);
        shard.store.holdsReads = true;
        TestConsumer browser = shard.browser("q").credit(9);
        assertEquals(1, shard.store.readsWaiting());
        forgetWhileRead();

        assertEquals(List.of(), browser.bodies());
    }

    @Test
    void aPageThatIsForgottenWhileItIsReadForWhatIsDueIsNotDamaged() {
        shard.producer("q").send(ShardFixture.withTtl("t", 100)).send("d");
        shard.checkpoint();
        shard.advance(0);
        shard.store.holdsReads = true;
        shard.advance(101);
        assertEquals(1, shard.store.readsWaiting());
        forgetWhileRead();

        assertEquals(List.of("new"), shard.browse("q"));
    }

    /** The read that waits finds nothing: the store has freed the page. */
    private void forgetWhileRead() {
        shard.purge("q").value();
        shard.checkpoint();
        assertEquals(java.util.Set.of(), shard.store.pages());
        try (LoggedErrors errors = new LoggedErrors()) {
            answerReads();
            assertEquals(List.of(), errors.messages());
        }
        assertEquals(List.of(), shard.failures);
        assertEquals(0, shard.status("q").damaged());
        shard.publish("q", "new");
        assertEquals(1, shard.status("q").messages());
    }

    @Test
    void scheduledMessagesWaitOutOfMemoryAndComeWhenTheyAreDue() {
        TestProducer producer = shard.producer("q");
        for (int i = 0; i < 20; i++) {
            producer.send(ScheduledTest.delayed("s" + i, 1000 - i * 10));
        }
        shard.checkpoint();
        restart();
        assertEquals(20, shard.status("q").pagedOut());
        assertEquals(20, shard.status("q").scheduled());
        TestConsumer consumer = shard.consumer("q").credit(50);
        assertEquals(DispatchReason.SCHEDULED, shard.explain(consumer, 1));
        shard.advance(809);
        assertEquals(List.of(), consumer.bodies());
        assertEquals(0, shard.store.readCount);
        shard.advance(1);
        assertEquals(List.of("s19"), consumer.bodies());
        for (int i = 0; i < 19; i++) {
            shard.advance(10);
        }

        assertEquals(20, consumer.bodies().size());
        assertEquals("s0", consumer.bodies().get(19));
        consumer.acceptAll();
        shard.checkpoint();
        assertEquals(0, shard.store.size());
    }

    @Test
    void aPageOfWhichAllIsDueIsNotReadForThat() {
        TestProducer producer = shard.producer("q");
        for (int i = 0; i < 8; i++) {
            producer.send(ScheduledTest.delayed("s" + i, 100));
        }
        shard.checkpoint();
        shard.advance(1000);
        assertEquals(0, shard.store.readCount);
        assertEquals(0, shard.status("q").scheduled());

        assertEquals(8, shard.consumer("q").credit(9).bodies().size());
    }

    @Test
    void whatIsDueComesInOnlyWhileThereIsRoomHoweverSlowTheDisk() {
        int pages = 400;
        shard = new ShardFixture(new ShardLimits(180_000, 1 << 20, 1 << 20, 1 << 10)).queue("q");
        TestProducer producer = shard.producer("q");
        for (int page = 0; page < pages; page++) {
            // In each, one that is due soon and three that are not: a page that is read for its first.
            for (int i = 0; i < 4; i++) {
                producer.send(ScheduledTest.delayed("s" + page + "." + i, i == 0 ? 10_000 : 20_000));
            }
            shard.checkpoint();
        }
        assertEquals(List.of(), producer.refusals);
        assertEquals(4 * pages, shard.status("q").scheduled());

        for (int tick = 0; tick < pages; tick++) {
            // No checkpoint comes to an end, so that what has come in cannot leave again.
            shard.advance(tick == 0 ? 10_000 : 1);
        }
        long resident = shard.status("q").messages() - shard.status("q").pagedOut();
        assertTrue(resident > 0 && resident < 200, resident + " messages in memory");

        shard.advance(20_000);
        TestConsumer consumer = shard.consumer("q");
        for (int i = 0; i < 4 * pages; i++) {
            consumer.credit(1);
            assertEquals(i + 1, consumer.bodies().size(), "a consumer gets all of them");
            consumer.settle(i, Outcome.ACCEPTED);
            shard.commitAll();
        }
        assertEquals(0, shard.status("q").messages());
    }

    @Test
    void scheduledMessagesThatAreOutAreListedAndCancelled() {
        TestProducer producer = shard.producer("q");
        for (int i = 1; i <= 9; i++) {
            producer.send(ScheduledTest.delayed("s" + i, 1000 - i * 10));
        }
        shard.checkpoint();
        shard.advance(0);
        shard.producer("q").send(ScheduledTest.delayed("s10", 500));
        ShardFixture.Answer<io.sluice.broker.ScheduledMessage.Some> some = new ShardFixture.Answer<>();
        shard.runWhere(() -> shard.mailbox().scheduled("q", 3, 4, shard.client, some));
        assertEquals(
                List.of(3L, 4L, 5L, 6L),
                some.value().messages().stream().map(each -> each.sequence()).toList());
        ShardFixture.Answer<io.sluice.broker.ScheduledMessage.Some> rest = new ShardFixture.Answer<>();
        shard.runWhere(() -> shard.mailbox().scheduled("q", some.value().nextSequence(), 20, shard.client, rest));
        assertEquals(
                List.of(7L, 8L, 9L, 10L),
                rest.value().messages().stream().map(each -> each.sequence()).toList());
        assertEquals(Long.MAX_VALUE, rest.value().nextSequence());
        ShardFixture.Answer<Boolean> cancelled = new ShardFixture.Answer<>();
        shard.runWhere(() -> shard.mailbox().cancelScheduled("q", 4, shard.client, cancelled));

        assertTrue(cancelled.value());
        assertEquals(9, shard.status("q").messages());
    }

    @Test
    void aBrowserSeesWhatIsOutAsItWasWhenItAttached() {
        publishOut(9);
        TestConsumer browser = shard.browser("q").credit(2);
        shard.publish("q", "m10");
        shard.checkpoint();
        shard.advance(0);
        browser.drain(20);

        assertEquals(list(1, 9), browser.bodies());
        assertEquals("drained", browser.events.get(browser.events.size() - 1));
    }
}
