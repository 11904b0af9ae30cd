package io.sluice.server.cli;

import picocli.CommandLine.Command;

/** {@code sluice topic}: the topics of a broker. */
@Command(
        name = "topic",
        mixinStandardHelpOptions = true,
        description = "The topics of a broker.",
        subcommands = {TopicListCommand.class})
final class TopicCommand {}
