package io.sluice.server.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice subscription create}. */
@Command(
        name = "create",
        mixinStandardHelpOptions = true,
        description =
                "Begin a durable subscription before anybody receives from it: it gets what is published from now on."
                        + " One that is there already and is the same is left as it is, another one is refused.")
final class SubscriptionCreateCommand extends EntityChangeCommand {
    @Parameters(paramLabel = "NAME", description = "The subscription.")
    String name;

    @Option(
            names = "--topic",
            paramLabel = "TOPIC",
            required = true,
            description = "The topic, or a pattern of topics.")
    String topic;

    @Option(
            names = "--container",
            paramLabel = "ID",
            description = "The client (JMS client id, AMQP container-id) whose it is; without, it is any client's.")
    String container;

    @Option(
            names = "--shared",
            description = "Several links of that client may have it. One of any client is shared in any case.")
    boolean shared;

    @Option(names = "--no-local", description = "It gets nothing that its own client publishes.")
    boolean noLocal;

    @Option(
            names = "--filter",
            paramLabel = "SELECTOR",
            description = "Only messages a JMS selector takes: \"color = 'red'\".")
    String filter;

    @Option(names = "--sql", paramLabel = "FILTER", description = "Only messages an SQL filter takes.")
    String sql;

    SubscriptionCreateCommand() {
        super("CREATE", "subscription");
    }

    @Override
    String name() {
        return name;
    }

    @Override
    Map<String, Object> attributes() {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("topic", topic);
        attributes.put("container", container);
        attributes.put("shared", shared || container == null);
        attributes.put("noLocal", noLocal);
        attributes.put("selector", filter);
        attributes.put("sql", sql);
        attributes.values().removeIf(java.util.Objects::isNull);
        return attributes;
    }
}
