package io.sluice.simulation;

import io.sluice.broker.Divert;
import io.sluice.broker.NamePattern;
import io.sluice.broker.NodeKind;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Refusal;
import io.sluice.broker.Replay;
import io.sluice.broker.Subscription;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.Reply;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.routing.TopicSetup;
import io.sluice.broker.shard.Shard;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.ShardSetup;
import io.sluice.storage.mapdb.DirectStore;
import io.sluice.storage.mapdb.StoreLimits;
import io.sluice.storage.raft.ReplicaRestart;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/** A member from one opening of its data folder to the next: a real shard and a real store over the simulated journal. */
final class Life {
    private static final UUID IDENTITY = new UUID(1, 1);
    /** Small steps, and never written anew: that has tests of its own. */
    private static final StoreLimits STORE_LIMITS = new StoreLimits(0, 64 << 10, 1 << 30, 0);

    private static final TopicSetup TOPICS = new TopicSetup(
                    topic -> QueueDefinition.named(topic)
                            .withService(QueueDefinition.Service.FIFO)
                            .withReplay(new Replay(
                                    SimulatedSubscriber.KEPT, QueueDefinition.UNLIMITED, QueueDefinition.UNLIMITED, 0)),
                    urgent -> message -> message.priority() >= 8,
                    1_000)
            .withDiverts(List.of(new Divert(
                    "urgent",
                    NodeKind.QUEUE,
                    new NamePattern(History.FIFO),
                    new Subscription.Selection("urgent", new byte[] {1}),
                    NodeKind.QUEUE,
                    History.COPIES,
                    false)));

    private final Cluster cluster;
    private final Member member;
    private final long number;
    private final World world;
    private final SimulatedJournal journal;
    private final SimulatedStore store;
    private final List<Connection> connections = new ArrayList<>();
    /** The last copy of the store's checkpoint that somebody needed. */
    private Optional<Snapshot> snapshot = Optional.empty();

    private ShardMailbox mailbox;
    private long forcedUntilMicros;
    private int declared;
    /** Takes no part in keeping the log any more. */
    private boolean over;

    private boolean closed;
    /** Was the primary: what it shows may be decided and not applied yet. */
    private boolean decides;

    Life(Cluster cluster, Member member, long number) {
        this.cluster = cluster;
        this.member = member;
        this.number = number;
        this.world = cluster.world();
        this.journal = new SimulatedJournal(this, member.log(), world);
        this.store = new SimulatedStore(
                DirectStore.on(member.disk(), MemberDisk.folder(), IDENTITY, STORE_LIMITS), member.disk(), this, world);
    }

    void open() throws StorageException {
        mailbox = Shard.recover(new ShardSetup(
                                work -> after(world.between(1, 100), work),
                                world::millis,
                                journal,
                                store,
                                cluster.limits(),
                                name -> Optional.empty(),
                                this::failed)
                        .withTopics(TOPICS))
                .mailbox();
        after(1, this::tick);
    }

    private void tick() {
        mailbox.tick();
        after(100_000, this::tick);
    }

    int id() {
        return member.id();
    }

    long number() {
        return number;
    }

    boolean mutated(Mutation mutation) {
        return cluster.mutation() == mutation;
    }

    ShardMailbox mailbox() {
        return mailbox;
    }

    SimulatedJournal journal() {
        return journal;
    }

    Replica replica() {
        return journal.replica();
    }

    /** Whether it is the primary, has a lease, and says so. */
    boolean mayServe() {
        return !closed && journal.mayServe();
    }

    boolean decides() {
        return decides;
    }

    boolean isClosed() {
        return closed;
    }

    /** Whether clients are taken here. */
    boolean serves() {
        return !closed && !over && declared == cluster.queues().size();
    }

    long committedOnce() {
        return member.committedOnce();
    }

    /** Later, unless this life is over by then; a member that stands still does it when it goes on. */
    void after(long micros, Runnable work) {
        world.after(micros, () -> member.run(this, work));
    }

    @Override
    public String toString() {
        return "member " + id() + ": " + journal + ", members " + member.log().members();
    }

    // ---- for the replica

    void send(int to, Consumer<Replica> message) {
        cluster.send(this, to, message);
    }

    void received(Consumer<Replica> message) {
        if (!over) {
            message.accept(replica());
        }
    }

    /** Runs the work when what was written is on the disk; in the order of the calls. */
    void force(Runnable work) {
        forcedUntilMicros =
                Math.max(forcedUntilMicros, world.nowMicros() + member.disk().forceMicros());
        after(forcedUntilMicros - world.nowMicros(), () -> {
            if (!over) {
                work.run();
            }
        });
    }

    void committed() {
        cluster.history().committed(member.log(), replica().committed());
        member.committed(Math.min(replica().committed(), member.log().forced()));
        journal.apply();
    }

    /** Entries from here on are dropped for the primary's. */
    void cuts(long index) {
        if (index <= journal.applied()) {
            cluster.history().broken("member " + id() + " drops entry " + index + ", which it has applied");
        }
    }

    void roleLost() {
        over(new ReplicaRestart("This member is no longer the primary."));
    }

    /** Empty while a checkpoint is being written. */
    Optional<Snapshot> snapshot() {
        JournalPosition position = store.position();
        if (position.index() < member.log().purged()) {
            return Optional.empty();
        }
        if (snapshot.filter(last -> last.position().equals(position)).isPresent()) {
            return snapshot;
        }
        try {
            snapshot = store.copy(IDENTITY)
                    .map(bytes -> new Snapshot(position, bytes, member.log().membersAt(position.index())));
            return snapshot;
        } catch (StorageException e) {
            cluster.history().broken("no copy of the checkpoint: " + e, e);
            return Optional.empty();
        }
    }

    void install(Snapshot received) {
        store.abandon();
        member.disk().receive(received.store());
        member.log().replace(received.position(), received.members());
        member.committed(received.position().index());
        cluster.history().installed();
        over(new ReplicaRestart("This member was too far behind, and got a snapshot."));
    }

    /** It is no member any more. */
    void removed() {
        over(new StorageException("This member was removed."));
    }

    private void over(StorageException cause) {
        if (!over) {
            over = true;
            journal.over(cause);
        }
    }

    // ---- for the shard

    void becamePrimary(long term) {
        decides = true;
        cluster.history().becamePrimary(term, id());
        for (QueueDefinition queue : cluster.queues()) {
            mailbox.declare(queue, () -> {}, new Reply<QueueStatus>() {
                @Override
                public void done(QueueStatus status) {
                    declared++;
                }

                @Override
                public void refused(Refusal refusal) {
                    cluster.history().broken("queue not declared: " + refusal);
                }
            });
        }
    }

    private void failed(Throwable cause) {
        if (!closed && !(cause instanceof StorageException)) {
            cluster.history().broken("member " + id() + " stopped for a defect: " + cause, cause);
        }
        // The shard's turn ends first.
        after(1, () -> {
            close();
            member.ended(this, cause);
        });
    }

    void connected(Connection connection) {
        connections.add(connection);
    }

    void disconnected(Connection connection) {
        connections.remove(connection);
    }

    private void end() {
        over = true;
        closed = true;
        List.copyOf(connections).forEach(Connection::lost);
    }

    /** The process goes on, the folder is opened again. */
    private void close() {
        if (closed) {
            return;
        }
        end();
        journal.close();
        try {
            store.close();
        } catch (StorageException e) {
            cluster.history().broken("member " + id() + " cannot be closed: " + e, e);
        }
    }

    /** The power is gone. */
    void crashed() {
        if (!closed) {
            end();
            member.disk().cut();
            store.abandon();
        }
    }
}
