package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.PeekedMessage;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Refusal;
import io.sluice.broker.Schedule;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Looking at messages changes nothing about them, wherever they are and whoever has them. */
class PeekTest {
    private ShardFixture shard = new ShardFixture().queue("q");

    private static String line(PeekedMessage message) {
        String body = message.message()
                .map(there -> new String(there.encoded(), StandardCharsets.UTF_8))
                .orElse("-");
        return message.sequence() + " " + message.state() + " " + body;
    }

    private static List<String> lines(PeekedMessage.Some some) {
        return some.messages().stream().map(PeekTest::line).toList();
    }

    @Test
    void everyMessageIsSeenWithWhoHasIt() {
        shard.publish("q", "locked", "settling", "there");
        TestConsumer consumer = shard.consumer("q").credit(2);
        shard.producer("q")
                .send(ShardFixture.message(
                        "later", Message.Header.DURABLE.withSchedule(new Schedule(shard.now + 500, Message.NONE))));
        shard.journal.hold();
        consumer.settle(1, Outcome.ACCEPTED);
        QueueStatus before = shard.status("q");

        PeekedMessage.Some some = shard.peek("q", 1, 10).value();
        assertEquals(
                List.of("1 LOCKED locked", "2 SETTLING settling", "3 AVAILABLE there", "4 SCHEDULED later"),
                lines(some));
        assertEquals(Long.MAX_VALUE, some.nextSequence());
        assertEquals(shard.now + 500, some.messages().get(3).deliverAtMillis());
        assertEquals(before, shard.status("q"));
        assertEquals(2, consumer.deliveries.size());
    }

    @Test
    void aMessageThatWasPeekedIsStillNew() {
        shard.publish("q", "a");
        shard.peek("q", 1, 10);
        TestConsumer consumer = shard.consumer("q").credit(1);
        assertTrue(consumer.last().firstAcquirer());
        assertEquals(0, consumer.last().deliveryCount());
    }

    @Test
    void itGoesOnWhereItEnded() {
        shard.publish("q", "a", "b", "c", "d", "e");
        PeekedMessage.Some first = shard.peek("q", 1, 2).value();
        assertEquals(List.of("1 AVAILABLE a", "2 AVAILABLE b"), lines(first));
        assertEquals(3, first.nextSequence());
        assertEquals(List.of("5 AVAILABLE e"), lines(shard.peek("q", 5, 2).value()));
        assertEquals(List.of(), lines(shard.peek("q", 6, 2).value()));
    }

    @Test
    void anAnswerHasAboutTheBytesAskedForAndAtLeastOneMessage() {
        shard.publish("q", "aaaa", "bbbb", "cccc");
        ShardFixture.Answer<PeekedMessage.Some> answer = new ShardFixture.Answer<>();
        PeekedMessage.Range range = new PeekedMessage.Range(1, 10, 1);
        shard.runWhere(() -> shard.mailbox().peek("q", range, shard.client, answer));
        assertEquals(List.of("1 AVAILABLE aaaa"), lines(answer.value()));
        assertEquals(2, answer.value().nextSequence());
    }

    @Test
    void whatIsOutOfMemoryIsReadAndStaysOut() {
        List<String> expected = new ArrayList<>();
        for (int i = 1; i <= 40; i++) {
            // Levels take turns, so that the pages of all of them overlap.
            shard.producer("q").send(ShardFixture.withPriority("m" + i, i % 3));
            expected.add(i + " AVAILABLE m" + i);
        }
        TestConsumer consumer = shard.consumer("q").credit(1);
        consumer.settle(
                0,
                new Outcome.Modified(true, false, Annotations.of(Map.of("x-opt-why", new Annotations.Text("failed")))));
        consumer.detach();
        shard.checkpoint();
        shard = shard.restart();
        shard.store.readCount = 0;

        PeekedMessage.Some some = shard.peek("q", 1, 100).value();
        assertEquals(expected, lines(some));
        assertEquals(1, some.messages().get(1).deliveryCount());
        assertEquals(40, shard.status("q").pagedOut());
        int pages = shard.store.readCount;
        assertTrue(pages <= 13, "each page once, it was " + pages);
    }

    @Test
    void ofAQueueThatIsNotThereThereIsNothing() {
        assertEquals(Refusal.Kind.NOT_FOUND, shard.peek("none", 1, 1).refusal().kind());
    }
}
