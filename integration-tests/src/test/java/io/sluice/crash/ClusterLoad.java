package io.sluice.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.exceptions.ClientException;

/** Clients that work on a cluster while something happens to it; what they were told is held against what is there. */
final class ClusterLoad {
    /**
     * Checkpoints all the time, so that some are under way whenever something happens. The primary is given longer than by default to be heard of:
     * three brokers and their clients on two processors would change it where nothing is meant to happen.
     */
    static final String SMALL_JOURNAL = """
            replication: {electionMinMillis: 1500, electionMaxMillis: 3000}
            amqp: {maxMessageSizeBytes: 65536}
            queues: {templates: [{pattern: "*", maxDeliveries: unlimited}]}
            storage:
              segmentBytes: 1048576
              journalBudgetBytes: 1048576
              journalMaxBytes: 67108864
              minFreeDiskBytes: 0
            """;

    private static final int MOST_ACCEPTED = 800;
    private static final int MORE_ACCEPTED = 50;

    private final ClusterClients cluster;
    private final Client client;
    private final Random random;
    private final ClientAccounts accounts = new ClientAccounts();
    private final Inbox queue;
    private final CrashClients.Work work;
    private int rounds;

    /** What is done to the cluster while clients work. */
    interface Event {
        void happen() throws Exception;
    }

    ClusterLoad(ClusterClients cluster, Client client, Random random) {
        this(cluster, client, random, "crash");
    }

    /** On a queue of this name. */
    ClusterLoad(ClusterClients cluster, Client client, Random random, String queue) {
        this.cluster = cluster;
        this.client = client;
        this.random = random;
        this.queue = new Inbox(queue, "", accounts);
        this.work = new CrashClients.Work(queue, false, List.of(accounts), List.of(this.queue));
    }

    void during(Event event) throws Exception {
        cluster.clientsGoOn();
        CrashClients clients = new CrashClients(client, cluster, work, 1 + random.nextInt(MOST_ACCEPTED));
        clients.start(rounds++);
        try {
            clients.awaitEnough();
            event.happen();
            awaitMore();
        } finally {
            cluster.stopClients();
        }
        clients.awaitEnd();
        assertTrue(accounts.violations().isEmpty(), accounts.violations()::toString);
    }

    /** Waits until the clients have got on. */
    void awaitMore() throws InterruptedException {
        try {
            CrashClients.awaitMore(accounts, MORE_ACCEPTED);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + cluster.errors(), e);
        }
    }

    /** Lets the clients work for a time, all of which they have to get on. */
    void goesOn(long millis) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        do {
            awaitMore();
        } while (System.nanoTime() - end < 0);
    }

    /** A primary may change, also because the machine is busy, which ends its connections: then the next one is asked. */
    static void asOftenAsItGoes(ClusterLoad.Event drain) throws Exception {
        for (boolean done = false; !done; ) {
            try {
                drain.happen();
                done = true;
            } catch (ClientException | ExecutionException changed) {
                System.out.println("again, since " + changed.getMessage());
            }
        }
    }

    /** Takes what is left. */
    void nothingIsLost() throws Exception {
        System.out.println("left in the queue: " + queue.drain(client, cluster));
        assertTrue(accounts.violations().isEmpty(), accounts.violations()::toString);
        assertEquals(Set.of(), accounts.lost(), () -> "accepted and lost" + cluster.errors());
        System.out.println(accounts);
    }
}
