package io.sluice.amqp;

import io.sluice.amqp.filter.StoredFilter;
import io.sluice.amqp.message.MessageHeaders;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Refusal;
import io.sluice.broker.TemporaryName;
import io.sluice.broker.port.Reply;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.routing.TopicSetup;
import io.sluice.broker.security.AcceptedTokens;
import io.sluice.broker.security.Authenticator;
import io.sluice.broker.security.Permissions;
import io.sluice.broker.security.Principal;
import io.sluice.broker.shard.InMemoryJournal;
import io.sluice.broker.shard.NoStore;
import io.sluice.broker.shard.Shard;
import io.sluice.broker.shard.ShardLimits;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.ShardSetup;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.function.Predicate;

/** A real shard on a loop that tests turn by hand: queues "q" and "full" are declared, "auto." names are created, "topic." names are topics. */
final class TestBroker implements Authenticator {
    final Queue<Runnable> tasks = new ArrayDeque<>();
    private final Queue<Runnable> shardTasks = new ArrayDeque<>();
    private boolean elsewhere;
    final Map<String, LocalNode> nodes = new HashMap<>();
    final LinkRegistry registry = new LinkRegistry();
    final ConnectionRegistry connections = new ConnectionRegistry();
    final ShardMailbox mailbox;
    Shards shards = address -> this.mailbox();
    boolean anonymous = true;
    AcceptedTokens tokens = AcceptedTokens.NONE;
    /** Who is a user of it. */
    Predicate<String> users = name -> true;
    /** What its connections see of time, in milliseconds. */
    long nowMillis = 1_000_000;

    Throwable failure;
    AmqpLimits limits = AmqpLimits.DEFAULT;
    /** Where large messages are, in tests that have a threshold. */
    final TestBodies bodies = new TestBodies();

    int thresholdBytes = Integer.MAX_VALUE;
    java.util.Set<io.sluice.amqp.message.DeadLetterNames> deadLetterNames =
            java.util.Set.of(io.sluice.amqp.message.DeadLetterNames.SLUICE);
    /** What the audit trail heard. */
    final List<AuditedChange> audited = new ArrayList<>();

    /** Names of queues that clients create by using them. */
    Predicate<String> autoCreate = name -> name.startsWith("auto.");

    OpenPolicy opening = OpenPolicy.open();
    /** How many were made. */
    private int dynamicNodes;

    TestBroker() {
        this(false);
    }

    /** Of everybody. */
    volatile Optional<Permissions> permissions = Optional.empty();

    /** With a shard that does not run on the connections' loop, so that everything is handed over. */
    static TestBroker apart() {
        return new TestBroker(true);
    }

    private TestBroker(boolean apart) {
        try {
            mailbox = Shard.recover(new ShardSetup(
                                    apart ? shardTasks::add : tasks::add,
                                    () -> nowMillis,
                                    new InMemoryJournal(),
                                    new NoStore(),
                                    ShardLimits.ofMemory(64 << 20),
                                    name -> autoCreate.test(name)
                                            ? Optional.of(QueueDefinition.named(name))
                                            : Optional.empty(),
                                    broken -> failure = broken)
                            .withLargeBodies(bodies)
                            .withTopics(new TopicSetup(
                                    QueueDefinition::named,
                                    selection -> StoredFilter.compile(selection, () -> nowMillis, UUID::randomUUID),
                                    100,
                                    MessageHeaders::value)))
                    .mailbox();
        } catch (StorageException e) {
            throw new AssertionError(e);
        }
        declare(QueueDefinition.named("q"));
    }

    private ShardMailbox mailbox() {
        return mailbox;
    }

    /** Whether the caller is not the shard on a thread of its own, or the disk. */
    boolean inLoop() {
        return !elsewhere;
    }

    void declare(QueueDefinition definition) {
        mailbox.declare(definition, () -> {}, new Ignored<>());
        run();
    }

    void delete(String queue) {
        mailbox.delete(queue, ShardMailbox.DeleteCondition.ALWAYS, () -> {}, new Ignored<>());
        run();
    }

    List<QueueStatus> list() {
        List<QueueStatus> found = new ArrayList<>();
        mailbox.list(() -> {}, new Reply<>() {
            @Override
            public void done(List<QueueStatus> value) {
                found.addAll(value);
            }

            @Override
            public void refused(Refusal refusal) {
                throw new AssertionError(refusal.text());
            }
        });
        run();
        return found;
    }

    QueueStatus status(String queue) {
        QueueStatus[] found = new QueueStatus[1];
        mailbox.describe(queue, () -> {}, new Reply<>() {
            @Override
            public void done(QueueStatus value) {
                found[0] = value;
            }

            @Override
            public void refused(Refusal refusal) {
                throw new AssertionError(refusal.text());
            }
        });
        run();
        return found[0];
    }

    /** Names of all queues. */
    List<String> queues() {
        List<String> names = new ArrayList<>();
        mailbox.list(() -> {}, new Reply<>() {
            @Override
            public void done(List<QueueStatus> all) {
                all.forEach(status -> names.add(status.definition().name()));
            }

            @Override
            public void refused(Refusal refusal) {
                throw new AssertionError(refusal.text());
            }
        });
        run();
        return names;
    }

    /** Time goes by, for connections and for the shard. */
    void advance(long millis) {
        nowMillis += millis;
        mailbox.tick();
        run();
    }

    /** Runs what waits for the loop. @return whether there was anything */
    boolean run() {
        boolean any = false;
        while (!tasks.isEmpty() || !shardTasks.isEmpty() || bodies.isBusy()) {
            any = true;
            elsewhere = tasks.isEmpty();
            if (!elsewhere) {
                tasks.poll().run();
            } else if (!shardTasks.isEmpty()) {
                shardTasks.poll().run();
            } else {
                bodies.step();
            }
            elsewhere = false;
        }
        if (failure != null) {
            throw new AssertionError("the shard stopped", failure);
        }
        return any;
    }

    AmqpEnvironment environment() {
        return new AmqpEnvironment(
                shards,
                address -> Optional.ofNullable(nodes.get(address)),
                this,
                limits,
                () -> nowMillis,
                registry,
                new AmqpEnvironment.Identity("test-broker", "1.2.3"),
                new LargeMessages(bodies, thresholdBytes),
                opening,
                connections,
                () -> TemporaryName.PREFIX + "node" + ++dynamicNodes,
                new NodeKinds(address -> address.startsWith("topic.")),
                UUID::randomUUID,
                deadLetterNames,
                audited::add);
    }

    @Override
    public boolean anonymousAllowed(boolean loopback) {
        return anonymous;
    }

    @Override
    public boolean knows(Principal who) {
        return users.test(who.name());
    }

    @Override
    public AcceptedTokens tokens() {
        return tokens;
    }

    @Override
    public Optional<Permissions> permissions(Principal who) {
        return permissions;
    }

    @Override
    public Optional<Principal> authenticate(String user, String password, boolean loopback) {
        return password.equals("secret") ? Optional.of(new Principal(user)) : Optional.empty();
    }

    static final class Ignored<T> implements Reply<T> {
        @Override
        public void done(T value) {}

        @Override
        public void refused(Refusal refusal) {
            throw new AssertionError(refusal.text());
        }
    }
}
