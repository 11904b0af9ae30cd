package io.sluice.server.cli;

import picocli.CommandLine.Command;

/** {@code sluice policy}: what queues are created as. */
@Command(
        name = "policy",
        mixinStandardHelpOptions = true,
        description =
                "What queues are created as, by their names: before the templates of sluice.yaml. In a cluster all nodes"
                        + " have it.",
        subcommands = {PolicyListCommand.class, PolicySetCommand.class, PolicyRemoveCommand.class})
final class PolicyCommand {}
