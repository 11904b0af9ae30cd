package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice exchange unbind}. */
@Command(
        name = "unbind",
        mixinStandardHelpOptions = true,
        description = "End a binding. An exchange that deletes itself goes with its last one.")
final class ExchangeUnbindCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Mixin
    BindingOptions binding;

    @Override
    public Integer call() throws CommandFailure {
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            ManagementNode.open(connection).request("DELETE", "binding", Map.of(), binding.attributes());
        }
        if (broker.json) {
            new Output(spec.commandLine().getOut())
                    .object(Map.of("unbound", binding.source, "to", binding.destination));
        }
        return ExitCode.OK;
    }
}
