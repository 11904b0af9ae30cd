package io.sluice.server;

import io.sluice.amqp.AmqpEnvironment;
import io.sluice.amqp.netty.ServingPlace;
import io.sluice.broker.Refusal;
import io.sluice.server.config.Cluster;
import io.sluice.server.config.Configuration;
import io.sluice.storage.raft.RaftMember;
import java.net.InetSocketAddress;

/**
 * Where a node that is not the primary has its clients served: at the primary, to which it hands them through or sends them.
 *
 * @param nobody knows who its clients are, and serves none
 */
record BackupPlace(Cluster.Routing routing, Redirects redirects, AmqpEnvironment nobody) {
    static BackupPlace of(Configuration configuration, AmqpEnvironment nobody) {
        return new BackupPlace(configuration.cluster().routing(), ClusterSettings.redirects(configuration), nobody);
    }

    ServingPlace with(RaftMember primary) {
        if (routing == Cluster.Routing.HAND_THROUGH) {
            RaftMember.Endpoint address = primary.handThrough();
            return new ServingPlace.Elsewhere(new InetSocketAddress(address.host(), address.port()));
        }
        Refusal there =
                redirects.to(primary, Refusal.Kind.CONNECTION_REDIRECT, "this node is a backup, the primary is ");
        return new ServingPlace.Here(nobody.withOpening(nobody.opening().closed(there)));
    }
}
