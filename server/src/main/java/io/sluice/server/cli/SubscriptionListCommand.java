package io.sluice.server.cli;

import java.util.List;
import picocli.CommandLine.Command;

/** {@code sluice subscription list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "List the subscriptions to topics; --json shows all that is known of them.")
final class SubscriptionListCommand extends EntityListCommand {
    SubscriptionListCommand() {
        super(
                "subscription",
                List.of("identity", "topic", "container", "name", "durable", "shared", "links", "messages", "filter"));
    }
}
