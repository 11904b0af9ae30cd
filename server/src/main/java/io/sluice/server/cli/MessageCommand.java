package io.sluice.server.cli;

import picocli.CommandLine.Command;

/** {@code sluice message}: messages of queues by their numbers. */
@Command(
        name = "message",
        mixinStandardHelpOptions = true,
        description = "Messages of queues by their numbers.",
        subcommands = MessageDeleteCommand.class)
final class MessageCommand {}
