package io.sluice.storage;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: a killed process loses nothing it acknowledged, on the real disk with real threads. Method: {@link CrashChild} is killed at a
 * random instant, again and again on one folder; each new one checks what it finds. {@code -Dcrash.rounds=} sets how often.
 */
class CrashLoopTest {
    private static final int ROUNDS = Integer.getInteger("crash.rounds", 40);
    private static final int MAX_RUN_MILLIS = 120;

    @TempDir
    private Path folder;

    @Test
    void nothingAcknowledgedIsLost() throws Exception {
        long seed = Long.getLong("sim.seed", 1L);
        Random random = new Random(seed);
        for (int round = 1; round <= ROUNDS; round++) {
            Process child = start();
            try {
                // Most are killed at work, some while they recover.
                boolean atWork = random.nextInt(8) != 0;
                if (atWork) {
                    awaitOpen(child, round);
                }
                boolean ended = child.waitFor(random.nextInt(MAX_RUN_MILLIS), TimeUnit.MILLISECONDS);
                assertFalse(ended, () -> "round ended by itself: " + output(child));
            } finally {
                child.destroyForcibly().waitFor();
            }
        }
        long acknowledged = ByteBuffer.wrap(Files.readAllBytes(folder.resolve("acknowledged")))
                .getLong();
        assertTrue(acknowledged > 10L * ROUNDS, "only " + acknowledged + " batches: the children did not get to work");
    }

    private Process start() throws IOException {
        String java = ProcessHandle.current().info().command().orElse("java");
        return new ProcessBuilder(List.of(
                        java,
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CrashChild.class.getName(),
                        folder.toString()))
                .redirectErrorStream(true)
                .start();
    }

    /** Newer Java runtimes print warnings about MapDB's dependencies first. */
    private static void awaitOpen(Process child, int round) throws IOException {
        StringBuilder before = new StringBuilder();
        StringBuilder line = new StringBuilder();
        InputStream out = child.getInputStream();
        while (!line.toString().startsWith("open ")) {
            before.append(line).append('\n');
            line.setLength(0);
            for (int c = out.read(); c != '\n'; c = out.read()) {
                if (c < 0) {
                    throw new AssertionError("round " + round + ": " + before + line);
                }
                line.append((char) c);
            }
        }
    }

    private static String output(Process child) {
        try {
            return new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
