package io.sluice.server.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Ends what a client holds open: the client is told so, and why. */
abstract class EntityCloseCommand extends ManagementCommand {
    private final String type;
    private final String done;

    @Parameters(paramLabel = "IDENTITY", description = "Its identity, as list shows it.")
    String identity;

    @Option(names = "--reason", paramLabel = "TEXT", description = "What the client is told.")
    String reason;

    /** @param done what has come of the entity, as the name of a field */
    EntityCloseCommand(String type, String done) {
        this.type = type;
        this.done = done;
    }

    @Override
    final void ask(ManagementNode node, Output output) throws CommandFailure {
        Map<String, Object> properties = new LinkedHashMap<>(Map.of("identity", identity));
        if (reason != null) {
            properties.put("reason", reason);
        }
        node.request("DELETE", type, properties, Map.of());
        if (broker.json) {
            output.object(Map.of(done, identity));
        }
    }
}
