package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Annotations;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.Limits;
import io.sluice.broker.QueueDefinition.Overflow;
import io.sluice.broker.Refusal;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.shard.ShardFixture.Answer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Dead letters that go back to where they came from. */
class RedriveTest {
    private final ShardFixture shard = new ShardFixture().queue(dying("a")).queue(dying("b"));

    private final Answer<MoveStatus> started = new Answer<>();
    private final Answer<MoveStatus> ended = new Answer<>();

    private static QueueDefinition dying(String name) {
        return QueueDefinition.named(name).withDeadLetter(ShardFixture.deadLetter("dead", 0));
    }

    private static String[] bodies(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).toArray(String[]::new);
    }

    private void die(String queue, String... bodies) {
        shard.publish(queue, bodies);
        TestConsumer consumer = shard.consumer(queue).credit(bodies.length);
        for (int i = 0; i < bodies.length; i++) {
            consumer.settle(i, new Outcome.Rejected("app:bad", "of " + bodies[i]));
        }
        consumer.detach();
    }

    private Answer<MoveStatus> redrive(MoveRequest request) {
        shard.runWhere(() -> shard.mailbox().moves().move(request, shard.client, started, ended));
        return ended;
    }

    private static Annotations.Value annotation(Delivery delivery, String key) {
        return delivery.message().added().get(key);
    }

    @Test
    void whatCameFromAnotherShardStaysAndTheAnswerSaysSo() {
        // As an import leaves it that has the messages of a broker with another number of shards.
        ShardFixture whole = new ShardFixture().queue(dying("orders"));
        whole.publish("orders", "m");
        whole.consumer("orders").credit(1).settle(0, new Outcome.Rejected("app:bad", ""));
        whole.delete("orders", ShardMailbox.DeleteCondition.ALWAYS);
        Placement four = new Placement(4, List.of());
        ShardFixture other = whole.restart(new ShardPlace(four, 1));
        assertEquals(2, four.shardOf("orders"));
        other.runWhere(() -> other.mailbox().moves().move(MoveRequest.redrive("dead"), other.client, started, ended));

        MoveStatus status = ended.value();
        assertEquals(0, status.moved());
        assertEquals(
                "sends[0]: queue 'orders' is in shard 2, and what is moved stays in its shard, 1",
                status.refusals().get(0).refusal().text());
        assertEquals(List.of("m"), other.browse("dead"));
    }

    @Test
    void eachGoesBackToItsOwnQueueMarked() {
        die("a", "a0", "a1");
        die("b", "b0");
        MoveStatus status = redrive(MoveRequest.redrive("dead")).value();

        assertEquals(3, status.moved());
        assertEquals(0, status.refused());
        assertFalse(status.isRunning());
        assertTrue(status.stoppedBy().isEmpty());
        assertEquals(List.of("a0", "a1"), shard.browse("a"));
        assertEquals(List.of("b0"), shard.browse("b"));
        assertEquals(0, shard.status("dead").messages());
        Delivery back = shard.consumer("b").credit(1).last();
        assertEquals(0, back.deliveryCount());
        assertEquals(
                Set.of("x-opt-redriven-count", "x-opt-dead-letter-history"),
                back.message().added().values().keySet());
        assertEquals(new Annotations.Number(1), annotation(back, "x-opt-redriven-count"));
    }

    @Test
    void theHistoryGoesOnAndTheRoundsAreCounted() {
        die("a", "m");
        for (int round = 2; round <= 12; round++) {
            Answer<MoveStatus> end = new Answer<>();
            shard.runWhere(
                    () -> shard.mailbox().moves().move(MoveRequest.redrive("dead"), shard.client, new Answer<>(), end));
            end.value();
            shard.now += 10;
            TestConsumer consumer = shard.consumer("a").credit(1).settle(0, Outcome.FAILED);
            consumer.settle(0, Outcome.FAILED).credit(1).settle(1, new Outcome.Rejected("app:bad", "again"));
            consumer.detach();
        }

        Delivery dead = shard.consumer("dead").credit(1).last();
        assertEquals(new Annotations.Number(11), annotation(dead, "x-opt-redriven-count"));
        Annotations.Maps history = (Annotations.Maps) annotation(dead, "x-opt-dead-letter-history");
        assertEquals(10, history.maps().size(), "the oldest are forgotten");
        Annotations last = history.maps().get(9);
        assertEquals(new Annotations.Text("a"), last.get("queue"));
        assertEquals(new Annotations.Text("rejected"), last.get("reason"));
        assertEquals(new Annotations.Number(1), last.get("delivery-count"));
        assertEquals(new Annotations.Timestamp(ShardFixture.EPOCH + 110), last.get("time"));
        assertEquals(new Annotations.Number(12), last.get("sequence"));
        assertEquals(new Annotations.Text("again"), annotation(dead, "x-opt-dead-letter-description"));
    }

    @Test
    void theyAreChosenByAFilterAndALimit() {
        die("a", bodies("a", 30));
        MoveRequest oddOnes = MoveRequest.redrive("dead")
                .withFilter(message -> (message.encoded()[message.encoded().length - 1] - '0') % 2 == 1)
                .withLimit(10);
        assertEquals(10, redrive(oddOnes).value().moved());

        assertEquals(20, shard.status("dead").messages());
        List<String> moved = shard.browse("a");
        assertEquals("a1", moved.get(0));
        assertEquals("a19", moved.get(9));
    }

    @Test
    void whatCannotGoBackStaysAndIsNamed() {
        die("a", bodies("a", 5));
        die("b", bodies("b", 5));
        shard.publish("dead", "no dead letter");
        shard.delete("b", ShardMailbox.DeleteCondition.ALWAYS);
        Limits three = new Limits(3, QueueDefinition.UNLIMITED, Overflow.REJECT, QueueDefinition.UNLIMITED);
        shard.delete("a", ShardMailbox.DeleteCondition.ALWAYS);
        shard.queue(dying("a").withLimits(three));
        MoveStatus status = redrive(MoveRequest.redrive("dead")).value();

        assertEquals(3, status.moved());
        assertEquals(8, status.refused());
        assertEquals(List.of("a0", "a1", "a2"), shard.browse("a"));
        assertEquals(8, shard.status("dead").messages());
        assertEquals(0, shard.status("dead").unsettled());
        Set<Refusal.Kind> kinds = new TreeSet<>();
        status.refusals().forEach(each -> kinds.add(each.refusal().kind()));
        assertEquals(
                Set.of(Refusal.Kind.NOT_FOUND, Refusal.Kind.PRECONDITION_FAILED, Refusal.Kind.RESOURCE_LIMIT_EXCEEDED),
                kinds);
        assertTrue(
                status.refusals().stream().anyMatch(each -> each.sequence() == 11),
                "the one that is no dead letter is the eleventh");
    }

    @Test
    void aRateIsKeptByTheClock() {
        die("a", bodies("a", 30));
        redrive(MoveRequest.redrive("dead").withMessagesPerSecond(10));
        assertEquals(1, shard.status("a").messages());
        shard.advance(500);
        assertEquals(6, shard.status("a").messages());
        assertTrue(ended.isPending());
        Answer<List<MoveStatus>> moves = new Answer<>();
        shard.runWhere(() -> shard.mailbox().moves().list(shard.client, moves));
        assertEquals(6, moves.value().get(0).moved());
        assertTrue(moves.value().get(0).isRunning());
        shard.advance(10_000);

        assertEquals(30, ended.value().moved());
        assertEquals(30, shard.status("a").messages());
    }

    @Test
    void itStopsWhenItIsTold() {
        die("a", bodies("a", 30));
        redrive(MoveRequest.redrive("dead").withMessagesPerSecond(10));
        long id = started.value().id();
        Answer<Boolean> stopped = new Answer<>();
        shard.runWhere(() -> shard.mailbox().moves().stop(id, shard.client, stopped));
        assertTrue(stopped.value());
        assertEquals(1, ended.value().moved());
        assertTrue(ended.value().stoppedBy().isPresent());
        shard.advance(10_000);

        assertEquals(29, shard.status("dead").messages());
        Answer<Boolean> again = new Answer<>();
        shard.runWhere(() -> shard.mailbox().moves().stop(id, shard.client, again));
        assertFalse(again.value());
    }

    @Test
    void aCrashAtAnyBatchLeavesEachInOneOfTheTwo() {
        die("a", bodies("a", 300));
        die("b", bodies("b", 300));
        shard.journal.hold();
        redrive(MoveRequest.redrive("dead"));
        for (int step = 0; ended.isPending(); step++) {
            assertTrue(step < 100, "it does not end");
            ShardFixture after = shard.restart(shard.journal.committed());
            Set<String> all = new TreeSet<>(after.browse("dead"));
            all.addAll(after.browse("a"));
            all.addAll(after.browse("b"));
            assertEquals(600, all.size());
            assertEquals(
                    600,
                    after.status("dead").messages()
                            + after.status("a").messages()
                            + after.status("b").messages());
            shard.commit(Math.min(1, shard.journal.waiting()));
        }
        assertEquals(600, ended.value().moved());
    }

    @Test
    void aMoveByFilterToAnotherQueueChangesNothingOfTheMessage() {
        shard.queue("to");
        die("a", "a0", "a1");
        MoveRequest one = MoveRequest.all("dead", "to")
                .withFilter(message -> new String(message.encoded(), StandardCharsets.UTF_8).equals("a1"));
        assertEquals(1, redrive(one).value().moved());

        Delivery moved = shard.consumer("to").credit(1).last();
        assertEquals(new Annotations.Text("a"), annotation(moved, "x-opt-dead-letter-queue"));
        assertEquals(List.of("a0"), shard.browse("dead"));
    }

    @Test
    void whatCannotBeginIsRefused() {
        redrive(MoveRequest.redrive("nowhere"));
        assertEquals(Refusal.Kind.NOT_FOUND, started.refusal().kind());
        assertTrue(ended.isPending(), "nothing else comes");
    }
}
