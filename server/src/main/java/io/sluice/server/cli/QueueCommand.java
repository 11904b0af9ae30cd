package io.sluice.server.cli;

import picocli.CommandLine.Command;

/** {@code sluice queue}: the queues of a broker. */
@Command(
        name = "queue",
        mixinStandardHelpOptions = true,
        description = "The queues of a broker, and the messages in them.",
        subcommands = {
            QueueListCommand.class,
            QueueShowCommand.class,
            QueueCreateCommand.class,
            QueueUpdateCommand.class,
            QueueDeleteCommand.class,
            QueuePurgeCommand.class,
            QueueMoveCommand.class,
            QueueRedriveCommand.class,
            QueuePeekCommand.class
        })
final class QueueCommand {}
