package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice subscription delete}. */
@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        description = "End a subscription with all that waits for it; its links are detached.")
final class SubscriptionDeleteCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "IDENTITY", description = "Its identity, as subscription list shows it.")
    String identity;

    @Override
    public Integer call() throws CommandFailure {
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            ManagementNode.open(connection).request("DELETE", "subscription", Map.of("identity", identity), Map.of());
        }
        if (broker.json) {
            new Output(spec.commandLine().getOut()).object(Map.of("deleted", identity));
        }
        return ExitCode.OK;
    }
}
