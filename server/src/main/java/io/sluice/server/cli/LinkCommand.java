package io.sluice.server.cli;

import picocli.CommandLine.Command;

/** {@code sluice link}: the links of a broker. */
@Command(
        name = "link",
        mixinStandardHelpOptions = true,
        description = "The links of a broker: who sends where, and who receives from where.",
        subcommands = {LinkListCommand.class, LinkDetachCommand.class, LinkRenewLockCommand.class})
final class LinkCommand {}
