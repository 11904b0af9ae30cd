package io.sluice.server.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice queue delete}. */
@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        description =
                "Delete a queue with all it holds; its clients are detached. Prints how many messages went with it.")
final class QueueDeleteCommand extends ManagementCommand {
    @Parameters(paramLabel = "NAME", description = "The queue.")
    String name;

    @Option(names = "--if-unused", description = "Only when no consumer is attached.")
    boolean ifUnused;

    @Option(names = "--if-empty", description = "Only when it holds no message.")
    boolean ifEmpty;

    @Override
    void ask(ManagementNode node, Output output) throws CommandFailure {
        node.request("DELETE", properties(), Map.of());
        OptionalLong messages = node.messages();
        if (broker.json) {
            output.object(json -> {
                json.writeStringField("deleted", name);
                if (messages.isPresent()) {
                    json.writeNumberField("messages", messages.getAsLong());
                }
            });
        } else {
            output.line(
                    messages.isPresent()
                            ? name + " deleted, with " + messages.getAsLong() + " messages"
                            : name + " deleted");
        }
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
