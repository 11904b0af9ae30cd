package io.sluice.server.cli;

import java.util.Map;
import picocli.CommandLine.Mixin;

/** Begins or ends a binding. */
abstract class BindingCommand extends ManagementCommand {
    private final String operation;
    private final String done;

    @Mixin
    BindingOptions binding;

    /** @param done what has come of the exchange, as the name of a field */
    BindingCommand(String operation, String done) {
        this.operation = operation;
        this.done = done;
    }

    @Override
    final void ask(ManagementNode node, Output output) throws CommandFailure {
        node.request(operation, "binding", Map.of(), binding.attributes());
        if (broker.json) {
            output.object(Map.of(done, binding.source, "to", binding.destination));
        }
    }
}
