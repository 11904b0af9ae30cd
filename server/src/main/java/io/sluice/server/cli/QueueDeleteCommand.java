package io.sluice.server.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice queue delete}. */
@Command(name = "delete", description = "Delete a queue with all it holds; its clients are detached.")
final class QueueDeleteCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "NAME", description = "The queue.")
    String name;

    @Override
    public Integer call() throws CommandFailure {
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            ManagementNode.open(connection).request("DELETE", name, Map.of());
        }
        if (broker.json) {
            new Output(spec.commandLine().getOut()).object(json -> json.writeStringField("deleted", name));
        }
        return ExitCode.OK;
    }
}
