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

/** {@code sluice queue delete}. */
@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        description = "Delete a queue with all it holds; its clients are detached.")
final class QueueDeleteCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "NAME", description = "The queue.")
    String name;

    @Option(names = "--if-unused", description = "Only when no consumer is attached.")
    boolean ifUnused;

    @Option(names = "--if-empty", description = "Only when it holds no message.")
    boolean ifEmpty;

    @Override
    public Integer call() throws CommandFailure {
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            ManagementNode.open(connection).request("DELETE", properties(), Map.of());
        }
        if (broker.json) {
            new Output(spec.commandLine().getOut()).object(json -> json.writeStringField("deleted", name));
        }
        return ExitCode.OK;
    }

    private Map<String, Object> properties() {
        Map<String, Object> properties = new LinkedHashMap<>(Map.of("name", name));
        if (ifUnused) {
            properties.put("ifUnused", true);
        }
        if (ifEmpty) {
            properties.put("ifEmpty", true);
        }
        return properties;
    }
}
