package io.sluice.server.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice policy set}. */
@Command(
        name = "set",
        mixinStandardHelpOptions = true,
        description =
                "Say what queues of matching names are created as from now on, in the place of what a policy of this name"
                        + " said before. Queues that are there stay as they are.")
final class PolicySetCommand extends EntityChangeCommand {
    @Parameters(paramLabel = "NAME", description = "The policy.")
    String name;

    @Option(
            names = "--pattern",
            paramLabel = "PATTERN",
            required = true,
            description = "Names of queues or topics; * stands for any characters.")
    String pattern;

    @Option(
            names = "--order",
            paramLabel = "N",
            description = "Of several that match the lowest counts (default 100); of the same, the first by name.")
    Long order;

    @Option(names = "--topics", description = "For the queues of subscriptions, by their topics.")
    boolean topics;

    @Option(names = "--auto-create", description = "Queues of these names come to be by being used.")
    boolean autoCreate;

    @Option(
            names = "--set",
            paramLabel = "ATTRIBUTE=VALUE",
            description = "A setting of the queues, as queue show names it; none for no limit. May be repeated.")
    Map<String, String> settings = new LinkedHashMap<>();

    PolicySetCommand() {
        super("CREATE", "policy");
    }

    @Override
    String name() {
        return name;
    }

    @Override
    Map<String, Object> attributes() {
        Map<String, Object> attributes = new LinkedHashMap<>();
        settings.forEach((attribute, value) -> attributes.put(attribute, QueueUpdateCommand.value(value)));
        attributes.put("pattern", pattern);
        attributes.put("appliesTo", topics ? "topics" : "queues");
        attributes.put("autoCreate", autoCreate);
        if (order != null) {
            attributes.put("order", order);
        }
        return attributes;
    }
}
