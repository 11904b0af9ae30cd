package io.sluice.testkit;

import io.sluice.amqp.AmqpEnvironment;
import io.sluice.amqp.AmqpLimits;
import io.sluice.amqp.ConnectionRegistry;
import io.sluice.amqp.LinkRegistry;
import io.sluice.amqp.LocalNode;
import io.sluice.amqp.NodeNames;
import io.sluice.amqp.filter.StoredFilter;
import io.sluice.amqp.management.ManagementNode;
import io.sluice.amqp.management.Queues;
import io.sluice.amqp.message.MessageHeaders;
import io.sluice.amqp.rabbitmq.BrokerNode;
import io.sluice.amqp.rabbitmq.RabbitManagementNode;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.port.Clock;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.routing.TopicSetup;
import io.sluice.broker.shard.InMemoryJournal;
import io.sluice.broker.shard.NoStore;
import io.sluice.broker.shard.Shard;
import io.sluice.broker.shard.ShardLimits;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.ShardSetup;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * A real AMQP 1.0 broker in this JVM, for tests: everything in memory, on a free port of 127.0.0.1, one thread. Any number may
 * run side by side; they share nothing.
 *
 * <pre>{@code
 * try (SluiceBroker broker = SluiceBroker.start()) {
 *     TestQueue orders = broker.queue("orders");
 *     … connect a client to broker.uri() …
 *     assertEquals(1, orders.messages());
 * }
 * }</pre>
 *
 * <p>Clients connect without credentials or as {@code guest} with password {@code guest}; a queue comes into being when a client
 * names it. Any thread may call it, except the broker's own.
 */
