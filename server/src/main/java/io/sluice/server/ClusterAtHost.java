package io.sluice.server;

import io.sluice.amqp.management.ClusterNodes;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Reply;
import java.util.List;
import java.util.OptionalInt;

/** The nodes of a cluster for those who ask the management of a virtual host: who may do anything there is nobody elsewhere. */
record ClusterAtHost(ClusterNodes cluster) implements ClusterNodes {
    private static final Refusal REFUSAL =
            Refusal.of(Refusal.Kind.NOT_ALLOWED, "nodes are changed at the default host, not at a virtual host");

    @Override
    public State state() {
        return cluster.state();
    }

    @Override
    public List<Replica> replicas() {
        return cluster.replicas();
    }

    @Override
    public void add(NewMember member, Reply<Void> reply) {
        reply.refused(REFUSAL);
    }

    @Override
    public void remove(String name, Reply<Void> reply) {
        reply.refused(REFUSAL);
    }

    @Override
    public void transfer(String name, OptionalInt shard, Reply<Void> reply) {
        reply.refused(REFUSAL);
    }
}
