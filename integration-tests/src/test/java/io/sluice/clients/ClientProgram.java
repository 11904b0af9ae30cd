package io.sluice.clients;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A client that is not Java: a program that is run once for each feature.
 *
 * <p>{@code program features} prints what it can ({@code can ID}) and what it cannot ({@code cannot ID REASON}), a line each.
 * {@code program ID key=value...} checks one feature: exit code 0 and a line of JSON. A line {@code restart-broker} or {@code
 * kill-broker} (which starts it again, too) asks for just that; the answer is a line {@code restarted}.
 */
public final class ClientProgram {
    private static final long LIMIT_SECONDS = 120;

    private final String client;
    private final List<String> command;

    /**
     * @param client a column of the table
     * @param command the program and its first arguments
     */
    public ClientProgram(String client, List<String> command) {
        this.client = client;
        this.command = List.copyOf(command);
    }

    /** What it says of itself, as checks. */
    public ClientSuite suite() throws IOException, InterruptedException {
        ClientSuite suite = new ClientSuite(client);
        for (String line : run(List.of("features"), Map.of())) {
            String[] words = line.split(" ", 3);
            Feature feature = Feature.valueOf(words[1].toUpperCase(Locale.ROOT).replace('-', '_'));
            if (words[0].equals("can")) {
                suite.can(feature, scene -> run(feature.id(), scene));
            } else {
                suite.cannot(feature, words[2]);
            }
        }
        return suite;
    }

    /** @param task a feature's id, or another task that the program knows */
    public void run(String task, Scene scene) throws Exception {
        run(arguments(task, scene), Map.of("restart-broker", scene::restartBroker, "kill-broker", scene::killBroker));
    }

    private static List<String> arguments(String task, Scene scene) {
        return List.of(
                task,
                "address=" + scene.address(),
                "host=" + scene.host(),
                "port=" + scene.port(),
                "tls=" + scene.port("amqps"),
                "websocket=" + scene.port("amqpws"),
                "authority=" + scene.authority(),
                "certificate=" + scene.identities().annaCertificate(),
                "key=" + scene.identities().annaKey());
    }

    /** A thing that is done for the program. */
    private interface Wish {
        void fulfil() throws Exception;
    }

    /** @param wishes by the line that asks for them */
    private List<String> run(List<String> arguments, Map<String, Wish> wishes)
            throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(command);
        all.addAll(arguments);
        Path errors = Files.createTempFile("client", ".err");
        Process process = new ProcessBuilder(all).redirectError(errors.toFile()).start();
        Thread watch = watch(process);
        List<String> output = new ArrayList<>();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
                Writer answers = process.outputWriter(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (wishes.containsKey(line)) {
                    wishes.get(line).fulfil();
                    answers.write("restarted\n");
                    answers.flush();
                } else {
                    output.add(line);
                }
            }
        } catch (InterruptedException | IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
        int exitCode = process.waitFor();
        watch.interrupt();
        String said = String.join("\n", output) + "\n" + Files.readString(errors);
        Files.delete(errors);
        if (exitCode != 0) {
            throw new AssertionError(String.join(" ", all) + " ended with " + exitCode + ":\n" + said);
        }
        return output;
    }

    /** Ends a program that hangs; its output then says how far it came. */
    private static Thread watch(Process process) {
        Thread watch = new Thread(
                () -> {
                    try {
                        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                            process.destroyForcibly();
                        }
                    } catch (InterruptedException ended) {
                        Thread.currentThread().interrupt();
                    }
                },
                "client-watch");
        watch.setDaemon(true);
        watch.start();
        return watch;
    }
}
