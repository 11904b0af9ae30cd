package io.sluice.server.cli;

import picocli.CommandLine.Command;

/** {@code sluice queue}: the queues of a broker. */
@Command(
        name = "queue",
        mixinStandardHelpOptions = true,
        description = "List, create, delete and purge the queues of a broker.",
        subcommands = {
            QueueListCommand.class,
            QueueCreateCommand.class,
            QueueDeleteCommand.class,
            QueuePurgeCommand.class
        })
final class QueueCommand {}
