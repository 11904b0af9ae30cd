package io.sluice.server.cli;

import java.util.List;
import picocli.CommandLine.Command;

/** {@code sluice link list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "List the attached links; --json shows all that is known of them.")
final class LinkListCommand extends EntityListCommand {
    LinkListCommand() {
        super(
                "link",
                List.of(
                        "identity",
                        "connection",
                        "role",
                        "address",
                        "name",
                        "credit",
                        "unsettled",
                        "messages",
                        "filter"));
    }
}
