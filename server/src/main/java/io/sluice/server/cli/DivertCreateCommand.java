package io.sluice.server.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice divert create}. */
@Command(
        name = "create",
        mixinStandardHelpOptions = true,
        description = "Send messages elsewhere from now on, in the place of what a divert of this name said before.")
final class DivertCreateCommand extends EntityChangeCommand {
    @Parameters(paramLabel = "NAME", description = "The divert.")
    String name;

    @Option(
            names = "--pattern",
            paramLabel = "PATTERN",
            required = true,
            description =
                    "Names of queues or topics; * stands for any characters. Queues of subscriptions only with ::.")
    String pattern;

    @Option(names = "--topics", description = "The pattern is of topics.")
    boolean topics;

    @Option(
            names = "--to",
            paramLabel = "ADDRESS",
            required = true,
            description = "Where they go; a queue is made where there is none.")
    String to;

    @Option(names = "--to-topic", description = "That is a topic.")
    boolean toTopic;

    @Option(names = "--exclusive", description = "They do not go where they would have gone.")
    boolean exclusive;

    @Option(
            names = "--filter",
            paramLabel = "SELECTOR",
            description = "Only those a JMS selector takes: \"color = 'red'\".")
    String filter;

    @Option(names = "--sql", paramLabel = "FILTER", description = "Only those an SQL filter takes.")
    String sql;

    DivertCreateCommand() {
        super("CREATE", "divert");
    }

    @Override
    String name() {
        return name;
    }

    @Override
    Map<String, Object> attributes() {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("of", topics ? "topic" : "queue");
        attributes.put("pattern", pattern);
        attributes.put("selector", filter);
        attributes.put("sql", sql);
        attributes.put("to", to);
        attributes.put("toA", toTopic ? "topic" : "queue");
        attributes.put("exclusive", exclusive);
        attributes.values().removeIf(java.util.Objects::isNull);
        return attributes;
    }
}
