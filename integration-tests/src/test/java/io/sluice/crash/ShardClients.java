package io.sluice.crash;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.ConnectionOptions;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import org.apache.qpid.protonj2.client.exceptions.ClientLinkRedirectedException;

/** Clients of one shard of a cluster: they come to any node, and go where they are sent. */
final class ShardClients implements ClusterClients {
    private static final long WAIT_SECONDS = 30;

    private final ClusterProcesses cluster;
    private final String probe;
    private volatile boolean goesOn = true;

    ShardClients(ClusterProcesses cluster, int shard) {
        this.cluster = cluster;
        this.probe = "found@" + shard;
    }

    @Override
    public Connection connect(Client client) throws ClientException {
        Connection any = cluster.connect(client);
        try (Receiver there = any.openReceiver(probe)) {
            there.openFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
            return any;
        } catch (ExecutionException | TimeoutException e) {
            any.closeAsync();
            if (e.getCause() instanceof ClientLinkRedirectedException redirect) {
                String node = cluster.nodeAt(redirect.getNetworkHost(), redirect.getPort());
                return cluster.connect(client, node, new ConnectionOptions());
            }
            throw new ClientException("nobody has this shard for now", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClientException("interrupted", e);
        }
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
