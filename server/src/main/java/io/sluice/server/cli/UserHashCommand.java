package io.sluice.server.cli;

import io.sluice.broker.security.ScramPassword;
import io.sluice.broker.security.StoredPassword;
import io.sluice.server.ExitCode;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice user hash}: the form in which {@code sluice.yaml} keeps a password. */
@Command(
        name = "hash",
        mixinStandardHelpOptions = true,
        description = "Read a password, from the terminal or one line of standard input, and print the hash that"
                + " security.users.password takes.")
final class UserHashCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Option(
            names = "--iterations",
            paramLabel = "N",
            defaultValue = "4096",
            description = "Rounds of PBKDF2, 4096 or more: slower to guess, slower to log in (default"
                    + " ${DEFAULT-VALUE}).")
    int iterations;

    @Override
    public Integer call() throws CommandFailure, IOException {
        if (iterations < ScramPassword.MIN_ITERATIONS || iterations > ScramPassword.MAX_ITERATIONS) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--iterations is " + ScramPassword.MIN_ITERATIONS + " to " + ScramPassword.MAX_ITERATIONS + ", not "
                            + iterations);
        }
        String password = password();
        if (password == null || password.isEmpty()) {
            throw new CommandFailure(ExitCode.USAGE, "no password given");
        }
        spec.commandLine()
                .getOut()
                .println(StoredPassword.create(password, iterations, new SecureRandom())
                        .encoded());
        spec.commandLine().getOut().flush();
        return ExitCode.OK;
    }

    private static String password() throws IOException {
        Console console = System.console();
        if (console != null) {
            char[] typed = console.readPassword("Password: ");
            return typed == null ? null : new String(typed);
        }
        return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
    }
}
