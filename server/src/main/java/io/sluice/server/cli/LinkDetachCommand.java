package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice link detach}. */
@Command(
        name = "detach",
        mixinStandardHelpOptions = true,
        description = "Detach a link with amqp:link:detach-forced; what it had unsettled is available again.")
final class LinkDetachCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "IDENTITY", description = "Its identity, as link list shows it.")
    String identity;

    @Option(names = "--reason", paramLabel = "TEXT", description = "What the client is told.")
    String reason;

    @Override
    public Integer call() throws CommandFailure {
        Map<String, Object> properties = new LinkedHashMap<>(Map.of("identity", identity));
        if (reason != null) {
            properties.put("reason", reason);
        }
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            ManagementNode.open(connection).request("DELETE", "link", properties, Map.of());
        }
        if (broker.json) {
            new Output(spec.commandLine().getOut()).object(Map.of("detached", identity));
        }
        return ExitCode.OK;
    }
}
