package io.sluice.server.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code sluice subscription delete}. */
@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        description = "End a subscription with all that waits for it; its links are detached.")
final class SubscriptionDeleteCommand extends ManagementCommand {
    @Parameters(paramLabel = "IDENTITY", description = "Its identity, as subscription list shows it.")
    String identity;

    @Override
    void ask(ManagementNode node, Output output) throws CommandFailure {
        node.request("DELETE", "subscription", Map.of("identity", identity), Map.of());
        if (broker.json) {
            output.object(Map.of("deleted", identity));
        }
    }
}
