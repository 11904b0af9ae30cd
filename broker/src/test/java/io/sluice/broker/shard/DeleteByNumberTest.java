package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import io.sluice.broker.Schedule;
import io.sluice.broker.explain.DeletedMessages;
import io.sluice.broker.queue.DispatchReason;
import io.sluice.broker.shard.ShardFixture.Answer;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Messages that an administrator deletes by their numbers. */
class DeleteByNumberTest {
    private static final Outcome PARK = new Outcome.Modified(false, true, Annotations.EMPTY, Schedule.PARKED);

    private ShardFixture shard = new ShardFixture().queue("q");

    private static Message later(String body) {
        return ShardFixture.message(body, Message.Header.DURABLE.withSchedule(new Schedule(Message.NONE, 100)));
    }

    /** Numbers that stay, each with the first cause. */
    private static List<String> kept(DeletedMessages deleted) {
        return deleted.kept().stream()
                .map(why -> why.sequence() + " " + why.causes().get(0).reason())
                .toList();
    }

    private void pagingShard() {
        ShardLimits.Paging paging = new ShardLimits.Paging(1, 1 << 20, 1, 1);
        shard = new ShardFixture(new ShardLimits(1 << 20, 1 << 20, 1 << 20, 1 << 20, paging)).queue("q");
    }

    private void goesOut(int messages) {
        shard.checkpoint();
        shard.advance(0);
        assertEquals(messages, shard.status("q").pagedOut());
    }

    @Test
    void whatNobodyHasIsGoneAndTheRestIsNamed() {
        shard.publish("q", "a", "b", "c", "d");
        shard.producer("q").send(later("e")).send(ShardFixture.transientMessage("f"));
        TestConsumer consumer = shard.consumer("q").credit(2);
        consumer.settle(0, Outcome.ACCEPTED);

        DeletedMessages deleted =
                shard.deleteMessages("q", 9L, 1L, 2L, 3L, 5L, 6L, 3L).value();
        assertEquals(3, deleted.messages());
        assertEquals(List.of("1 NO_SUCH_MESSAGE", "2 LOCKED", "9 NO_SUCH_MESSAGE"), kept(deleted));
        assertEquals("q", deleted.kept().get(0).queue());
        consumer.settle(1, Outcome.RELEASED).detach();
        assertEquals(List.of("b", "d"), shard.browse("q"));
        assertEquals(2, shard.status("q").messages());
        assertEquals(List.of("b", "d"), shard.restart().browse("q"));
        assertEquals(
                Refusal.Kind.NOT_FOUND, shard.deleteMessages("x", 1L).refusal().kind());
    }

    @Test
    void aMessageThatIsParkedIsGone() {
        shard.publish("q", "a", "b");
        TestConsumer consumer = shard.consumer("q").credit(2);
        consumer.settle(0, PARK);
        assertEquals(DispatchReason.PARKED, shard.explain(consumer, 1));

        assertEquals(1, shard.deleteMessages("q", 1L).value().messages());
        assertEquals(1, shard.status("q").messages());
        assertEquals(0, shard.status("q").scheduled());
    }

    @Test
    void whatIsOutOfMemoryIsReadAndGone() {
        pagingShard();
        TestProducer producer = shard.producer("q");
        for (int i = 1; i <= 20; i++) {
            producer.send(ShardFixture.withPriority("m" + i, i % 2));
        }
        producer.send(later("m21"));
        goesOut(21);
        Long[] some = LongStream.rangeClosed(1, 21)
                .filter(i -> i % 3 != 0 || i == 21)
                .boxed()
                .toArray(Long[]::new);

        int pages = 3 + 3 + 1;
        int read = shard.store.readCount;
        assertEquals(
                new DeletedMessages(15, List.of()),
                shard.deleteMessages("q", some).value());
        assertEquals(pages, shard.store.readCount - read, "a page is read once");
        assertEquals(6, shard.status("q").messages());
        shard.checkpoint();
        shard = shard.restart();
        shard.advance(200);
        assertEquals(List.of("m3", "m9", "m15", "m6", "m12", "m18"), shard.browse("q"));
    }

    @Test
    void whatCannotBeReadIsGoneAllTheSame() {
        pagingShard();
        shard.publish("q", "m1", "m2", "m3", "m4", "m5", "m6");
        goesOut(6);
        shard.store.damage(1);
        try (LoggedErrors errors = new LoggedErrors()) {
            assertEquals(1, shard.deleteMessages("q", 2L).value().messages());
            assertEquals(1, errors.messages().size(), errors.messages()::toString);
        }
        assertEquals(3, shard.status("q").damaged());
        assertEquals(2, shard.deleteMessages("q", 1L, 3L).value().messages());
        assertEquals(1, shard.status("q").damaged());
    }

    @Test
    void theQueueIsDeletedWhileAPageIsRead() {
        pagingShard();
        shard.publish("q", "m1", "m2", "m3", "m4", "m5", "m6");
        goesOut(6);
        shard.store.holdsReads = true;
        Answer<DeletedMessages> answer = shard.deleteMessages("q", 1L, 2L);
        assertTrue(answer.isPending());
        shard.delete("q", ShardMailbox.DeleteCondition.ALWAYS);
        shard.runWhere(shard.store::answerRead);

        assertEquals(List.of("1 NO_SUCH_MESSAGE", "2 NO_SUCH_MESSAGE"), kept(answer.value()));
        assertEquals(List.of(), shard.failures);
    }

    @Test
    void theAnswerComesWhenItIsDurable() {
        shard.publish("q", "a", "b");
        shard.journal.hold();
        Answer<DeletedMessages> first = shard.deleteMessages("q", 1L);
        Answer<DeletedMessages> second = shard.deleteMessages("q", 1L);
        TestConsumer consumer = shard.consumer("q").credit(2);

        assertTrue(first.isPending());
        assertEquals(List.of("b"), consumer.bodies());
        assertEquals(2, shard.restart().status("q").messages());
        shard.commitAll();
        assertEquals(1, first.value().messages());
        assertEquals(List.of("1 SETTLING"), kept(second.value()));
    }

    @Test
    void whatTheQueueCannotDoWithoutIsNotAsked() {
        shard.queue(QueueDefinition.named("browsed")
                .withDispatching(io.sluice.broker.Dispatching.DEFAULT.withNonDestructive(true)));
        shard.publish("browsed", "a", "b");
        shard.consumer("browsed").credit(2);
        assertEquals(1, shard.deleteMessages("browsed", 1L).value().messages());
        assertEquals(List.of("b"), shard.browse("browsed"));
    }
}
