package io.sluice.storage.raft;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Nodes on this machine, each at a port that was free a moment ago. */
final class Members {
    private Members() {}

    static RaftMember of(String id) {
        RaftMember.Endpoint nobody = new RaftMember.Endpoint("127.0.0.1", 1);
        return new RaftMember(id, new RaftMember.Endpoint("127.0.0.1", freePort()), nobody, nobody);
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
