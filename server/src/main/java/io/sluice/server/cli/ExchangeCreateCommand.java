package io.sluice.server.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice exchange create}. */
@Command(
        name = "create",
        mixinStandardHelpOptions = true,
        description = "Declare an exchange. The same again changes nothing.")
final class ExchangeCreateCommand extends ManagementCommand {
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
    void ask(ManagementNode node, Output output) throws CommandFailure {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("kind", kind);
        attributes.put("autoDelete", autoDelete);
        attributes.put("internal", internal);
        if (alternateExchange != null) {
            attributes.put("alternateExchange", alternateExchange);
        }
        node.request("CREATE", "exchange", Map.of("name", name), attributes);
        if (broker.json) {
            output.object(Map.of("created", name));
        }
    }
}
