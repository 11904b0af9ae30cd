package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice exchange bindings}. */
@Command(name = "bindings", mixinStandardHelpOptions = true, description = "List what is bound to exchanges.")
final class ExchangeBindingsCommand implements Callable<Integer> {
    private static final List<String> ATTRIBUTES =
            List.of("source", "destinationType", "destination", "key", "arguments");

    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "NAME", arity = "0..1", description = "The exchange; all where none is named.")
    String name;

    @Override
    public Integer call() throws CommandFailure {
        List<Map<String, Object>> all;
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            all = ManagementNode.open(connection).all("binding", broker.json ? List.of() : ATTRIBUTES);
        }
        all.removeIf(binding -> name != null && !name.equals(binding.get("source")));
        Table.print(new Output(spec.commandLine().getOut()), broker.json, ATTRIBUTES, all);
        return ExitCode.OK;
    }
}
