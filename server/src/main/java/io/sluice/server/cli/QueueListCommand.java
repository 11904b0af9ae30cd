package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice queue list}. */
@Command(name = "list", mixinStandardHelpOptions = true, description = "List all queues and what is in them.")
final class QueueListCommand implements Callable<Integer> {
    private static final List<String> ATTRIBUTES =
            List.of("name", "kind", "durable", "messages", "bytes", "unsettled", "scheduled", "consumers", "producers");

    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Override
    public Integer call() throws CommandFailure {
        List<Map<String, Object>> queues;
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            queues = ManagementNode.open(connection).all("queue", ATTRIBUTES);
        }
        Table.print(new Output(spec.commandLine().getOut()), broker.json, ATTRIBUTES, queues);
        return ExitCode.OK;
    }
}
