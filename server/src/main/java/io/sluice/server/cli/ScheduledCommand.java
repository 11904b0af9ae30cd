package io.sluice.server.cli;

import picocli.CommandLine.Command;

/** {@code sluice scheduled}: messages that wait for their time. */
@Command(
        name = "scheduled",
        mixinStandardHelpOptions = true,
        description = "Messages that wait for the time of their delivery.",
        subcommands = {ScheduledListCommand.class, ScheduledCancelCommand.class, ScheduledReleaseCommand.class})
final class ScheduledCommand {}
