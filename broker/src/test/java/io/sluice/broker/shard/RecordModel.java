package io.sluice.broker.shard;

import io.sluice.broker.QueueStatus;
import io.sluice.broker.Subscription;
import io.sluice.broker.SubscriptionExpiry;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.record.DefinitionRecord;
import io.sluice.broker.record.ExchangeRecord;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.LastValues;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.broker.record.JournalRecord.QueueDeleted;
import io.sluice.broker.record.JournalRecord.QueuePaused;
import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.JournalRecord.Returned;
import io.sluice.broker.record.JournalRecord.SessionStateSet;
import io.sluice.broker.record.JournalRecord.Subscribed;
import io.sluice.broker.record.RecordVisitor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What records mean, said as plainly as can be: a map of queues, each a map of lines. */
final class RecordModel implements RecordVisitor {
    private final TreeMap<Long, String> names = new TreeMap<>();
    private final TreeMap<Long, TreeMap<Long, Enqueued>> queues = new TreeMap<>();
    private final TreeMap<Long, Subscription> subscriptions = new TreeMap<>();
    private final TreeMap<Long, SubscriptionExpiry.State> expiries = new TreeMap<>();

    @Override
    public void queueDeclared(QueueDeclared declared) {
        names.put(declared.queueId(), declared.definition().name());
        queues.putIfAbsent(declared.queueId(), new TreeMap<>());
    }

    @Override
    public void queueDeleted(QueueDeleted deleted) {
        names.remove(deleted.queueId());
        queues.remove(deleted.queueId());
        subscriptions.remove(deleted.queueId());
        expiries.remove(deleted.queueId());
    }

    @Override
    public void enqueued(Enqueued enqueued) {
        queues.get(enqueued.queueId()).put(enqueued.sequence(), enqueued);
    }

    @Override
    public void removed(Removed removed) {
        for (int range = 0; range < removed.sequences().rangeCount(); range++) {
            queues.get(removed.queueId())
                    .subMap(
                            removed.sequences().first(range),
                            true,
                            removed.sequences().last(range),
                            true)
                    .clear();
        }
    }

    @Override
    public void returned(Returned r) {
        queues.get(r.queueId())
                .computeIfPresent(
                        r.sequence(),
                        (sequence, e) -> new Enqueued(
                                e.queueId(),
                                sequence,
                                e.arrivedAtMillis(),
                                e.expiresAtMillis(),
                                r.deliverAtMillis(),
                                r.deliveryCount(),
                                e.duplicateId(),
                                e.message().with(e.message().header()).annotated(r.added())));
    }

    @Override
    public void duplicatesRemembered(DuplicatesRemembered remembered) {
        throw new AssertionError("no journal has " + remembered);
    }

    @Override
    public void queuePaused(QueuePaused paused) {
        // What is in a queue does not depend on it.
    }

    @Override
    public void subscribed(Subscribed subscribed) {
        subscriptions.put(subscribed.queueId(), subscribed.subscription());
        expiries.put(subscribed.queueId(), subscribed.expiry());
    }

    @Override
    public void defined(DefinitionRecord definition) {
        // What is in a queue does not depend on it.
    }

    @Override
    public void exchange(ExchangeRecord exchange) {
        // What is in a queue does not depend on it.
    }

    @Override
    public void sessionStateSet(SessionStateSet set) {
        // It is no message.
    }

    @Override
    public void lastValues(LastValues last) {
        // It says which message is to go one day; that it is gone another record says.
    }

    /** Queue by queue, in the order a strict or FIFO queue serves them. */
    TreeMap<String, List<String>> content(long now) {
        TreeMap<String, List<String>> content = new TreeMap<>();
        queues.forEach((id, messages) -> {
            boolean fifo = names.get(id).equals("f");
            List<Enqueued> order = new ArrayList<>(messages.values());
            order.removeIf(e -> e.expiresAtMillis() >= 0 && e.expiresAtMillis() <= now);
            order.removeIf(e -> e.deliverAtMillis() > now);
            if (!fifo) {
                order.sort((a, b) -> b.message().priority() - a.message().priority());
            }
            content.put(names.get(id), order.stream().map(RecordModel::line).collect(Collectors.toList()));
        });
        return content;
    }

