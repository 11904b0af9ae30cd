package io.sluice.server.cli;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code sluice user update}. */
@Command(
        name = "update",
        mixinStandardHelpOptions = true,
        description = "Change a user; only what is given changes. A new password holds from the next login on.")
final class UserUpdateCommand extends EntityChangeCommand {
    @Mixin
    NewPassword password;

    @Parameters(paramLabel = "NAME", description = "The user.")
    String name;

    @Option(
            names = "--password",
            description = "Read a new password from the terminal or one line of standard input; only its hash is sent.")
    boolean newPassword;

    @Option(
            names = "--loopback-only",
            negatable = true,
            description = "Whether the user may connect from the broker's machine only.")
    Boolean loopbackOnly;

    @Option(names = "--everything", description = "May do everything: takes all permissions that limit the user away.")
    boolean everything;

    @Mixin
    PermissionOptions permissions;

    UserUpdateCommand() {
        super("UPDATE", "user");
    }

    @Override
    String name() {
        return name;
    }

    @Override
    Map<String, Object> attributes() throws CommandFailure, IOException {
        Map<String, Object> attributes = new LinkedHashMap<>();
        if (newPassword) {
            attributes.put("password", password.read().encoded());
        }
        if (loopbackOnly != null) {
            attributes.put("loopbackOnly", loopbackOnly);
        }
        permissions.given().ifPresent(given -> attributes.put("permissions", given));
        if (everything) {
            attributes.put("permissions", null);
        }
        if (attributes.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "say what is to change");
        }
        return attributes;
    }
}
