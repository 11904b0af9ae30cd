package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice queue purge}. */
@Command(
        name = "purge",
        mixinStandardHelpOptions = true,
        description = "Remove all available messages of a queue, not those a consumer has; prints how many.")
final class QueuePurgeCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "NAME", description = "The queue.")
    String name;

    @Override
    public Integer call() throws CommandFailure {
        Object purged;
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            Object body = ManagementNode.open(connection).request("PURGE", Map.of("name", name), Map.of());
            purged = body instanceof Map<?, ?> map ? map.get("messages") : body;
        }
        Output output = new Output(spec.commandLine().getOut());
        if (broker.json) {
            output.object(json -> {
                json.writeStringField("purged", name);
                json.writeFieldName("messages");
                MessagePrinter.write(json, purged);
            });
        } else {
            output.line(purged + " messages removed from " + name);
        }
        return ExitCode.OK;
    }
}
