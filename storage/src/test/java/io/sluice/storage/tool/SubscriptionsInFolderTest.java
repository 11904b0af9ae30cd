package io.sluice.storage.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.NodeKind;
import io.sluice.broker.Outcome;
import io.sluice.broker.Refusal;
import io.sluice.broker.Subscription;
import io.sluice.broker.Subscription.Identity;
import io.sluice.broker.Subscription.Selection;
import io.sluice.broker.SubscriptionExpiry;
import io.sluice.broker.TopicStatus;
import io.sluice.broker.port.ConsumerListener;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.ProducerListener;
import io.sluice.broker.port.Reply;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.queue.Producer;
import io.sluice.broker.shard.Publish;
import io.sluice.broker.shard.Shard;
import io.sluice.broker.shard.ShardLimits;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.ShardSetup;
import io.sluice.broker.shard.SubscriptionRequest;
import io.sluice.storage.FileDisk;
import io.sluice.storage.ShardNumber;
import io.sluice.storage.Storage;
import io.sluice.storage.StorageConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Goal: subscriptions and what waits for them are in the folder, in the checkpoint as in the journal, and no tool loses them. */
class SubscriptionsInFolderTest {
    private static final long NOW_MILLIS = 3_000;
    private static final Subscription ONE = subscription("one", "prices.eu", "x = 1");
    private static final Subscription ALL = subscription("all", "#", "");
    private static final Subscription LATE = subscription("late", "prices.*", "");
    private static final Subscription GONE = subscription("gone", "#", "");

    @TempDir
    Path folder;

    private Path data;

    private static Subscription subscription(String name, String topic, String selector) {
        Selection selection =
                selector.isEmpty() ? Selection.ALL : new Selection(selector, selector.getBytes(StandardCharsets.UTF_8));
        return new Subscription(new Identity("c", name, true), topic, selection, false, false);
    }

    /** A broker over a real folder, asked and answered like a function. */
    private static final class Broker implements AutoCloseable {
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        private final Storage storage;
        private final ShardMailbox mailbox;

        Broker(Path path) throws Exception {
            storage = Storage.open(new StorageConfig(path, GoldenFolder.LIMITS));
            mailbox = Shard.recover(new ShardSetup(
                                    thread,
                                    () -> NOW_MILLIS,
                                    storage.journal(),
                                    storage.store(),
                                    ShardLimits.ofMemory(64 << 20),
                                    name -> Optional.empty(),
                                    failure -> {})
                            .withLargeBodies(storage.largeBodies()))
                    .mailbox();
        }

        private static <T> T await(CompletableFuture<T> answer) throws Exception {
            return answer.get(60, TimeUnit.SECONDS);
        }

        private static <T> Reply<T> reply(CompletableFuture<T> answer) {
            return new Reply<>() {
                @Override
                public void done(T value) {
                    answer.complete(value);
                }

                @Override
                public void refused(Refusal refusal) {
                    answer.completeExceptionally(new AssertionError(refusal.text()));
                }
            };
        }

        void subscribe(Subscription subscription) throws Exception {
            subscribe(subscription, SubscriptionExpiry.NEVER);
        }

        /** The link is gone again, and the event that its expiry waits for has come. */
        void subscribe(Subscription subscription, SubscriptionExpiry expiry) throws Exception {
            CompletableFuture<Boolean> attached = new CompletableFuture<>();
            Consumer link = new Consumer(new Consumer.Request(
                    () -> {}, new Link(attached), subscription.topic(), Consumer.Mode.MOVE, Outcome.RELEASED));
            mailbox.topics().subscribe(link, new SubscriptionRequest(subscription, Optional.empty(), "", expiry));
            await(attached);
            mailbox.detach(link);
            mailbox.topics().orphaned(link);
        }

        void publish(String topic, String body) throws Exception {
            CompletableFuture<Boolean> accepted = new CompletableFuture<>();
            Producer producer = new Producer(() -> {}, new Sender(accepted), NodeKind.TOPIC, Optional.of(topic));
            mailbox.attach(producer);
            Message message =
                    new Message(body.getBytes(StandardCharsets.UTF_8), 0, Message.Header.DURABLE, Annotations.EMPTY);
            mailbox.publish(producer, new Publish(NodeKind.TOPIC, topic, message));
            await(accepted);
        }

