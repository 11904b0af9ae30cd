package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice exchange delete}. */
@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        description = "Delete an exchange and what is bound to it; its producers are detached.")
final class ExchangeDeleteCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "NAME", description = "The exchange.")
    String name;

    @Option(names = "--if-unused", description = "Only where nothing is bound to it.")
    boolean ifUnused;

    @Override
    public Integer call() throws CommandFailure {
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            ManagementNode.open(connection)
                    .request("DELETE", "exchange", Map.of("name", name), Map.of("ifUnused", ifUnused));
        }
        if (broker.json) {
            new Output(spec.commandLine().getOut()).object(Map.of("deleted", name));
        }
        return ExitCode.OK;
    }
}
