package io.sluice.server.cli;

import java.util.List;
import picocli.CommandLine.Command;

/** {@code sluice policy list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "List policies in the order in which they count.")
final class PolicyListCommand extends EntityListCommand {
    PolicyListCommand() {
        super("policy", List.of("name", "order", "pattern", "appliesTo", "autoCreate"));
    }
}
