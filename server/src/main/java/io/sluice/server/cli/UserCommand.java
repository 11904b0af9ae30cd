package io.sluice.server.cli;

import picocli.CommandLine.Command;

/** {@code sluice user}: users of the broker, who stand in {@code sluice.yaml}. */
@Command(
        name = "user",
        mixinStandardHelpOptions = true,
        description = "Prepare users for sluice.yaml.",
        subcommands = UserHashCommand.class)
final class UserCommand {}
