package io.sluice.server.cli;

import java.util.List;
import picocli.CommandLine.Command;

/** {@code sluice user list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "List users: those of sluice.yaml, and those defined since.")
final class UserListCommand extends EntityListCommand {
    UserListCommand() {
        super("user", List.of("name", "origin", "loopbackOnly", "permissions"));
    }
}
