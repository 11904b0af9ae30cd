package io.sluice.server.cli;

import java.util.Map;
import picocli.CommandLine.Command;

/** {@code sluice cluster transfer}. */
@Command(
        name = "transfer",
        mixinStandardHelpOptions = true,
        description = "Make a node the primary. Clients lose their connections to the one before, and connect again.")
final class ClusterTransferCommand extends ClusterChange {
    @Override
    public Integer call() throws CommandFailure {
        return change("TRANSFER", Map.of(), "primary");
    }
}
