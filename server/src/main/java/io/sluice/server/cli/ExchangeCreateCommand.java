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

/** {@code sluice exchange create}. */
@Command(
        name = "create",
        mixinStandardHelpOptions = true,
        description = "Declare an exchange. The same again changes nothing.")
final class ExchangeCreateCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "NAME", description = "The exchange.")
    String name;

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            defaultValue = "direct",
            description = "direct, topic, fanout or headers (default ${DEFAULT-VALUE}).")
    String kind;

    @Option(names = "--auto-delete", description = "It goes with its last binding.")
    boolean autoDelete;

    @Option(names = "--internal", description = "Only other exchanges send to it.")
    boolean internal;

    @Option(
            names = "--alternate-exchange",
            paramLabel = "NAME",
            description = "The exchange that gets what no binding wants.")
    String alternateExchange;

    @Override
    public Integer call() throws CommandFailure {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("kind", kind);
        attributes.put("autoDelete", autoDelete);
        attributes.put("internal", internal);
        if (alternateExchange != null) {
            attributes.put("alternateExchange", alternateExchange);
        }
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            ManagementNode.open(connection).request("CREATE", "exchange", Map.of("name", name), attributes);
        }
        if (broker.json) {
            new Output(spec.commandLine().getOut()).object(Map.of("created", name));
        }
        return ExitCode.OK;
    }
}