        void checkpoint() throws Exception {
            CompletableFuture<JournalPosition> done = new CompletableFuture<>();
            mailbox.checkpoint(reply(done));
            await(done);
        }

        void unsubscribe(Subscription subscription) throws Exception {
            CompletableFuture<io.sluice.broker.SubscriptionStatus> done = new CompletableFuture<>();
            mailbox.topics().unsubscribe(subscription.identity(), () -> {}, reply(done));
            await(done);
        }

        List<TopicStatus> topics() throws Exception {
            CompletableFuture<List<TopicStatus>> done = new CompletableFuture<>();
            mailbox.topics().list(() -> {}, reply(done));
            return await(done);
        }

        @Override
        public void close() throws StorageException {
            storage.close();
            thread.shutdown();
        }
    }

    private record Link(CompletableFuture<Boolean> attachment) implements ConsumerListener {
        @Override
        public void attached() {
            attachment.complete(true);
        }

        @Override
        public void closed(Refusal refusal) {
            attachment.completeExceptionally(new AssertionError(refusal.text()));
        }

        @Override
        public void deliver(Delivery delivery) {}

        @Override
        public void settled(Delivery delivery) {}

        @Override
        public void drained() {}

        @Override
        public void detached() {}
    }

    private record Sender(CompletableFuture<Boolean> acceptance) implements ProducerListener {
        @Override
        public void attached() {}

        @Override
        public void closed(Refusal refusal) {
            acceptance.completeExceptionally(new AssertionError(refusal.text()));
        }

        @Override
        public void accepted(Publish publish) {
            acceptance.complete(true);
        }

        @Override
        public void refused(Publish publish, Refusal refusal) {
            acceptance.completeExceptionally(new AssertionError(refusal.text()));
        }

        @Override
        public void creditOpen(boolean open, String reason) {}
    }

    @BeforeEach
    void write() throws Exception {
        data = folder.resolve("data");
        try (Broker broker = new Broker(data)) {
            broker.subscribe(ONE);
            broker.subscribe(ALL);
            broker.subscribe(GONE);
            broker.publish("prices.eu", "1");
            broker.publish("prices.us", "2");
            broker.checkpoint();
            broker.subscribe(LATE);
            broker.publish("prices.eu", "3");
            broker.unsubscribe(GONE);
        }
    }

    private static StoppedFolder open(Path path) throws StorageException {
        return StoppedFolder.openOrCreate(new FileDisk(), path, ShardNumber.ONLY);
    }

    /** What waits for each subscription, by its queue and as it is written. */
    private static TreeMap<String, String> content(Path path) throws Exception {
        TreeMap<String, String> content = new TreeMap<>();
        try (StoppedFolder opened = open(path);
                FolderReader reader = FolderReader.open(opened)) {
            assertEquals(List.of(), FolderVerification.run(opened, read -> {}).damages());
            reader.queues()
                    .forEach(queue -> content.put(
                            queue.definition().name(),
                            queue.subscription().map(Subscription::toString).orElse("none") + ":"));
            TreeMap<Long, String> messages = new TreeMap<>();
            reader.messages((queue, message) -> messages.put(
                    queue.id() << 32 | message.sequence(),
                    queue.definition().name() + "="
                            + new String(message.message().encoded(), StandardCharsets.UTF_8)));
            messages.values().forEach(line -> {
                int at = line.lastIndexOf('=');
                content.merge(line.substring(0, at), " " + line.substring(at + 1), String::concat);
            });
        }
        return content;
    }

    private static final TreeMap<String, String> EXPECTED = new TreeMap<>(
            Map.of("prices.eu::c.one", ONE + ": 1 3", "#::c.all", ALL + ": 1 2 3", "prices.*::c.late", LATE + ": 3"));

    private static void assertABrokerHasThem(Path path) throws Exception {
        try (Broker broker = new Broker(path)) {
            List<String> subscriptions = broker.topics().stream()
                    .flatMap(topic -> topic.subscriptions().stream())
                    .map(status -> status.subscription() + " " + status.queue().messages())
                    .toList();
            assertEquals(Set.of(ONE + " 2", ALL + " 3", LATE + " 1"), Set.copyOf(subscriptions));
        }
    }

