package io.sluice.server.cli;

import java.util.List;

/** Lists all entities of one type: some of their attributes as a table, or all of them as JSON. */
abstract class EntityListCommand extends ManagementCommand {
    private final String type;
    private final List<String> columns;

    EntityListCommand(String type, List<String> columns) {
        this.type = type;
        this.columns = columns;
    }

    @Override
    final void ask(ManagementNode node, Output output) throws CommandFailure {
        Table.print(output, broker.json, columns, node.all(type, broker.json ? List.of() : columns));
    }
}
