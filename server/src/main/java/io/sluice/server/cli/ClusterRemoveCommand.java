package io.sluice.server.cli;

import java.util.Map;
import picocli.CommandLine.Command;

/** {@code sluice cluster remove}. */
@Command(
        name = "remove",
        mixinStandardHelpOptions = true,
        description = "Take a node out of the cluster; it stops. The primary has to give its role away first.")
final class ClusterRemoveCommand extends ClusterChange {
    @Override
    public Integer call() throws CommandFailure {
        return change("DELETE", Map.of(), "removed");
    }
}
