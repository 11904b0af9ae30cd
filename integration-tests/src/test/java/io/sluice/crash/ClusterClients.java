package io.sluice.crash;

import io.sluice.program.ReachableBroker;

/** A cluster, or a part of it, as clients of a test see it, that can be told to stop. Any thread. */
interface ClusterClients extends ReachableBroker {
    void stopClients();

    void clientsGoOn();
}
