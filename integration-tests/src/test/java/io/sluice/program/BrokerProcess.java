package io.sluice.program;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.exceptions.ClientException;

/** The broker as its users start it: the distribution's own program, in a process of its own. */
public final class BrokerProcess implements ReachableBroker, AutoCloseable {
    private static final Pattern READY = Pattern.compile("ready ((?:[a-z]+=\\S+:\\d+ )+)data=(\\S+) in (\\d+) ms");
    private static final long START_LIMIT_SECONDS = 180;
    private static final String END = "\0end";

    private final Process process;
    private final ConcurrentLinkedQueue<String> errors;
    /** By the scheme that is spoken there. */
    private final Map<String, Integer> ports;

    private BrokerProcess(Process process, Map<String, Integer> ports, ConcurrentLinkedQueue<String> errors) {
        this.process = process;
        this.ports = ports;
        this.errors = errors;
    }

    /** The program of the distribution that this build made. */
    public static Path program() {
        Path program = Path.of("..", "server", "target", "sluice", "bin", "sluice")
                .toAbsolutePath()
                .normalize();
        if (!Files.isExecutable(program)) {
            throw new IllegalStateException("no distribution at " + program + ": run mvn package first");
        }
        return program;
    }

    /** Kills a broker so long after its start, ready or not. */
    public static void startAndKill(Path data, long afterMillis, String... moreArguments)
            throws IOException, InterruptedException {
        Process process = launch(arguments(0, data, moreArguments));
        reader("stderr", process.getErrorStream(), line -> {});
        reader("stdout", process.getInputStream(), line -> {});
        if (process.waitFor(afterMillis, TimeUnit.MILLISECONDS)) {
            throw new IOException("the broker ended by itself with " + process.exitValue());
        }
        process.destroyForcibly().waitFor();
    }

    /** Starts a broker on any free port and waits until it says that it is ready. */
    public static BrokerProcess start(Path data, String... moreArguments) throws IOException, InterruptedException {
        return startOn(0, data, moreArguments);
    }

    /** As {@link #start(Path, String...)}, on a port that clients know already; 0 is any. */
    public static BrokerProcess startOn(int port, Path data, String... moreArguments)
            throws IOException, InterruptedException {
        return ready(launch(arguments(port, data, moreArguments)));
    }

    /** As {@link #startOn}, by a command that runs what is behind it, such as in another network. */
    public static BrokerProcess startBy(List<String> command, int port, Path data, String... moreArguments)
            throws IOException, InterruptedException {
        return ready(launch(command, arguments(port, data, moreArguments)));
    }

    /** As {@link #start(Path, String...)}, with options of the Java runtime that nothing from outside replaces. */
    public static BrokerProcess startWith(String javaOptions, Path data, String... moreArguments)
            throws IOException, InterruptedException {
        List<String> arguments = arguments(0, data, moreArguments);
        ProcessBuilder builder = builder(List.of(), arguments);
        builder.environment().put("SLUICE_JAVA_OPTS", javaOptions);
        return ready(builder.start());
    }

    private static List<String> arguments(int port, Path data, String... more) {
        List<String> arguments = new ArrayList<>(List.of("--port", String.valueOf(port), "--data", data.toString()));
        arguments.addAll(List.of(more));
        return arguments;
    }

    private static BrokerProcess ready(Process process) throws IOException, InterruptedException {
        ConcurrentLinkedQueue<String> errors = new ConcurrentLinkedQueue<>();
        reader("stderr", process.getErrorStream(), line -> {
            synchronized (errors) {
                errors.add(line);
                errors.notifyAll();
            }
        });
        LinkedBlockingQueue<String> output = new LinkedBlockingQueue<>();
        reader("stdout", process.getInputStream(), output::add);
        List<String> before = new ArrayList<>();
        String line = output.poll(START_LIMIT_SECONDS, TimeUnit.SECONDS);
        while (line != null && !line.equals(END)) {
            Matcher ready = READY.matcher(line);
            if (ready.find()) {
                return new BrokerProcess(process, ports(ready.group(1)), errors);
            }
            before.add(line);
            line = output.poll(START_LIMIT_SECONDS, TimeUnit.SECONDS);
        }
        String threads = line == null ? threads(process, output) : "it ended";
        process.destroyForcibly();
        throw new IOException("the broker did not get ready: " + String.join("\n", before) + "\n"
                + String.join("\n", errors) + "\n" + threads);
    }

