package io.sluice.server.cli;

import java.util.List;
import picocli.CommandLine.Command;

/** {@code sluice move list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "List the moves that go on, and the last that ended.")
final class MoveListCommand extends EntityListCommand {
    MoveListCommand() {
        super("move", List.of("identity", "from", "to", "running", "messages", "refused", "stoppedBy"));
    }
}
