package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.DispatchReason;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Consumers that take some of the messages, wherever these are. */
class SelectingTest {
    private ShardFixture shard = new ShardFixture().queue("q");

    private TestConsumer selecting(Predicate<String> filter) {
        return shard.selecting("q", Consumer.Mode.MOVE, Outcome.RELEASED, filter);
    }

    /** Each message is in a page and not in memory. */
    private void allOut() {
        shard = new ShardFixture(PagingTest.nothingStays()).queue("q");
    }

    private void restart() {
        shard.checkpoint();
        shard = shard.restart();
    }

    @Test
    void aConsumerGetsWhatItSelectsInOrderAndTheRestStays() {
        shard.publish("q", "a1", "b1", "a2", "b2");
        assertEquals(
                List.of("b1", "b2"),
                selecting(body -> body.startsWith("b")).credit(5).bodies());

        assertEquals(List.of("a1", "a2"), shard.consumer("q").credit(5).bodies());
    }

    @Test
    void whatIsOutOfMemoryIsSelectedAndOnlyThatComesIn() {
        allOut();
        shard.publish("q", "a1", "b1", "a2", "b2", "a3", "b3", "a4", "b4", "a5");
        restart();
        assertEquals(9, shard.status("q").pagedOut());
        TestConsumer consumer = selecting(body -> body.startsWith("b")).credit(9);

        assertEquals(List.of("b1", "b2", "b3", "b4"), consumer.bodies());
        assertEquals(5, shard.status("q").pagedOut());
        assertEquals(4, shard.status("q").unsettled());
    }

    @Test
    void nothingIsExaminedTwice() {
        allOut();
        List<String> examined = new ArrayList<>();
        shard.publish("q", "a1", "b1", "a2", "a3");
        restart();
        TestConsumer consumer = selecting(body -> {
            examined.add(body);
            return body.startsWith("b");
        });
        consumer.credit(5);
        shard.publish("q", "a4", "b2");
        shard.publish("q", "a5");
        shard.advance(1);

        assertEquals(List.of("b1", "b2"), consumer.bodies());
        assertEquals(List.of("a1", "b1", "a2", "a3", "a4", "b2", "a5"), examined);
    }

    @Test
    void aMessageThatComesBackBehindTheCursorIsLookedAtAgain() {
        shard.publish("q", "a1", "b1", "a2");
        TestConsumer all = shard.consumer("q").credit(2);
        TestConsumer consumer = selecting(body -> body.startsWith("b")).credit(5);
        assertEquals(List.of(), consumer.bodies());
        all.settle(1, Outcome.RELEASED);

        assertEquals(List.of("b1"), consumer.bodies());
    }

    @Test
    void whatCameBackAndWentOutOfMemoryIsFound() {
        shard.publish("q", "a1", "b1", "a2");
        shard = new ShardFixture(PagingTest.nothingStays()).queue("q");
        shard.publish("q", "a1", "b1", "a2", "a3", "a4");
        TestConsumer all = shard.consumer("q").credit(2);
        TestConsumer consumer = selecting(body -> body.startsWith("b"));
        consumer.credit(1).grant(0, false);
        all.settle(1, Outcome.RELEASED);
        all.detach();
        shard.checkpoint();
        shard.advance(1);
        consumer.credit(1);

        assertEquals(List.of("b1"), consumer.bodies());
    }

    @Test
    void selectedMessagesOfHigherLevelsComeFirst() {
        allOut();
        TestProducer producer = shard.producer("q");
        for (int priority : List.of(1, 8, 4, 8)) {
            producer.send(ShardFixture.withPriority("b" + priority, priority));
            producer.send(ShardFixture.withPriority("a" + priority, priority));
        }
        restart();

        assertEquals(
                List.of("b8", "b8", "b4", "b1"),
                selecting(body -> body.startsWith("b")).credit(9).bodies());
    }

    @Test
    void thoseWhoTakeAllAndThoseWhoSelectShare() {
        shard.publish("q", "a1", "b1", "a2", "b2");
        TestConsumer selecting = selecting(body -> body.startsWith("b"));
        TestConsumer all = shard.consumer("q");
        selecting.credit(1);
        all.credit(9);

        assertEquals(List.of("b1"), selecting.bodies());
        assertEquals(List.of("a1", "a2", "b2"), all.bodies());
    }

    @Test
    void aDrainEndsWhenAllIsExamined() {
        allOut();
        shard.publish("q", "a1", "a2", "a3", "a4", "a5", "b1");
        restart();
        shard.store.holdsReads = true;
        TestConsumer consumer = selecting(body -> body.startsWith("b")).drain(5);
        assertEquals(List.of("attached"), consumer.events);
        while (shard.store.readsWaiting() > 0) {
            shard.runWhere(shard.store::answerRead);
        }

        assertEquals(List.of("attached", "deliver b1", "drained"), consumer.events);
    }

    @Test
    void aBrowserSelectsToo() {
        shard.publish("q", "a1", "b1", "a2");
        TestConsumer browser = shard.selecting("q", Consumer.Mode.COPY, Outcome.RELEASED, body -> body.startsWith("b"));

        assertEquals(List.of("b1"), browser.drain(5).bodies());
    }

    @Test
    void thousandsThatNobodySelectsAreExaminedALittleAtATime() {
        for (int i = 0; i < 12; i++) {
            String[] bodies = new String[1000];
            java.util.Arrays.fill(bodies, "a");
            shard.publish("q", bodies);
        }
        shard.publish("q", "b");
        TestConsumer consumer = selecting(body -> body.startsWith("b")).drain(1);

        assertEquals(List.of("attached", "deliver b", "drained"), consumer.events);
    }

    @Test
    void explainsThatNobodySelectsIt() {
        shard.publish("q", "a1");
        TestConsumer consumer = selecting(body -> body.startsWith("b")).credit(1);

        assertEquals(DispatchReason.NOT_SELECTED, shard.explain(consumer, 1));
    }

    @Test
    void aMessageThatWasChangedIsSelectedAsItIs() {
        shard.publish("q", "a1");
        Predicate<Message> returned = message -> !message.added().isEmpty();
        TestConsumer consumer =
                new TestConsumer(shard, "q", Consumer.Mode.MOVE, Outcome.RELEASED, java.util.Optional.of(returned));
        shard.runWhere(() -> shard.mailbox().attach(consumer.handle));
        consumer.credit(1);
        assertEquals(List.of(), consumer.bodies());
        io.sluice.broker.Annotations note = io.sluice.broker.Annotations.of(
                java.util.Map.of("x-opt-n", new io.sluice.broker.Annotations.Number(1)));
        shard.consumer("q").credit(1).settle(0, new Outcome.Modified(true, true, note));

        assertEquals(List.of("a1"), consumer.bodies());
    }
}
