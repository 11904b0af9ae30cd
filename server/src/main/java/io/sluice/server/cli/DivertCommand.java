package io.sluice.server.cli;

import picocli.CommandLine.Command;

/** {@code sluice divert}: messages that go elsewhere. */
@Command(
        name = "divert",
        mixinStandardHelpOptions = true,
        description =
                "Messages that go elsewhere, in the place of where they were sent or beside it. In a cluster all nodes"
                        + " have it.",
        subcommands = {DivertListCommand.class, DivertCreateCommand.class, DivertDeleteCommand.class})
final class DivertCommand {}
