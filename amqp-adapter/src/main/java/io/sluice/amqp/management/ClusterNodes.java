package io.sluice.amqp.management;

import io.sluice.broker.port.Reply;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The nodes of the cluster that this broker is the primary of. Any thread; nothing blocks, answers may come on any thread. */
public interface ClusterNodes {
    /** As it is now. */
    State state();

    /** Takes a node in that runs and waits for it. The answer comes when it has caught up. */
    void add(NewMember member, Reply<Void> reply);

    /** Takes a node out. */
    void remove(String name, Reply<Void> reply);

    /**
     * Makes another node the primary. Connections to this one end then, so the answer may be lost.
     *
     * @param shard of which; empty: of the only one
     */
    void transfer(String name, OptionalInt shard, Reply<Void> reply);

    /** Each shard with each of its nodes, by the number of the shard, then those of virtual hosts; as far as this node knows. */
    List<Replica> replicas();

    /**
     * One node's part of one shard.
     *
     * @param virtualHost of the shard; empty: the default one
     * @param role lagRecords and lagBytes as in {@link Member}
     * @param term rises whenever a primary is elected
     */
    record Replica(
            Optional<String> virtualHost,
            int shard,
            String node,
            String role,
            long term,
            Optional<Long> lagRecords,
            Optional<Long> lagBytes) {}

    /**
     * @param primary name of the node that serves
     * @param term rises whenever a primary is elected
     */
    record State(Optional<String> primary, long term, List<Member> members) {
        public State {
            members = List.copyOf(members);
        }
    }

    /**
     * @param role primary, backup, unreachable or unknown
     * @param replication {@code host:port} for the journal
     * @param clients {@code host:port} for AMQP
     * @param lagRecords entries of the journal that it does not have yet, where that is known
     * @param lagBytes of those, about
     */
    record Member(
            String name,
            String role,
            String replication,
            String clients,
            Optional<Long> lagRecords,
            Optional<Long> lagBytes) {}

    /** All but the name {@code host:port}. */
    record NewMember(String name, String replication, String clients, String handThrough) {}
}
