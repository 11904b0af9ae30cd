package io.sluice.server.cli;

import picocli.CommandLine.Command;

/** {@code sluice exchange bind}. */
@Command(
        name = "bind",
        mixinStandardHelpOptions = true,
        description = "Bind an exchange to a queue, or to another exchange. The same again changes nothing.")
final class ExchangeBindCommand extends BindingCommand {
    ExchangeBindCommand() {
        super("CREATE", "bound");
    }
}