    @Test
    void theToolsReadThem() throws Exception {
        assertEquals(EXPECTED, content(data));
        assertABrokerHasThem(data);
    }

    @Test
    void exportAndImportKeepThem() throws Exception {
        Path export = folder.resolve("all.export");
        Path other = folder.resolve("other");
        try (StoppedFolder opened = open(data)) {
            MessageExport.run(List.of(opened), new MessageExport.Request(export, name -> true, false, 1), done -> {});
        }
        try (StoppedFolder opened = open(other)) {
            assertEquals(
                    6,
                    MessageImport.run(opened, new MessageImport.Request(export, name -> true, false), done -> {})
                            .messages());
        }
        assertEquals(EXPECTED, content(other));
        assertABrokerHasThem(other);
    }

    private static Map<Subscription, SubscriptionExpiry.State> expiries(Path path) throws Exception {
        Map<Subscription, SubscriptionExpiry.State> expiries = new HashMap<>();
        try (Broker broker = new Broker(path)) {
            broker.topics()
                    .forEach(topic -> topic.subscriptions()
                            .forEach(status -> expiries.put(status.subscription(), status.expiry())));
        }
        return expiries;
    }

    @Test
    void exportAndImportKeepWhenTheyEnd() throws Exception {
        SubscriptionExpiry hour = new SubscriptionExpiry(SubscriptionExpiry.Policy.CONNECTION_CLOSE, 3_600);
        SubscriptionExpiry longest = new SubscriptionExpiry(SubscriptionExpiry.Policy.LINK_DETACH, 0xFFFF_FFFFL);
        Subscription inTheCheckpoint = subscription("checkpoint", "a", "");
        Subscription inTheJournal = subscription("journal", "b", "");
        try (Broker broker = new Broker(data)) {
            broker.subscribe(inTheCheckpoint, hour);
            broker.checkpoint();
            broker.subscribe(inTheJournal, longest);
            broker.publish("a", "waits");
        }
        Map<Subscription, SubscriptionExpiry.State> expected = Map.of(
                ONE, SubscriptionExpiry.State.NEVER,
                ALL, SubscriptionExpiry.State.NEVER,
                LATE, SubscriptionExpiry.State.NEVER,
                inTheCheckpoint, new SubscriptionExpiry.State(hour, NOW_MILLIS + hour.timeoutMillis()),
                inTheJournal, new SubscriptionExpiry.State(longest, NOW_MILLIS + longest.timeoutMillis()));
        assertEquals(expected, expiries(data));
        Path export = folder.resolve("all.export");
        Path other = folder.resolve("other");
        try (StoppedFolder opened = open(data)) {
            MessageExport.run(List.of(opened), new MessageExport.Request(export, name -> true, false, 1), done -> {});
        }
        try (StoppedFolder opened = open(other)) {
            MessageImport.run(opened, new MessageImport.Request(export, name -> true, false), done -> {});
        }
        assertEquals(expected, expiries(other));
        try (StoppedFolder opened = open(other)) {
            FolderRepair.compact(opened);
        }
        assertEquals(expected, expiries(other));
    }

    @Test
    void anImportDoesNotTakeASubscriptionFromAnother() throws Exception {
        Path export = folder.resolve("all.export");
        Path other = folder.resolve("other");
        try (StoppedFolder opened = open(data)) {
            MessageExport.run(List.of(opened), new MessageExport.Request(export, name -> true, false, 1), done -> {});
        }
        Subscription there = subscription("one", "another.topic", "");
        try (Broker broker = new Broker(other)) {
            broker.subscribe(there);
        }
        try (StoppedFolder opened = open(other)) {
            MessageImport.run(opened, new MessageImport.Request(export, name -> true, false), done -> {});
        }
        TreeMap<String, String> content = content(other);
        assertEquals(there + ":", content.get("another.topic::c.one"));
        assertEquals("none: 1 3", content.get("prices.eu::c.one"), "what waited for it is in a queue of that name");
    }

    @Test
    void compactingKeepsThem() throws Exception {
        try (StoppedFolder opened = open(data)) {
            FolderRepair.compact(opened);
        }
        assertEquals(EXPECTED, content(data));
        assertABrokerHasThem(data);
    }
}
