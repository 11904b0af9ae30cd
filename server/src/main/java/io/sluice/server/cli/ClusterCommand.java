package io.sluice.server.cli;

import picocli.CommandLine.Command;

/** {@code sluice cluster}: the nodes of a cluster. */
@Command(
        name = "cluster",
        mixinStandardHelpOptions = true,
        description = "The nodes of a cluster. Any node may be asked: it brings the question to the primary.",
        subcommands = {
            ClusterStatusCommand.class,
            ClusterAddCommand.class,
            ClusterRemoveCommand.class,
            ClusterTransferCommand.class,
            ClusterInitCommand.class
        })
final class ClusterCommand {}
