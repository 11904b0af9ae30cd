package io.sluice.server.cli;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice user add}. */
@Command(
        name = "add",
        mixinStandardHelpOptions = true,
        description =
                "Define a user: the password is read from the terminal or one line of standard input, and only its"
                        + " hash is sent. In a cluster all nodes have the user. Who is given no permissions may do everything.")
final class UserAddCommand extends EntityChangeCommand {
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

    UserAddCommand() {
        super("CREATE", "user");
    }

    @Override
    String name() {
        return name;
    }

    @Override
    Map<String, Object> attributes() throws CommandFailure, IOException {
        Map<String, Object> attributes = new LinkedHashMap<>();
        if (!withoutPassword) {
            attributes.put("password", password.read().encoded());
        }
        attributes.put("loopbackOnly", loopbackOnly);
        permissions.given().ifPresent(given -> attributes.put("permissions", given));
        return attributes;
    }
}
