package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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

    @Mixin
    NewPassword password;

    @Override
    public Integer call() throws CommandFailure, IOException {
        spec.commandLine().getOut().println(password.read().encoded());
        spec.commandLine().getOut().flush();
        return ExitCode.OK;
    }
}
