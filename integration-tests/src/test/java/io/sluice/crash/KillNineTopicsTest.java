package io.sluice.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.program.BrokerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.ClientOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The promise of topics: what was accepted is in every durable subscription, whenever the process is killed, what was not is in all of them or
 * in none, and what was settled in one does not come back there. As {@link KillNineTest}, with three subscriptions: two that are taken
 * from while the process dies, one of them to a pattern, and one whose subscriber is away until the end. A quarter of
 * {@code -Dcrash.server.rounds=}.
 */
final class KillNineTopicsTest {
    private static final int ROUNDS = Math.max(3, Integer.getInteger("crash.server.rounds", 20) / 4);
    private static final int MOST_ACCEPTED = 800;
    private static final int MOST_STARTING_MILLIS = 1_000;
    private static final String TOPIC = "crash.topic";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private final Inbox exact = new Inbox(TOPIC, "exact", new ClientAccounts());
    private final Inbox pattern = new Inbox("crash.#", "pattern", new ClientAccounts());
    private final Inbox away = new Inbox(TOPIC, "away", new ClientAccounts());
    private final List<Inbox> all = List.of(exact, pattern, away);
    private final CrashClients.Work work =
            new CrashClients.Work(TOPIC, true, all.stream().map(Inbox::accounts).toList(), List.of(exact, pattern));

    private String[] arguments() throws Exception {
        Path file = Files.writeString(folder.resolve("sluice.yaml"), """
                amqp: {maxMessageSizeBytes: 65536}
                topics: {templates: [{pattern: "*", maxDeliveries: unlimited}]}
                storage:
                  segmentBytes: 1048576
                  journalBudgetBytes: 1048576
                  journalMaxBytes: 4194304
                  minFreeDiskBytes: 0
                """);
        return new String[] {"--config", file.toString()};
    }

    @Test
    void every_subscription_has_all_that_was_accepted_and_the_same() throws Exception {
        long seed = Long.getLong("sim.seed", System.nanoTime());
        System.out.println("kill -9 of the server with topics, " + ROUNDS + " rounds: -Dsim.seed=" + seed);
        Random random = new Random(seed);
        Path data = folder.resolve("data");
        try (Client client = Client.create(new ClientOptions().id("crash-subscriber"))) {
            try (BrokerProcess broker = BrokerProcess.start(data, arguments())) {
                for (Inbox inbox : all) {
                    inbox.subscribe(client, broker);
                }
                broker.kill();
            }
            for (int round = 0; round < ROUNDS; round++) {
                if (random.nextInt(5) == 0) {
                    BrokerProcess.startAndKill(data, random.nextInt(MOST_STARTING_MILLIS), arguments());
                }
                try (BrokerProcess broker = BrokerProcess.start(data, arguments())) {
                    CrashClients clients = new CrashClients(client, broker, work, 1 + random.nextInt(MOST_ACCEPTED));
                    clients.start(round);
                    clients.awaitEnough();
                    broker.kill();
                    clients.awaitEnd();
                }
                assertNothingWrong();
            }
            try (BrokerProcess broker = BrokerProcess.start(data, arguments())) {
                for (Inbox inbox : all) {
                    int left = inbox.drain(client, broker);
                    System.out.println(inbox.subscription() + ": left " + left + ", " + inbox.accounts());
                }
                assertEquals(0, broker.stop());
            }
        }
        assertNothingWrong();
        for (Inbox inbox : all) {
            assertEquals(Set.of(), inbox.accounts().lost(), () -> "accepted, and lost in " + inbox.subscription());
            assertEquals(away.accounts().seen(), inbox.accounts().seen(), "in all or in none");
        }
        assertTrue(away.accounts().seen().size() > ROUNDS, "the messages of all rounds");
    }

    private void assertNothingWrong() {
        for (Inbox inbox : all) {
            assertTrue(
                    inbox.accounts().violations().isEmpty(),
                    () -> inbox.subscription() + ": " + inbox.accounts().violations());
        }
    }
}
