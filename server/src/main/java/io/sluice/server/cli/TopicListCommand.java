package io.sluice.server.cli;

import java.util.List;
import picocli.CommandLine.Command;

/** {@code sluice topic list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "List the topics that somebody publishes or subscribes to.")
final class TopicListCommand extends EntityListCommand {
    TopicListCommand() {
        super("topic", List.of("name", "producers", "subscriptions", "messages"));
    }
}
