package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.Deduplication;
import io.sluice.broker.QueueDefinition.Limits;
import io.sluice.broker.QueueDefinition.Overflow;
import io.sluice.broker.QueueDefinition.Service;
import io.sluice.broker.Refusal;
import io.sluice.broker.queue.Pause;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Settings of a queue change while it serves, or are refused as a whole. */
class QueueChangeTest {
    private final ShardFixture shard = new ShardFixture().queue("q");

    private static QueueChange change(UnaryOperator<QueueDefinition> change) {
        return new QueueChange(change, Pause.AS_IT_IS);
    }

    private static QueueChange maxMessages(long most) {
        return change(is -> is.withLimits(new Limits(
                most,
                is.limits().maxBytes(),
                is.limits().overflow(),
                is.limits().maxTtlMillis())));
    }

    @Test
    void aLimitCountsFromThenOnAndAfterARestart() {
        shard.publish("q", "a", "b");
        assertEquals(
                2,
                shard.update("q", maxMessages(2)).value().definition().limits().maxMessages());

        assertEquals(1, shard.publish("q", "c").refusals.size());
        ShardFixture again = shard.restart();
        assertEquals(2, again.status("q").definition().limits().maxMessages());
        assertEquals(List.of("a", "b"), again.browse("q"));
        assertEquals(1, again.publish("q", "c").refusals.size());
    }

    @Test
    void aCheckpointKeepsIt() {
        shard.publish("q", "a");
        shard.update("q", maxMessages(5));
        shard.checkpoint();
        shard.update("q", maxMessages(6));

        assertEquals(6, shard.restart().status("q").definition().limits().maxMessages());
    }

    @Test
    void nothingIsAnsweredBeforeItIsDurable() {
        shard.journal.hold();
        ShardFixture.Answer<io.sluice.broker.QueueStatus> answer = shard.update("q", maxMessages(3));
        assertTrue(answer.isPending());
        shard.journal.letGo();
        shard.run();
        assertEquals(3, answer.value().definition().limits().maxMessages());
    }

    @Test
    void aChangeStartsFromTheOneBeforeWhichIsOnItsWay() {
        shard.journal.hold();
        shard.update("q", maxMessages(3));
        shard.update(
                "q",
                change(is -> is.withLimits(new Limits(
                        is.limits().maxMessages(),
                        99,
                        Overflow.DROP_HEAD,
                        is.limits().maxTtlMillis()))));
        shard.journal.letGo();
        shard.run();

        Limits limits = shard.status("q").definition().limits();
        assertEquals(new Limits(3, 99, Overflow.DROP_HEAD, QueueDefinition.UNLIMITED), limits);
        assertEquals(limits, shard.restart().status("q").definition().limits());
    }

    @Test
    void aSmallerLimitThatDropsDropsAtOnce() {
        shard.publish("q", "a", "b", "c");
        shard.update(
                "q",
                change(is -> is.withLimits(
                        new Limits(1, QueueDefinition.UNLIMITED, Overflow.DROP_HEAD, QueueDefinition.UNLIMITED))));

        assertEquals(List.of("c"), shard.browse("q"));
    }

    @Test
    void levelsAreServedInAnotherOrder() {
        for (int i = 0; i < 3; i++) {
            shard.producer("q").send(ShardFixture.withPriority("high" + i, 9));
            shard.producer("q").send(ShardFixture.withPriority("low" + i, 0));
        }
        List<Integer> even = List.of(1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
        shard.update("q", change(is -> is.withService(new QueueDefinition.Weighted(even))));

        List<String> served = shard.consumer("q").credit(6).bodies();
        assertTrue(served.indexOf("low0") < served.indexOf("high2"), served.toString());
        assertEquals(
                new QueueDefinition.Weighted(even),
                shard.restart().status("q").definition().service());
    }

    @Test
    void whatCannotChangeIsRefusedAndNamed() {
        refused(is -> is.withDurable(false), "durable");
        refused(is -> is.withService(Service.FIFO), "kind");
        refused(is -> is.withName("other"), "name");
        shard.update("q", change(is -> is.withDeduplication(Deduplication.BY_MESSAGE_ID)));
        refused(is -> is.withDeduplication(new Deduplication(5, 5, "order")), "duplicateIdProperty");
    }

    private void refused(UnaryOperator<QueueDefinition> change, String field) {
        QueueDefinition before = shard.status("q").definition();
        Refusal refusal = shard.update("q", change(change)).refusal();
        assertEquals(Refusal.Kind.PRECONDITION_FAILED, refusal.kind());
        assertTrue(refusal.text().contains(field), refusal.text());
        assertEquals(before, shard.status("q").definition());
    }

    @Test
    void whatIsWrongInItselfIsRefused() {
        Refusal refusal = shard.update("q", maxMessages(0)).refusal();
        assertEquals(Refusal.Kind.INVALID_FIELD, refusal.kind());
        assertEquals("a limit is 1 or more", refusal.text());
        assertEquals(
                Refusal.Kind.NOT_FOUND,
                shard.update("none", maxMessages(1)).refusal().kind());
    }

    @Test
    void declaringItAgainIsComparedWithWhatItIsNow() {
        shard.update("q", maxMessages(7));
        Refusal refusal = shard.declare(QueueDefinition.named("q")).refusal();
        assertTrue(refusal.text().contains("limits"), refusal.text());
    }
}
