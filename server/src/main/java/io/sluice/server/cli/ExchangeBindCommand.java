package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice exchange bind}. */
@Command(
        name = "bind",
        mixinStandardHelpOptions = true,
        description = "Bind an exchange to a queue, or to another exchange. The same again changes nothing.")
final class ExchangeBindCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Mixin
    BindingOptions binding;

    @Override
    public Integer call() throws CommandFailure {
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            ManagementNode.open(connection).request("CREATE", "binding", Map.of(), binding.attributes());
        }
        if (broker.json) {
            new Output(spec.commandLine().getOut()).object(Map.of("bound", binding.source, "to", binding.destination));
        }
        return ExitCode.OK;
    }
}
