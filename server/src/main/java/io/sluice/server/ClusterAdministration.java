package io.sluice.server;

import io.sluice.amqp.management.ClusterNodes;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Reply;
import io.sluice.broker.port.StorageException;
import io.sluice.storage.raft.ClusterStatus;
import io.sluice.storage.raft.RaftMember;
import io.sluice.storage.raft.ReplicaAdministration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The nodes of a cluster, for those who ask a node's management. What takes time is done on a thread of its own. */
final class ClusterAdministration implements ClusterNodes {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterAdministration.class);
    private static final int OPEN_SECONDS = 30;
    private static final int OPEN_STEP_MILLIS = 50;
    private static final ClusterStatus NOTHING_KNOWN = new ClusterStatus("", Optional.empty(), 0, 0, List.of());

    private final String self;
    private final List<Part> parts;
    /** What was known last, for who looks while a shard goes from one life to the next. */
    private final Map<Part, ClusterStatus> last = new ConcurrentHashMap<>();

    /**
     * A shard of the default host, or of a virtual host.
     *
     * @param virtualHost empty: the default one
     * @param current administration of the life that it has now; empty while that is being opened
     * @param status what that life knows; empty as well
     */
    record Part(
            Optional<String> virtualHost,
            int shard,
            Supplier<Optional<ReplicaAdministration>> current,
            Supplier<Optional<ClusterStatus>> status) {
        static Part of(ShardOfNode shard, Supplier<Optional<ReplicaAdministration>> current) {
            return new Part(
                    shard.virtualHost(),
                    shard.place().index(),
                    current,
                    () -> current.get().map(ReplicaAdministration::status));
        }

        /** Waits while it goes from one life to the next, of which nobody tells. Not on an event loop. */
        ReplicaAdministration opened() throws StorageException {
            long untilNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(OPEN_SECONDS);
            Optional<ReplicaAdministration> now = current.get();
            while (now.isEmpty()) {
                if (System.nanoTime() - untilNanos >= 0) {
                    throw new StorageException(
                            virtualHost
                                            .map(host -> "Virtual host '" + host + "'")
                                            .orElse("Shard " + shard) + " is being opened on this node: ask again.");
                }
                try {
                    Thread.sleep(OPEN_STEP_MILLIS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new StorageException("Interrupted.", e);
                }
                now = current.get();
            }
            return now.get();
        }
    }

    /**
     * @param self name of this node
     * @param parts shards of the default host by their numbers, then those of virtual hosts
     */
    ClusterAdministration(String self, List<Part> parts) {
        this.self = self;
        this.parts = List.copyOf(parts);
    }

    /** Of the default host. */
    private List<Part> shards() {
        return parts.stream().filter(part -> part.virtualHost.isEmpty()).toList();
    }

    @Override
    public State state() {
        ClusterStatus status = status(parts.get(0));
        List<Member> members = status.members().stream()
                .map(member -> new Member(
                        member.node().id(),
                        shown(member.role()),
                        member.node().replication().toString(),
                        member.node().clients().toString(),
                        member.lagRecords(),
                        member.lagBytes()))
                .toList();
        return new State(status.primary(), status.term(), members);
    }

    private ClusterStatus status(Part part) {
        Optional<ClusterStatus> now = part.status.get();
        now.ifPresent(known -> last.put(part, known));
        return last.getOrDefault(part, NOTHING_KNOWN);
    }

    /** Each shard has the same nodes; of one that was never asked before, nothing else is known. */
    private ClusterStatus statusOrNodes(Part part) {
        ClusterStatus status = status(part);
        if (!status.members().isEmpty()) {
            return status;
        }
        List<ClusterStatus.Member> nodes = parts.stream()
                .map(this::status)
                .map(ClusterStatus::members)
                .filter(members -> !members.isEmpty())
                .findFirst()
                .orElse(List.of());
        return new ClusterStatus(
                self,
                Optional.empty(),
                0,
                0,
                nodes.stream()
                        .map(member -> new ClusterStatus.Member(
                                member.node(), ClusterStatus.Role.UNKNOWN, Optional.empty(), Optional.empty()))
                        .toList());
    }

    private static String shown(ClusterStatus.Role role) {
        return role.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public List<Replica> replicas() {
        List<Replica> all = new ArrayList<>();
        for (Part part : parts) {
            ClusterStatus status = statusOrNodes(part);
            for (ClusterStatus.Member member : status.members()) {
                all.add(new Replica(
                        part.virtualHost,
                        part.shard,
                        member.node().id(),
                        shown(member.role()),
                        status.term(),
                        member.lagRecords(),
                        member.lagBytes()));
            }
        }
        return all;
    }

    @Override
    public void add(NewMember added, Reply<Void> reply) {
        RaftMember member;
        try {
            member = new RaftMember(
                    added.name(),
                    RaftMember.Endpoint.parse(added.replication()),
                    RaftMember.Endpoint.parse(added.clients()),
                    RaftMember.Endpoint.parse(added.handThrough()));
        } catch (IllegalArgumentException e) {
            reply.refused(Refusal.of(Refusal.Kind.INVALID_FIELD, e.getMessage()));
            return;
        }
        later("add", () -> add(member), reply);
    }

    @Override
    public void remove(String name, Reply<Void> reply) {
        later("remove", () -> remove(name), reply);
    }

    /** To every shard that does not have it yet: what was cut off goes on when it is asked again. */
    private void add(RaftMember member) throws StorageException {
        List<ReplicaAdministration> without = those(shard -> !has(shard, member.id()));
        for (ReplicaAdministration shard : without.isEmpty() ? those(any -> true) : without) {
            shard.add(member);
        }
    }

    private void remove(String name) throws StorageException {
        if (parts.size() == 1) {
            parts.get(0).opened().remove(name);
            return;
        }
        List<ReplicaAdministration> having = those(shard -> has(shard, name));
        Optional<RaftMember> removed = Optional.empty();
        for (ReplicaAdministration shard : having.isEmpty() ? those(any -> true) : having) {
            removed = Optional.of(shard.exclude(name));
        }
        tell(having, removed.orElseThrow());
    }

    /** A node that is told by one shard ends, and may not hear the others. */
    private static void tell(List<ReplicaAdministration> shards, RaftMember removed) throws StorageException {
        Optional<StorageException> unheard = Optional.empty();
        int told = 0;
        for (ReplicaAdministration shard : shards) {
            try {
                shard.tellRemoved(removed);
                told++;
            } catch (StorageException e) {
                unheard = Optional.of(e);
            }
        }
        if (told == 0 && unheard.isPresent()) {
            throw unheard.get();
        }
    }

    private List<ReplicaAdministration> those(Predicate<ReplicaAdministration> which) throws StorageException {
        List<ReplicaAdministration> those = new ArrayList<>();
        for (Part part : parts) {
            ReplicaAdministration its = part.opened();
            if (which.test(its)) {
                those.add(its);
            }
        }
        return those;
    }

    private static boolean has(ReplicaAdministration shard, String name) {
        return shard.status().members().stream()
                .anyMatch(member -> member.node().id().equals(name));
    }

    @Override
    public void transfer(String name, OptionalInt asked, Reply<Void> reply) {
        later("transfer", () -> transfer(name, asked), reply);
    }

    private void transfer(String name, OptionalInt asked) throws StorageException {
        List<Part> shards = shards();
        if (asked.isEmpty() && shards.size() > 1) {
            throw new StorageException(
                    "The cluster has " + shards.size() + " shards, each with a primary: say of which, with --shard.");
        }
        int shard = asked.orElse(0);
        if (shard >= shards.size()) {
            throw new StorageException("There is no shard " + shard + ": the cluster has " + shards.size() + ".");
        }
        ReplicaAdministration its = shards.get(shard).opened();
        Optional<RaftMember> primary = its.primary();
        if (shards.size() > 1
                && primary.isPresent()
                && !primary.get().id().equals(name)
                && !primary.get().id().equals(self)) {
            throw new StorageException("Shard " + shard + " is " + primary.get().id() + "'s: ask that node, at "
                    + primary.get().clients() + ", to give it away.");
        }
        its.transfer(name);
    }

    private interface Change {
        void make() throws StorageException;
    }

    private static void later(String name, Change change, Reply<Void> reply) {
        Thread thread = new Thread(
                () -> {
                    try {
                        change.make();
                        reply.done(null);
                    } catch (StorageException e) {
                        reply.refused(Refusal.of(Refusal.Kind.PRECONDITION_FAILED, e.getMessage()));
                    } catch (RuntimeException e) {
                        // A defect of ours; whoever asked is not to wait for ever.
                        LOG.error("The change of the cluster, {}, failed", name, e);
                        reply.refused(Refusal.of(
                                Refusal.Kind.INTERNAL_ERROR, "the change failed, and may be half done: see the log"));
                    }
                },
                "cluster-" + name);
        thread.setDaemon(true);
        thread.start();
    }
}
