package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice user add}. */
@Command(
        name = "add",
        mixinStandardHelpOptions = true,
        description =
                "Define a user: the password is read from the terminal or one line of standard input, and only its"
                        + " hash is sent. In a cluster all nodes have the user.")
final class UserAddCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Mixin
    NewPassword password;

    @Parameters(paramLabel = "NAME", description = "The user.")
    String name;

    @Option(names = "--loopback-only", description = "May connect from the broker's machine only.")
    boolean loopbackOnly;

    @Override
    public Integer call() throws CommandFailure, IOException {
        Map<String, Object> attributes = Map.of("password", password.read().encoded(), "loopbackOnly", loopbackOnly);
        Object body;
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            body = ManagementNode.open(connection).request("CREATE", "user", Map.of("name", name), attributes);
        }
        if (broker.json && body instanceof Map<?, ?> user) {
            new Output(spec.commandLine().getOut()).object(ManagementNode.byName(user));
        }
        return ExitCode.OK;
    }
}