public final class SluiceBroker implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final long TICK_MILLIS = 50;
    private static final int MAX_SUBSCRIPTIONS = 100_000;

    private final Endpoint endpoint;
    private final ShardAccess shard;
    private final QueueOptions defaults;
    private final int port;
    private final Runnable leaveClock;
    private final CompletableFuture<Void> stopped;

    private SluiceBroker(Builder builder) {
        this.defaults = builder.defaults;
        this.stopped = new CompletableFuture<>();
        this.endpoint = Endpoint.open();
        try {
            ShardMailbox mailbox = shard(builder);
            this.shard = new ShardAccess(mailbox, endpoint.loop(), stopped);
            this.port = endpoint.listen(environment(builder, mailbox), HOST, builder.port);
            this.leaveClock = keepTime(builder.clock, mailbox);
        } catch (RuntimeException e) {
            endpoint.close();
            throw e;
        }
    }

    /** A broker as it is by default. Takes some milliseconds; in the first of a JVM, some hundred. */
    public static SluiceBroker start() {
        return builder().start();
    }

    public static Builder builder() {
        return new Builder();
    }

    private ShardMailbox shard(Builder builder) {
        ShardSetup setup = new ShardSetup(
                        endpoint.loop(),
                        builder.clock,
                        new InMemoryJournal(),
                        new NoStore(),
                        ShardLimits.ofMemory(builder.memoryBytes),
                        this::automatic,
                        stopped::completeExceptionally)
                .withTopics(new TopicSetup(
                        topic -> defaults.definition(),
                        selection -> StoredFilter.compile(selection, builder.clock::millis, UUID::randomUUID),
                        MAX_SUBSCRIPTIONS,
                        MessageHeaders::value));
        try {
            return Shard.recover(setup).mailbox();
        } catch (StorageException e) {
            throw new SluiceBrokerException("a broker without a store cannot fail to read it", e);
        }
    }

    /** Names that begin with $ are the broker's own. */
    private Optional<QueueDefinition> automatic(String name) {
        boolean possible = !name.isEmpty() && name.length() <= QueueDefinition.MAX_NAME_LENGTH && name.charAt(0) != '$';
        return possible ? Optional.of(defaults.definition().withName(name)) : Optional.empty();
    }

    private AmqpEnvironment environment(Builder builder, ShardMailbox mailbox) {
        ConnectionRegistry connections = new ConnectionRegistry();
        ManagementNode management = new ManagementNode(
                Queues.in(mailbox), name -> defaults.definition().withName(name), connections);
        String node = "sluice-test-" + UUID.randomUUID();
        RabbitManagementNode rabbitManagement = new RabbitManagementNode(
                address -> mailbox,
                name -> defaults.definition().withName(name),
                NodeNames.ofQueues(),
                BrokerNode.alone(node));
        Map<String, LocalNode> localNodes =
                Map.of(ManagementNode.ADDRESS, management, RabbitManagementNode.ADDRESS, rabbitManagement);
        return new AmqpEnvironment(
                        address -> mailbox,
                        address -> Optional.ofNullable(localNodes.get(address)),
                        new TestUsers(builder.users, builder.anonymous),
                        AmqpLimits.DEFAULT,
                        builder.clock,
                        new LinkRegistry(),
                        new AmqpEnvironment.Identity(node, "0.1.0"))
                .withConnections(connections);
    }

    /** @return undoes it */
    private Runnable keepTime(Clock clock, ShardMailbox mailbox) {
        if (clock instanceof VirtualClock) {
            return ((VirtualClock) clock).onAdvance(shard::tick);
        }
        endpoint.loop().scheduleAtFixedRate(mailbox::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        return () -> {};
    }

    /** Where clients connect: {@code amqp://127.0.0.1:port}. */
    public URI uri() {
        return URI.create("amqp://" + HOST + ":" + port);
    }

    public String host() {
        return HOST;
    }

    public int port() {
        return port;
    }

    /** The queue of this name; if there is none, it is declared with the broker's default options. */
    public TestQueue queue(String name) {
        for (QueueStatus status : shard.list()) {
            if (status.definition().name().equals(name)) {
                return new TestQueue(shard, name);
            }
        }
        return queue(name, options -> options);
    }

    /**
     * Declares a queue: {@code broker.queue("orders", q -> q.fifo().maxMessages(10))}. The same again changes nothing.
     *
     * @param options gets the broker's default options
     * @throws SluiceBrokerException there is a queue of this name with other options
     */
    public TestQueue queue(String name, UnaryOperator<QueueOptions> options) {
        shard.declare(options.apply(defaults).definition().withName(name));
        return new TestQueue(shard, name);
    }

    /** The names of all queues. */
    public List<String> queues() {
        return shard.list().stream().map(status -> status.definition().name()).toList();
    }

    /**
     * Deletes all queues with all they hold. The port stays, and so do connections; links to queues are closed with
     * {@code amqp:resource-deleted}.
     */
    public void reset() {
        queues().forEach(shard::delete);
    }

    /** Closes every connection and the port, and waits until the broker's thread is gone. Closed twice is closed. */
    @Override
    public void close() {
        leaveClock.run();
        endpoint.close();
        stopped.complete(null);
    }

    @Override
    public String toString() {
        return "SluiceBroker " + uri();
    }

    /** What a broker is to be. Not for several threads at once; may start several brokers. */
    public static final class Builder {
        private final Map<String, String> users = new LinkedHashMap<>(Map.of("guest", "guest"));
        private boolean anonymous = true;
        private Clock clock = System::currentTimeMillis;
        private int port;
        private long memoryBytes = 256L << 20;
        private QueueOptions defaults = QueueOptions.of(QueueDefinition.named("default"));

        private Builder() {}

        /** A port of one's own instead of a free one. @param number 1 to 65535; 0 for a free one */
        public Builder port(int number) {
            this.port = number;
            return this;
        }

        /** One more user, besides guest. */
        public Builder user(String name, String password) {
            users.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(password, "password"));
            return this;
        }

        /** Nobody connects without credentials, and there is no guest: only users that were added. */
        public Builder credentialsRequired() {
            anonymous = false;
            users.remove("guest", "guest");
            return this;
        }

        /** The time the broker goes by: a {@link VirtualClock}, or one of yours, which is looked at many times a second. */
        public Builder clock(Clock newClock) {
            this.clock = Objects.requireNonNull(newClock, "clock");
            return this;
        }

        /** What queues are that clients bring into being, and those declared without options. */
        public Builder queues(UnaryOperator<QueueOptions> options) {
            this.defaults = options.apply(defaults);
            return this;
        }

        /** @param bytes of messages it may hold; above, senders are refused. 256 MiB by default */
        public Builder memory(long bytes) {
            this.memoryBytes = bytes;
            return this;
        }

        public SluiceBroker start() {
            return new SluiceBroker(this);
        }
    }
}
