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
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The nodes of a cluster, for those who ask a node's management. What takes time is done on a thread of its own. */
final class ClusterAdministration implements ClusterNodes {
    private final String self;
    private final List<Part> parts;

    /**
     * A shard of the default host, or of a virtual host.
     *
     * @param virtualHost empty: the default one
     * @param current administration of the life that it has now
     */
    record Part(Optional<String> virtualHost, int shard, Supplier<ReplicaAdministration> current) {
        static Part of(ShardOfNode shard, Supplier<ReplicaAdministration> current) {
            return new Part(shard.virtualHost(), shard.place().index(), current);
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
        ClusterStatus status = parts.get(0).current.get().status();
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

    private static String shown(ClusterStatus.Role role) {
        return role.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public List<Replica> replicas() {
        List<Replica> all = new ArrayList<>();
        for (Part part : parts) {
            ClusterStatus status = part.current.get().status();
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
            parts.get(0).current.get().remove(name);
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

    private List<ReplicaAdministration> those(Predicate<ReplicaAdministration> which) {
        return parts.stream().map(part -> part.current.get()).filter(which).toList();
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
        ReplicaAdministration its = shards.get(shard).current.get();
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
                    }
                },
                "cluster-" + name);
        thread.setDaemon(true);
        thread.start();
    }
}
