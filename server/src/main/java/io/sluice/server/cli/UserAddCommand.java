package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.io.IOException;
import java.util.LinkedHashMap;
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
                        + " hash is sent. In a cluster all nodes have the user. Who is given no permissions may do everything.")
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

    @Option(
            names = "--without-password",
            description = "Nobody logs in as this user: for anonymous, and for those known by a certificate.")
    boolean withoutPassword;

    @Mixin
    PermissionOptions permissions;

    @Override
    public Integer call() throws CommandFailure, IOException {
        Map<String, Object> attributes = new LinkedHashMap<>();
        if (!withoutPassword) {
            attributes.put("password", password.read().encoded());
        }
        attributes.put("loopbackOnly", loopbackOnly);
        permissions.given().ifPresent(given -> attributes.put("permissions", given));
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
