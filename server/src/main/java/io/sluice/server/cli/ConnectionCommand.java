package io.sluice.server.cli;

import picocli.CommandLine.Command;

/** {@code sluice connection}: the connections of a broker. */
@Command(
        name = "connection",
        mixinStandardHelpOptions = true,
        description = "The connections of a broker.",
        subcommands = {ConnectionListCommand.class, ConnectionCloseCommand.class})
final class ConnectionCommand {}
