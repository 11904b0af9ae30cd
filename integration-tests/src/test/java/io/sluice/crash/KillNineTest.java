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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The promise to users: what was accepted survives kill -9 at any instant, and what was settled (and the settlement confirmed by the
 * link's clean end) does not come back. Producers send plain, urgent, scheduled, expiring and large messages while a consumer takes;
 * the process is killed in the middle, now and then while it starts. The journal is so small that checkpoints run all the time. At
 * the end everything is drained and compared with what the clients were told. {@code -Dcrash.server.rounds=} sets how often.
 */
final class KillNineTest {
    private static final int ROUNDS = Integer.getInteger("crash.server.rounds", 20);
    private static final int MOST_ACCEPTED = 1_500;
    private static final int MOST_STARTING_MILLIS = 1_000;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private final ClientAccounts accounts = new ClientAccounts();
    private final Inbox queue = new Inbox("crash", "", accounts);
    private final CrashClients.Work work =
            new CrashClients.Work(queue.address(), false, List.of(accounts), List.of(queue));

    private String[] arguments() throws Exception {
        Path file = Files.writeString(folder.resolve("sluice.yaml"), """
                amqp: {maxMessageSizeBytes: 65536}
                # Consumers that are killed fail again and again: what they had is to be found in its queue.
                queues: {templates: [{pattern: "*", maxDeliveries: unlimited}]}
                storage:
                  segmentBytes: 1048576
                  journalBudgetBytes: 1048576
                  journalMaxBytes: 4194304
                  minFreeDiskBytes: 0
                """);
        return new String[] {"--config", file.toString()};
    }

    @Test
    void nothing_accepted_is_lost_and_nothing_settled_comes_back() throws Exception {
        long seed = Long.getLong("sim.seed", System.nanoTime());
        System.out.println("kill -9 of the server, " + ROUNDS + " rounds: -Dsim.seed=" + seed);
        Random random = new Random(seed);
        Path data = folder.resolve("data");
        try (Client client = Client.create()) {
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
                assertTrue(accounts.violations().isEmpty(), accounts.violations()::toString);
            }
            try (BrokerProcess broker = BrokerProcess.start(data, arguments())) {
                System.out.println("left in the queue: " + queue.drain(client, broker));
                assertEquals(0, broker.stop());
            }
        }
        assertTrue(accounts.violations().isEmpty(), accounts.violations()::toString);
        assertEquals(Set.of(), accounts.lost(), "accepted and lost");
        System.out.println(accounts);
    }
}
