package io.sluice.server.cli;

import picocli.CommandLine.Command;

/** {@code sluice user}: users of the broker, and hashes of passwords for those who stand in {@code sluice.yaml}. */
@Command(
        name = "user",
        mixinStandardHelpOptions = true,
        description = "Look at users, define them while the broker serves, or prepare them for sluice.yaml.",
        subcommands = {
            UserListCommand.class,
            UserAddCommand.class,
            UserUpdateCommand.class,
            UserRemoveCommand.class,
            UserHashCommand.class
        })
final class UserCommand {}
