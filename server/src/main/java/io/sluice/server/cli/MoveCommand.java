package io.sluice.server.cli;

import picocli.CommandLine.Command;

/** {@code sluice move}: moves of messages. */
@Command(
        name = "move",
        mixinStandardHelpOptions = true,
        description = "Moves of messages from queue to queue, which go on whether somebody waits for them or not.",
        subcommands = {MoveListCommand.class, MoveStopCommand.class})
final class MoveCommand {}
