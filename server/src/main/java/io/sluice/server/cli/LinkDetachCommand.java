package io.sluice.server.cli;

import picocli.CommandLine.Command;

/** {@code sluice link detach}. */
@Command(
        name = "detach",
        mixinStandardHelpOptions = true,
        description = "Detach a link with amqp:link:detach-forced; what it had unsettled is available again.")
final class LinkDetachCommand extends EntityCloseCommand {
    LinkDetachCommand() {
        super("link", "detached");
    }
}
