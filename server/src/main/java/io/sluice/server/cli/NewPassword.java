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
import picocli.CommandLine.Option;

/** A password that is read from the terminal or one line of standard input, and is hashed here: it goes no further. */
final class NewPassword {
    @Option(
            names = "--iterations",
            paramLabel = "N",
            defaultValue = "4096",
            description = "Rounds of PBKDF2, 4096 or more: slower to guess, slower to log in (default"
                    + " ${DEFAULT-VALUE}).")
    int iterations;

    @Option(
            names = "--scram-sha-1",
            description = "Hash it for SCRAM-SHA-1 as well, for clients that know no other; see security.scramSha1.")
    boolean sha1;

    StoredPassword read() throws CommandFailure, IOException {
        if (iterations < ScramPassword.MIN_ITERATIONS || iterations > ScramPassword.MAX_ITERATIONS) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--iterations is " + ScramPassword.MIN_ITERATIONS + " to " + ScramPassword.MAX_ITERATIONS + ", not "
                            + iterations);
        }
        String password = typed();
        if (password == null || password.isEmpty()) {
            throw new CommandFailure(ExitCode.USAGE, "no password given");
        }
        return StoredPassword.create(password, iterations, sha1, new SecureRandom());
    }

    private static String typed() throws IOException {
        Console console = System.console();
        if (console != null) {
            char[] typed = console.readPassword("Password: ");
            return typed == null ? null : new String(typed);
        }
        return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
    }
}
