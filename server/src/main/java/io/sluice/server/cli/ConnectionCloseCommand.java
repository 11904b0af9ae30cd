package io.sluice.server.cli;

import picocli.CommandLine.Command;

/** {@code sluice connection close}. */
@Command(
        name = "close",
        mixinStandardHelpOptions = true,
        description = "Close a connection with amqp:connection:forced; most clients connect again by themselves.")
final class ConnectionCloseCommand extends EntityCloseCommand {
    ConnectionCloseCommand() {
        super("connection", "closed");
    }
}
