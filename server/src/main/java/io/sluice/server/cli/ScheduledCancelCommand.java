package io.sluice.server.cli;

import picocli.CommandLine.Command;

/** {@code sluice scheduled cancel}. */
@Command(
        name = "cancel",
        mixinStandardHelpOptions = true,
        description = "Take a scheduled message back before its time; it is gone.")
final class ScheduledCancelCommand extends ScheduledMessageCommand {
    ScheduledCancelCommand() {
        super("CANCEL-SCHEDULED", "cancelled");
    }
}