    /** Fails with what differs, and not with all there is. */
    static void assertSame(TreeMap<String, List<String>> expected, TreeMap<String, List<String>> actual) {
        if (!expected.equals(actual)) {
            List<String> differences = new ArrayList<>();
            TreeMap<String, List<String>> all = new TreeMap<>(expected);
            actual.forEach(all::putIfAbsent);
            for (String queue : all.keySet()) {
                List<String> wanted = expected.getOrDefault(queue, List.of());
                List<String> found = actual.getOrDefault(queue, List.of());
                wanted.stream()
                        .filter(line -> !found.contains(line))
                        .forEach(line -> differences.add(queue + " lacks " + line));
                found.stream()
                        .filter(line -> !wanted.contains(line))
                        .forEach(line -> differences.add(queue + " has " + line));
            }
            throw new AssertionError(
                    differences.isEmpty()
                            ? "another order: " + expected + " became " + actual
                            : differences.toString());
        }
    }

    /** By the names of their queues. */
    TreeMap<String, Subscription> subscriptions() {
        TreeMap<String, Subscription> byName = new TreeMap<>();
        subscriptions.forEach((queue, subscription) -> byName.put(names.get(queue), subscription));
        return byName;
    }

    /** When the subscriptions end, by the names of their queues. */
    TreeMap<String, SubscriptionExpiry.State> expiries() {
        TreeMap<String, SubscriptionExpiry.State> byName = new TreeMap<>();
        expiries.forEach((queue, expiry) -> byName.put(names.get(queue), expiry));
        return byName;
    }

    /** The large bodies messages refer to. */
    TreeSet<Long> bodies() {
        TreeSet<Long> ids = new TreeSet<>();
        queues.values()
                .forEach(messages ->
                        messages.values().forEach(e -> e.message().largeBody().ifPresent(body -> ids.add(body.id()))));
        return ids;
    }

    private static String line(Enqueued e) {
        return e.sequence() + " " + new String(e.message().encoded(), StandardCharsets.UTF_8) + " failed "
                + e.deliveryCount() + " until " + e.expiresAtMillis() + " "
                + new TreeMap<>(e.message().added().values());
    }

    /** The same of a shard whose messages are all available: what a browser of each queue sees. */
    static TreeMap<String, List<String>> of(ShardFixture shard, boolean durableOnly) {
        TreeMap<String, List<String>> content = new TreeMap<>();
        for (QueueStatus status : shard.list()) {
            TestConsumer browser = shard.browser(status.definition().name()).drain(1_000_000);
            browser.detach();
            content.put(
                    status.definition().name(),
                    browser.deliveries.stream()
                            .filter(d -> d.message().durable() || !durableOnly)
                            .map(RecordModel::line)
                            .collect(Collectors.toList()));
        }
        return content;
    }

    /** The large bodies that messages of the shard refer to, durable or not, as a browser of each queue sees them. */
    static TreeSet<Long> bodiesOf(ShardFixture shard) {
        TreeSet<Long> ids = new TreeSet<>();
        for (QueueStatus status : shard.list()) {
            TestConsumer browser = shard.browser(status.definition().name()).drain(1_000_000);
            browser.detach();
            browser.deliveries.forEach(d -> d.message().largeBody().ifPresent(body -> ids.add(body.id())));
        }
        return ids;
    }

    private static String line(Delivery d) {
        return d.sequence() + " " + TestConsumer.body(d) + " failed " + d.deliveryCount() + " until "
                + d.expiresAtMillis() + " " + new TreeMap<>(d.message().added().values());
    }
}
