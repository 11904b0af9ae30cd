package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice explain}. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description =
                "Say why a queue gives out messages or none, or why one message or one link waits, and what to do; or where a"
                        + " message to an exchange, or to what a divert is of, would go.")
final class ExplainCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "QUEUE", description = "The queue; with --exchange or --divert, that.")
    String queue;

    @Option(
            names = "--message",
            paramLabel = "SEQUENCE",
            description = "This message, by its number: queue peek shows it.")
    Long message;

    @Option(names = "--link", paramLabel = "LINK", description = "This link, by identity or name: link list shows it.")
    String link;

    @Option(names = "--exchange", description = "Where would a message go that is sent to this exchange?")
    boolean exchange;

    @Option(names = "--key", paramLabel = "KEY", description = "With --exchange: its routing key.")
    String key;

    @Option(
            names = "--divert",
            paramLabel = "ADDRESS",
            description = "Where would a message go that is sent to this address, which the divert is of?")
    String divert;

    @Option(
            names = "--header",
            paramLabel = "NAME=VALUE",
            description = "With --exchange or --divert: an application property that it has. May be repeated.")
    Map<String, String> headers = new LinkedHashMap<>();

    @Override
    public Integer call() throws CommandFailure {
        long kinds = Stream.of(message != null, link != null, exchange, divert != null)
                .filter(asked -> asked)
                .count();
        if (kinds > 1) {
            throw new ParameterException(
                    spec.commandLine(), "of --message, --link, --exchange and --divert one can be asked for");
        }
        Map<String, Object> why;
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            ManagementNode node = ManagementNode.open(connection);
            if (link != null) {
                boolean identity = link.matches("[0-9]+\\.[0-9]+");
                why = node.ask("EXPLAIN", "link", Map.of(identity ? "identity" : "name", link, "address", queue));
            } else if (exchange || divert != null) {
                why = route(node);
            } else if (message != null) {
                why = node.ask("EXPLAIN", "queue", Map.of("name", queue, "sequence", message));
            } else {
                why = node.ask("EXPLAIN", "queue", Map.of("name", queue));
            }
        }
        Output output = new Output(spec.commandLine().getOut());
        if (broker.json) {
            output.object(why);
        } else {
            ExplanationPrinter.lines(why).forEach(output::quoted);
        }
        return ExitCode.OK;
    }

    private Map<String, Object> route(ManagementNode node) throws CommandFailure {
        Map<String, Object> values = new LinkedHashMap<>();
        headers.forEach((name, value) -> values.put(name, QueueUpdateCommand.value(value)));
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("headers", values);
        if (divert != null) {
            body.put("address", divert);
        }
        if (key != null) {
            body.put("routingKey", key);
        }
        Object why = node.request("EXPLAIN", exchange ? "exchange" : "divert", Map.of("name", queue), body);
        return why instanceof Map<?, ?> map ? ManagementNode.byName(map) : Map.of();
    }
}
