package io.sluice.server.cli;

import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code sluice exchange bindings}. */
@Command(name = "bindings", mixinStandardHelpOptions = true, description = "List what is bound to exchanges.")
final class ExchangeBindingsCommand extends ManagementCommand {
    private static final List<String> ATTRIBUTES =
            List.of("source", "destinationType", "destination", "key", "arguments");

    @Parameters(paramLabel = "NAME", arity = "0..1", description = "The exchange; all where none is named.")
    String name;

    @Override
    void ask(ManagementNode node, Output output) throws CommandFailure {
        List<Map<String, Object>> all = node.all("binding", broker.json ? List.of() : ATTRIBUTES);
        all.removeIf(binding -> name != null && !name.equals(binding.get("source")));
        Table.print(output, broker.json, ATTRIBUTES, all);
    }
}
