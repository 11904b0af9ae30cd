package io.sluice.server.cli;

import java.util.List;
import picocli.CommandLine.Command;

/** {@code sluice divert list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "List diverts, also those of the configuration file.")
final class DivertListCommand extends EntityListCommand {
    DivertListCommand() {
        super("divert", List.of("name", "of", "pattern", "filter", "toA", "to", "exclusive", "origin"));
    }
}
