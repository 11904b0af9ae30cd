package io.sluice.server.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a binding is. */
final class BindingOptions {
    @Parameters(index = "0", paramLabel = "EXCHANGE", description = "The exchange that gives.")
    String source;

    @Parameters(index = "1", paramLabel = "DESTINATION", description = "The queue that gets, or the exchange.")
    String destination;

    @Option(names = "--to-exchange", description = "The destination is an exchange, not a queue.")
    boolean toExchange;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            defaultValue = "",
            description =
                    "The routing key, of a topic exchange a pattern: words with dots between, * one, # any number.")
    String key;

    @Option(
            names = "--argument",
            paramLabel = "NAME=VALUE",
            description =
                    "Of a headers exchange: a header and its value; x-match=any for one of several. May be repeated.")
    Map<String, String> arguments = new LinkedHashMap<>();

    /** As {@code $management} names them. */
    Map<String, Object> attributes() {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("source", source);
        attributes.put("destinationType", toExchange ? "exchange" : "queue");
        attributes.put("destination", destination);
        attributes.put("key", key);
        Map<String, Object> values = new LinkedHashMap<>();
        arguments.forEach((name, value) -> values.put(name, QueueUpdateCommand.value(value)));
        attributes.put("arguments", values);
        return attributes;
    }
}
