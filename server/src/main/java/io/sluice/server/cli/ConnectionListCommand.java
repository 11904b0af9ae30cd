package io.sluice.server.cli;

import java.util.List;
import picocli.CommandLine.Command;

/** {@code sluice connection list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "List the open connections; --json shows all that is known of them.")
final class ConnectionListCommand extends EntityListCommand {
    ConnectionListCommand() {
        super(
                "connection",
                List.of(
                        "identity",
                        "remoteAddress",
                        "user",
                        "userOf",
                        "virtualHost",
                        "container",
                        "product",
                        "sessions",
                        "links",
                        "messagesIn",
                        "messagesOut"));
    }
}
