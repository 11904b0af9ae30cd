package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.server.cli.Commands;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Somebody who types commands and reads what they print. Each is a process of the program, as it is for users, or runs within the test where
 * the process is not what is tested: that takes a hundredth of the time.
 */
final class Operator {
    private final boolean processes;
    /** What is said behind each command. */
    private final List<String> always;

    /** How a command ended. */
    record Ended(int exitCode, String output, String errors) {}

    private Operator(boolean processes, Optional<String> url) {
        this.processes = processes;
        this.always = url.map(there -> List.of("--url", there)).orElse(List.of());
    }

    /** Within the test, against a broker. */
    static Operator of(BrokerProcess broker) {
        return new Operator(false, Optional.of(broker.uri()));
    }

    /** Within the test, without a broker. */
    static Operator withoutBroker() {
        return new Operator(false, Optional.empty());
    }

    /** By processes, against a broker. */
    static Operator byProcesses(BrokerProcess broker) {
        return new Operator(true, Optional.of(broker.uri()));
    }

    /** By processes, against none: the commands say where, or need no broker. */
    static Operator byProcesses() {
        return new Operator(true, Optional.empty());
    }

    Ended run(String... arguments) throws IOException, InterruptedException {
        return typing("", arguments);
    }

    /** @param input what the command reads; only of processes */
    Ended typing(String input, String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(always);
        return processes ? process(input, all) : within(all);
    }

    /** The output of a command that does what it is asked. */
    String ok(String... arguments) throws IOException, InterruptedException {
        return okTyping("", arguments);
    }

    /** As {@link #ok}, of one that reads. */
    String okTyping(String input, String... arguments) throws IOException, InterruptedException {
        Ended ended = typing(input, arguments);
        assertEquals(0, ended.exitCode(), ended.errors());
        return ended.output();
    }

    /** All of it is in the output. */
    static void has(String output, String... parts) {
        for (String part : parts) {
            assertTrue(output.contains(part), () -> part + " is not in " + output);
        }
    }

    private static Ended process(String input, List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(BrokerProcess.program().toString()));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).start();
        process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output, errors);
    }

    private static Ended within(List<String> arguments) {
        StringWriter output = new StringWriter();
        StringWriter errors = new StringWriter();
        int exitCode = Commands.run(
                new PrintWriter(output, true), new PrintWriter(errors, true), arguments.toArray(String[]::new));
        return new Ended(exitCode, output.toString(), errors.toString());
    }
}
