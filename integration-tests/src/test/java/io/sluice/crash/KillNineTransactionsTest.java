package io.sluice.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.program.BrokerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A transaction is whole or absent after kill -9 at any instant, whatever {@link MovingClients} were doing. {@code -Dcrash.server.rounds=} sets how often.
 */
final class KillNineTransactionsTest {
    private static final int ROUNDS = Integer.getInteger("crash.server.rounds", 10);
    private static final int MOST_COMMITS = 150;
    private static final long WAIT_SECONDS = 180;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private String[] arguments() throws Exception {
        Path file = Files.writeString(folder.resolve("sluice.yaml"), """
                amqp: {maxMessageSizeBytes: 65536}
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
    void a_transaction_is_whole_or_absent() throws Exception {
        long seed = Long.getLong("sim.seed", System.nanoTime());
        System.out.println("kill -9 under transactions, " + ROUNDS + " rounds: -Dsim.seed=" + seed);
        Random random = new Random(seed);
        Path data = folder.resolve("data");
        MovingClients clients = new MovingClients();
        try (Client client = Client.create()) {
            for (int round = 0; round < ROUNDS; round++) {
                try (BrokerProcess broker = BrokerProcess.start(data, arguments())) {
                    if (round == 0) {
                        MovingClients.fill(client, broker);
                    }
                    CountDownLatch enough = new CountDownLatch(1 + random.nextInt(MOST_COMMITS));
                    clients.start(client, broker, round, random, enough);
                    assertTrue(enough.await(WAIT_SECONDS, TimeUnit.SECONDS), () -> "too few: " + broker.errors());
                    broker.kill();
                    clients.awaitEnd();
                }
            }
            try (BrokerProcess broker = BrokerProcess.start(data, arguments())) {
                clients.check(client, broker);
                assertEquals(0, broker.stop());
            }
        }
    }
}
