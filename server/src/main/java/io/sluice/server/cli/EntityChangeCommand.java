package io.sluice.server.cli;

import java.io.IOException;
import java.util.Map;

/** Says what an entity is to be, and prints what it is then where that is wanted for a program. */
abstract class EntityChangeCommand extends ManagementCommand {
    private final String operation;
    private final String type;
    private Map<String, Object> attributes;

    EntityChangeCommand(String operation, String type) {
        this.operation = operation;
        this.type = type;
    }

    /** Of the entity. */
    abstract String name();

    /** What is said of it; read before the broker is asked. */
    abstract Map<String, Object> attributes() throws CommandFailure, IOException;

    @Override
    final void prepare() throws CommandFailure, IOException {
        attributes = attributes();
    }

    @Override
    final void ask(ManagementNode node, Output output) throws CommandFailure {
        Object body = node.request(operation, type, Map.of("name", name()), attributes);
        if (broker.json && body instanceof Map<?, ?> entity) {
            output.object(ManagementNode.byName(entity));
        }
    }
}
