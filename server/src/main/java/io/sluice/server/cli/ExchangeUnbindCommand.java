package io.sluice.server.cli;

import picocli.CommandLine.Command;

/** {@code sluice exchange unbind}. */
@Command(
        name = "unbind",
        mixinStandardHelpOptions = true,
        description = "End a binding. An exchange that deletes itself goes with its last one.")
final class ExchangeUnbindCommand extends BindingCommand {
    ExchangeUnbindCommand() {
        super("DELETE", "unbound");
    }
}
