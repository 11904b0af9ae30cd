package io.sluice.server.cli;

import java.util.List;
import picocli.CommandLine.Command;

/** {@code sluice exchange list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "List exchanges, also those that are always there.")
final class ExchangeListCommand extends EntityListCommand {
    ExchangeListCommand() {
        super(
                "exchange",
                List.of("name", "kind", "autoDelete", "internal", "alternateExchange", "bindings", "producers"));
    }
}
