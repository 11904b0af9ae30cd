package io.sluice.program;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for programs that have to know each other's before any of them listens. They are below those that the system gives to outgoing
 * connections, so that none of these is there first, and no two are the same.
 */
public final class FreePorts {
    private static final int FIRST = 15_000;
    private static final int COUNT = 15_000;

    private static int next = ThreadLocalRandom.current().nextInt(COUNT);

    private FreePorts() {}

    /** @throws IllegalStateException all are taken */
    public static synchronized int take() {
        for (int tried = 0; tried < COUNT; tried++) {
            int port = FIRST + next;
            next = (next + 1) % COUNT;
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                // the next one
            }
        }
        throw new IllegalStateException("no port is free from " + FIRST + " on");
    }
}
