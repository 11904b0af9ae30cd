package io.sluice.broker.shard;

import static io.sluice.broker.shard.Topics.durable;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.broker.Message;
import io.sluice.broker.Subscription;
import io.sluice.broker.Subscription.Selection;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.routing.Rewriting;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A subscription that gets other messages than those that were published. */
class RewritingTest {
    private final ShardFixture shard = new ShardFixture();

    /** One copy for each letter. */
    private static class Copies implements Rewriting {
        private final String letters;

        Copies(String letters) {
            this.letters = letters;
        }

        @Override
        public boolean test(Message message) {
            return !text(message).startsWith("no");
        }

        @Override
        public List<Message> copies(Message message) {
            List<Message> copies = new ArrayList<>();
            for (char letter : letters.toCharArray()) {
                copies.add(message.withEncoded((text(message) + letter).getBytes(StandardCharsets.UTF_8)));
            }
            return copies;
        }

        static String text(Message message) {
            return new String(message.encoded(), StandardCharsets.UTF_8);
        }
    }

    private Subscription subscribe(String name, String topic, String letters) {
        Subscription subscription = durable(name, topic).withSelection(new Selection("1", new byte[0]));
        shard.subscribe(new SubscriptionRequest(subscription, Optional.of(new Copies(letters)), ""))
                .detach();
        return subscription;
    }

    @Test
    void itsCopiesAreItsOwnAndAllAreThereOrNone() {
        Subscription two = subscribe("two", "t", "ab");
        Subscription plain = durable("plain", "t");
        shard.subscribe(plain).detach();
        Subscription other = durable("other", "t");
        shard.subscribe(other).detach();
        shard.publishTo("t", "no", "1");

        assertEquals(List.of("1a", "1b"), shard.waiting(two));
        assertEquals(List.of("no", "1"), shard.waiting(plain));
        assertEquals(List.of("no", "1"), shard.waiting(other));
        List<List<JournalRecord>> history = shard.journal.history();
        assertEquals(
                List.of("Enqueued", "Enqueued", "Published"),
                history.get(history.size() - 1).stream()
                        .map(record -> record.getClass().getSimpleName())
                        .toList());
        ShardFixture restarted = shard.restart();
        assertEquals(List.of("1a", "1b"), restarted.waiting(two));
        assertEquals(List.of("no", "1"), restarted.waiting(plain));
    }

    @Test
    void whatIsMadeAnewEachTimeIsMadeOnce() {
        AtomicInteger made = new AtomicInteger();
        Copies numbered = new Copies("a") {
            @Override
            public List<Message> copies(Message message) {
                return List.of(
                        message.withEncoded((text(message) + made.incrementAndGet()).getBytes(StandardCharsets.UTF_8)));
            }
        };
        Subscription subscription = durable("s", "t").withSelection(new Selection("1", new byte[0]));
        shard.subscribe(new SubscriptionRequest(subscription, Optional.of(numbered), ""))
                .detach();
        shard.publishTo("t", "x", "y");
        assertEquals(List.of("x1", "y2"), shard.waiting(subscription));
        assertEquals(List.of("x1", "y2"), shard.restart().waiting(subscription));
        assertEquals(2, made.get());
    }

    @Test
    void whereNotAllOfThemFitNobodyGetsAny() {
        Subscription two = subscribe("two", "reject.t", "ab");
        Subscription plain = durable("plain", "reject.t");
        shard.subscribe(plain).detach();
        TestProducer producer = shard.publishTo("reject.t", "1", "2");

        assertEquals(List.of("1"), producer.accepted);
        assertEquals(List.of("1a", "1b"), shard.waiting(two));
        assertEquals(List.of("1"), shard.waiting(plain));
    }

    @Test
    void whatGivesWayGivesWayForAll() {
        Subscription two = subscribe("two", "drop.t", "ab");
        shard.publishTo("drop.t", "1", "2");
        assertEquals(List.of("2a", "2b"), shard.waiting(two));
    }

    @Test
    void aSecondOfTheSameIdIsACopyOfAllOfThem() {
        Subscription two = subscribe("two", "once.t", "ab");
        TestProducer producer = shard.topicProducer("once.t");
        producer.sendAs("id", ShardFixture.message("1", Message.Header.DURABLE));
        producer.sendAs("id", ShardFixture.message("2", Message.Header.DURABLE));
        assertEquals(List.of("1a", "1b"), shard.waiting(two));
        assertEquals(List.of("1", "2"), producer.accepted);
    }
}
