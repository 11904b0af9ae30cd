package io.sluice.crash;

import java.util.List;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.ConnectionOptions;
import org.apache.qpid.protonj2.client.exceptions.ClientException;

/** Clients of a virtual host of a cluster: they come to one node after the other. */
final class HostClients implements ClusterClients {
    private final ClusterProcesses cluster;
    private final String host;
    private final List<String> nodes;
    private int connections;
    private volatile boolean goesOn = true;

    HostClients(ClusterProcesses cluster, String host, List<String> nodes) {
        this.cluster = cluster;
        this.host = host;
        this.nodes = List.copyOf(nodes);
    }

    private synchronized String next() {
        return nodes.get(connections++ % nodes.size());
    }

    @Override
    public Connection connect(Client client) throws ClientException {
        return cluster.connect(client, next(), new ConnectionOptions().virtualHost(host));
    }

    @Override
    public void stopClients() {
        goesOn = false;
    }

    @Override
    public void clientsGoOn() {
        goesOn = true;
    }

    @Override
    public boolean isAlive() {
        return goesOn;
    }

    @Override
    public List<String> errors() {
        return cluster.errors();
    }
}
