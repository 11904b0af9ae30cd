package io.sluice.server.cli;

import picocli.CommandLine.Command;

/** {@code sluice storage}: what can be done with the data folder of a broker that does not run. */
@Command(
        name = "storage",
        mixinStandardHelpOptions = true,
        description = "Verify, show, repair, export and import the data folder of a broker that does not run.",
        subcommands = {
            StorageVerifyCommand.class,
            StorageDumpCommand.class,
            StorageRepairCommand.class,
            StorageExportCommand.class,
            StorageImportCommand.class
        })
final class StorageCommand {}
