package io.sluice.server.cli;

import picocli.CommandLine.Command;

/** {@code sluice scheduled release}. */
@Command(
        name = "release",
        mixinStandardHelpOptions = true,
        description = "Put a scheduled or parked message into its own place now: it is delivered in its order.")
final class ScheduledReleaseCommand extends ScheduledMessageCommand {
    ScheduledReleaseCommand() {
        super("RELEASE-SCHEDULED", "released");
    }
}
