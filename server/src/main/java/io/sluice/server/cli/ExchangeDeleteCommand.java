package io.sluice.server.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice exchange delete}. */
@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        description = "Delete an exchange and what is bound to it; its producers are detached.")
final class ExchangeDeleteCommand extends ManagementCommand {
    @Parameters(paramLabel = "NAME", description = "The exchange.")
    String name;

    @Option(names = "--if-unused", description = "Only where nothing is bound to it.")
    boolean ifUnused;

    @Override
    void ask(ManagementNode node, Output output) throws CommandFailure {
        node.request("DELETE", "exchange", Map.of("name", name), Map.of("ifUnused", ifUnused));
        if (broker.json) {
            output.object(Map.of("deleted", name));
        }
    }
}
