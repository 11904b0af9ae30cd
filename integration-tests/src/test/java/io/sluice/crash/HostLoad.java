package io.sluice.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.ClientOptions;

/**
 * Clients that work on a virtual host of a cluster while something happens to the cluster: on a queue, on a topic with two subscriptions, of
 * which one has nobody there until the end, and in transactions.
 */
final class HostLoad implements AutoCloseable {
    private static final int SOME_ACCEPTED = 100;
    private static final int SOME_COMMITS = 15;
    private static final long WAIT_SECONDS = 180;
    private static final String TOPIC = "crash.topic";

    private final Client client = Client.create(new ClientOptions().id("subscriber-of-a-host"));
    private final Random random = new Random(seed());
    private final HostClients host;
    private final ClusterLoad queue;
    private final Inbox here = new Inbox(TOPIC, "here", new ClientAccounts());
    private final Inbox away = new Inbox(TOPIC, "away", new ClientAccounts());
    private final MovingClients movers = new MovingClients();

    private static long seed() {
        long seed = Long.getLong("sim.seed", System.nanoTime());
        System.out.println("a virtual host under load: -Dsim.seed=" + seed);
        return seed;
    }

    HostLoad(ClusterProcesses cluster, String host, List<String> nodes) {
        this.host = new HostClients(cluster, host, nodes);
        this.queue = new ClusterLoad(this.host, client, random);
    }

    void during(ClusterLoad.Event event) throws Exception {
        here.subscribe(client, host);
        away.subscribe(client, host);
        MovingClients.fill(client, host);
        CrashClients.Work work =
                new CrashClients.Work(TOPIC, true, List.of(here.accounts(), away.accounts()), List.of(here));
        CrashClients subscribers = new CrashClients(client, host, work, SOME_ACCEPTED);
        queue.during(() -> {
            CountDownLatch enough = new CountDownLatch(SOME_COMMITS);
            subscribers.start(0);
            movers.start(client, host, 0, random, enough);
            subscribers.awaitEnough();
            assertTrue(enough.await(WAIT_SECONDS, TimeUnit.SECONDS), () -> "too few commits: " + host.errors());
            event.happen();
            CrashClients.awaitMore(away.accounts(), SOME_ACCEPTED);
        });
        subscribers.awaitEnd();
        movers.awaitEnd();
    }

    /** Nothing that was accepted is lost, each producer's messages are in their order, and transactions are whole or absent. */
    void nothingIsLost() throws Exception {
        ClusterLoad.asOftenAsItGoes(queue::nothingIsLost);
        for (Inbox inbox : List.of(here, away)) {
            ClusterLoad.asOftenAsItGoes(() -> inbox.drain(client, host));
            assertEquals(Set.of(), inbox.accounts().lost(), () -> "accepted, and lost in " + inbox.subscription());
            assertTrue(
                    inbox.accounts().violations().isEmpty(),
                    () -> inbox.subscription() + ": " + inbox.accounts().violations());
        }
        assertEquals(away.accounts().seen(), here.accounts().seen(), "in both or in none");
        ClusterLoad.asOftenAsItGoes(() -> movers.check(client, host));
    }

    @Override
    public void close() {
        client.close();
    }
}
