package io.sluice.server.cli;

import picocli.CommandLine.Command;

/** {@code sluice subscription}: the subscriptions of topics. */
@Command(
        name = "subscription",
        mixinStandardHelpOptions = true,
        description = "The subscriptions of topics. What waits for one is in the queue that its identity names.",
        subcommands = {SubscriptionListCommand.class, SubscriptionCreateCommand.class, SubscriptionDeleteCommand.class})
final class SubscriptionCommand {}
