package io.sluice.clients;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What clients outside of Java need on the machine. Where it is missing their tests are skipped, but on CI they fail. */
public final class ClientTool {
    private static final long LIMIT_SECONDS = 300;

    private ClientTool() {}

    /** Runs a command that shows whether something is there; if not, the test does not go on. */
    public static void need(String what, Path folder, String... command) throws IOException, InterruptedException {
        String failure = run(folder, command);
        if (!failure.isEmpty()) {
            missing(what, failure);
        }
    }

    /** Runs a command that must succeed where its tool is there. */
    public static void build(String tool, Path folder, String... command) throws IOException, InterruptedException {
        need(tool, folder, command[0], "--version");
        String failure = run(folder, command);
        if (!failure.isEmpty()) {
            fail(failure);
        }
    }

    /** What it said if it failed, or "". */
    private static String run(Path folder, String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("tool", ".out");
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            if (process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0) {
                return "";
            }
            process.destroyForcibly();
            return String.join(" ", command) + ": " + Files.readString(output, StandardCharsets.UTF_8);
        } catch (IOException notThere) {
            return notThere.toString();
        } finally {
            Files.delete(output);
        }
    }

    private static void missing(String what, String why) {
        String said = "needs " + what + " (.ci/run installs it on Debian): " + why;
        if (Boolean.parseBoolean(System.getenv("CI"))) {
            fail(said);
        }
        abort(said);
    }

    /** Copies a client's program from the sources of the tests to a folder of the build, where it may be built. */
    public static Path unpack(String client) throws IOException {
        Path from = Path.of("src", "test", "resources", "clients", client).toAbsolutePath();
        Path to = Path.of("target", "clients", client).toAbsolutePath();
        Files.createDirectories(to);
        List<Path> files;
        try (Stream<Path> listed = Files.list(from)) {
            files = listed.toList();
        }
        for (Path file : files) {
            Path copy = to.resolve(file.getFileName());
            // An unchanged file keeps its time, so that what was built from it is not built again.
            if (!Files.exists(copy) || Files.mismatch(file, copy) != -1) {
                Files.write(copy, Files.readAllBytes(file));
            }
        }
        return to;
    }
}
