package io.sluice.server;

import io.sluice.amqp.management.ClusterNodes;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Reply;
import io.sluice.broker.port.StorageException;
import io.sluice.storage.raft.ClusterStatus;
import io.sluice.storage.raft.RaftMember;
import io.sluice.storage.raft.ReplicaAdministration;
import java.util.List;
import java.util.Locale;

/** The nodes of a cluster, for those who ask the primary's management. What takes time is done on a thread of its own. */
final class ClusterAdministration implements ClusterNodes {
    private final ReplicaAdministration replica;

    ClusterAdministration(ReplicaAdministration replica) {
        this.replica = replica;
    }

    @Override
    public State state() {
        ClusterStatus status = replica.status();
        List<Member> members = status.members().stream()
                .map(member -> new Member(
                        member.node().id(),
                        member.role().name().toLowerCase(Locale.ROOT),
                        member.node().replication().toString(),
                        member.node().clients().toString(),
                        member.lagRecords(),
                        member.lagBytes()))
                .toList();
        return new State(status.primary(), status.term(), members);
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
        later("add", () -> replica.add(member), reply);
    }

    @Override
    public void remove(String name, Reply<Void> reply) {
        later("remove", () -> replica.remove(name), reply);
    }

    @Override
    public void transfer(String name, Reply<Void> reply) {
        later("transfer", () -> replica.transfer(name), reply);
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
