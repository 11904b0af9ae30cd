package io.sluice.broker.shard;

import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.Deduplication;
import io.sluice.broker.QueueDefinition.Limits;
import io.sluice.broker.QueueDefinition.Overflow;
import io.sluice.broker.QueueExpiry;
import io.sluice.broker.Replay;
import io.sluice.broker.Subscription;
import io.sluice.broker.Subscription.Identity;
import io.sluice.broker.Subscription.Selection;
import io.sluice.broker.routing.TopicSetup;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;

/** What topics are in tests of a shard: limits by the topic's first word, filters that look for a text in the body. */
final class Topics {
    static final int MAX_SUBSCRIPTIONS = 20;
    static final TopicSetup SETUP = new TopicSetup(Topics::queue, Topics::filter, MAX_SUBSCRIPTIONS, Topics::header);

    private Topics() {}

    private static QueueDefinition queue(String topic) {
        QueueDefinition plain = QueueDefinition.named("template").withDeadLetter(ShardFixture.deadLetter("dead", 3));
        return switch (topic.split("\\.")[0]) {
            case "reject" -> plain.withLimits(two(Overflow.REJECT));
            case "drop" -> plain.withLimits(two(Overflow.DROP_HEAD));
            case "block" -> plain.withLimits(two(Overflow.BLOCK));
            case "once" -> plain.withDeduplication(Deduplication.BY_MESSAGE_ID);
            case "keep" -> plain.withReplay(new Replay(5, QueueDefinition.UNLIMITED, QueueDefinition.UNLIMITED, 2));
            case "keepasked" -> plain.withReplay(new Replay(QueueDefinition.UNLIMITED, 100_000, 60_000, 0));
            case "idle" -> plain.withExpiry(new QueueExpiry(true, 60_000));
            default -> plain;
        };
    }

    private static Limits two(Overflow overflow) {
        return new Limits(2, QueueDefinition.UNLIMITED, overflow, QueueDefinition.UNLIMITED);
    }

    /** The one header a message has. */
    private static Object header(Message message, String name) {
        return name.equals("body") ? new String(message.encoded(), StandardCharsets.UTF_8) : null;
    }

    static Predicate<Message> filter(Selection selection) {
        if (selection.text().startsWith("broken")) {
            throw new IllegalArgumentException("this filter is broken");
        }
        return message -> new String(message.encoded(), StandardCharsets.UTF_8).contains(selection.text());
    }

    static Subscription durable(String name, String topic) {
        return new Subscription(new Identity("c", name, true), topic, Selection.ALL, false, false);
    }

    static Subscription volatileOne(String topic) {
        return new Subscription(new Identity("c", "", false), topic, Selection.ALL, false, false);
    }

    static Subscription selecting(Subscription subscription, String text) {
        Selection selection = text.isEmpty() ? Selection.ALL : new Selection(text, new byte[] {1});
        return new Subscription(
                subscription.identity(),
                subscription.topic(),
                selection,
                subscription.noLocal(),
                subscription.shared());
    }

    static Subscription shared(Subscription subscription) {
        return new Subscription(
                subscription.identity(), subscription.topic(), subscription.selection(), subscription.noLocal(), true);
    }

    static Subscription noLocal(Subscription subscription) {
        return new Subscription(
                subscription.identity(), subscription.topic(), subscription.selection(), true, subscription.shared());
    }
}