    /** What the threads of a Java process are at, which it prints when it is asked. */
    private static String threads(Process process, LinkedBlockingQueue<String> output)
            throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-QUIT", String.valueOf(process.pid()))
                .start()
                .waitFor();
        StringBuilder dump = new StringBuilder();
        for (String line = ""; line != null && !line.equals(END); line = output.poll(2, TimeUnit.SECONDS)) {
            dump.append(line).append('\n');
        }
        return dump.toString();
    }

    /** Runs the program to its end, for starts that are expected to fail. */
    public static Ended runToEnd(List<String> arguments) throws IOException, InterruptedException {
        Process process = launch(arguments);
        ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();
        Thread output = reader("stdout", process.getInputStream(), lines::add);
        Thread errors = reader("stderr", process.getErrorStream(), lines::add);
        if (!process.waitFor(START_LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("the program did not end: " + String.join("\n", lines));
        }
        output.join();
        errors.join();
        lines.removeIf(END::equals);
        return new Ended(process.exitValue(), String.join("\n", lines));
    }

    /** How a run of the program ended. */
    public record Ended(int exitCode, String output) {}

    private static Process launch(List<String> arguments) throws IOException {
        return launch(List.of(), arguments);
    }

    private static Process launch(List<String> by, List<String> arguments) throws IOException {
        ProcessBuilder builder = builder(by, arguments);
        builder.environment().putIfAbsent("SLUICE_JAVA_OPTS", "-Xmx512m");
        return builder.start();
    }

    private static ProcessBuilder builder(List<String> by, List<String> arguments) {
        List<String> command = new ArrayList<>(by);
        command.addAll(List.of(program().toString(), "serve"));
        command.addAll(arguments);
        return new ProcessBuilder(command);
    }

    private static Thread reader(String name, java.io.InputStream stream, java.util.function.Consumer<String> lines) {
        Thread thread = new Thread(
                () -> {
                    try (BufferedReader reader =
                            new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                        reader.lines().forEach(lines);
                    } catch (IOException | UncheckedIOException ended) {
                        // the process is gone, and with it the stream
                    }
                    lines.accept(END);
                },
                "broker-" + name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static Map<String, Integer> ports(String listed) {
        Map<String, Integer> ports = new HashMap<>();
        for (String port : listed.trim().split(" ")) {
            ports.put(
                    port.substring(0, port.indexOf('=')), Integer.parseInt(port.substring(port.lastIndexOf(':') + 1)));
        }
        return ports;
    }

    public int port() {
        return port("amqp");
    }

    @Override
    public Connection connect(Client client) throws ClientException {
        return client.connect("127.0.0.1", port());
    }

    /** @param scheme what is spoken on the port, such as amqps */
    public int port(String scheme) {
        return ports.get(scheme);
    }

    public String uri() {
        return "amqp://127.0.0.1:" + port();
    }

    public long pid() {
        return process.pid();
    }

    @Override
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Its exit code; empty as long as it runs. */
    public Optional<Integer> ended() {
        return process.isAlive() ? Optional.empty() : Optional.of(process.exitValue());
    }

    /** SIGKILL: nothing of the process runs any more. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** SIGTERM, then its exit code. */
    public int stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(START_LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("the broker did not stop in " + START_LIMIT_SECONDS + " s");
        }
        return process.exitValue();
    }

    /** As {@link #stop}, and fails where it does not end in order. */
    public void stopInOrder() {
        try {
            int exitCode = stop();
            if (exitCode != 0) {
                throw new AssertionError("the broker ended with " + exitCode + ": " + String.join("\n", errors));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Waits for a line of its standard error: what it has written takes a moment to get here. */
    public void awaitError(String part) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_LIMIT_SECONDS);
        synchronized (errors) {
            while (errors.stream().noneMatch(line -> line.contains(part))) {
                long leftMillis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (leftMillis <= 0) {
                    throw new AssertionError("no line with '" + part + "' in: " + String.join("\n", errors));
                }
                errors.wait(leftMillis);
            }
        }
    }

    /** Lines of its standard error so far. */
    @Override
    public List<String> errors() {
        return List.copyOf(errors);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
