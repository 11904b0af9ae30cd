package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import io.sluice.server.SluiceServer;
import io.sluice.server.StartFailure;
import io.sluice.server.config.Configuration;
import io.sluice.server.config.ConfigurationException;
import io.sluice.server.config.ConfigurationFile;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/**
 * {@code sluice warm-up}: does once what a broker and its clients do at their start, and ends. The launcher runs it while it
 * archives the classes that were loaded, which halves the time of later starts.
 */
@Command(
        name = "warm-up",
        hidden = true,
        description = "Write lib/sluice.jsa, an archive of loaded classes that makes starts faster. It is made when the"
                + " distribution is built; run this again after moving the distribution or changing the Java runtime.")
final class WarmUpCommand implements Callable<Integer> {
    private static final int LIMIT_MILLIS = 120_000;
    private static final String SMALL = """
            listen: {port: 0}
            amqp: {maxMessageSizeBytes: 65536}
            metrics: {prometheus: true, port: 0}
            storage: {segmentBytes: 1048576, journalBudgetBytes: 4194304, journalMaxBytes: 16777216, minFreeDiskBytes: 0}
            """;

    @Override
    public Integer call() throws IOException, StartFailure, ConfigurationException {
        endAfter(LIMIT_MILLIS);
        Path folder = Files.createTempDirectory("sluice-warm-up");
        try {
            Path file = Files.writeString(folder.resolve("sluice.yaml"), SMALL);
            Configuration configuration = ConfigurationFile.read(file).withDataDir(folder.resolve("data"));
            SluiceServer server = SluiceServer.start(configuration, failure -> {});
            try {
                useAsClient("amqp://" + server.listensOn());
            } finally {
                server.stop(true);
            }
        } finally {
            delete(folder);
        }
        return ExitCode.OK;
    }

    private static void useAsClient(String url) {
        PrintWriter nowhere = new PrintWriter(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        List<List<String>> commands = List.of(
                List.of("send", "warm-up", "x", "--url", url),
                List.of("browse", "warm-up", "--json", "--url", url),
                List.of("receive", "warm-up", "--url", url),
                List.of("queue", "list", "--url", url));
        for (List<String> command : commands) {
            Commands.commandLine(false, nowhere, nowhere).execute(command.toArray(new String[0]));
        }
    }

    /** A build that waits for this must not wait for ever. */
    private static void endAfter(int millis) {
        Thread watch = new Thread(
                () -> {
                    try {
                        Thread.sleep(millis);
                        Runtime.getRuntime().halt(ExitCode.TIMED_OUT);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "limit");
        watch.setDaemon(true);
        watch.start();
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
