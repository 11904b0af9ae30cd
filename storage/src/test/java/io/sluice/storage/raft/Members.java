package io.sluice.storage.raft;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Nodes on this machine, each at a port that was free a moment ago. */
final class Members {
    private static final int FIRST = 10_000;
    private static final int COUNT = 5_000;

    private static int next = ThreadLocalRandom.current().nextInt(COUNT);

    private Members() {}

    static RaftMember of(String id) {
        RaftMember.Endpoint nobody = new RaftMember.Endpoint("127.0.0.1", 1);
        return new RaftMember(id, new RaftMember.Endpoint("127.0.0.1", freePort()), nobody, nobody);
    }

    /** Below those that the system gives to outgoing connections, so that none of these is there first; never one twice. */
    private static synchronized int freePort() {
        while (true) {
            next = (next + 1) % COUNT;
            try (ServerSocket socket = new ServerSocket(FIRST + next, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                // the next one
            }
        }
    }
}
