package io.sluice.server.cli;

import picocli.CommandLine.Command;

/** {@code sluice exchange}: the exchanges of a broker, and what is bound to them. */
@Command(
        name = "exchange",
        mixinStandardHelpOptions = true,
        description = "The exchanges of a broker, and what is bound to them.",
        subcommands = {
            ExchangeListCommand.class,
            ExchangeCreateCommand.class,
            ExchangeDeleteCommand.class,
            ExchangeBindingsCommand.class,
            ExchangeBindCommand.class,
            ExchangeUnbindCommand.class
        })
final class ExchangeCommand {}
