package io.sluice.server.cli;

import io.sluice.broker.port.StorageException;
import io.sluice.server.ExitCode;
import io.sluice.server.ServeOptions;
import io.sluice.server.config.ConfigurationException;
import io.sluice.storage.FileDisk;
import io.sluice.storage.tool.StoppedFolder;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** The options of every command on a data folder. */
final class StorageOptions {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The data folder (default: the one that the configuration names).")
    Path data;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The configuration file (default: config/sluice.yaml of this installation).")
    Path config;

    @Option(names = "--json", description = "Print JSON, one object per line.")
    boolean json;

    /** Work on a folder. */
    @FunctionalInterface
    interface Work<T> {
        T on(StoppedFolder folder) throws StorageException;
    }

    /**
     * Does it while the folder is locked.
     *
     * @param create whether to make the folder where there is none
     */
    <T> T with(boolean create, Work<T> work) throws CommandFailure {
        Path path = folder();
        try (StoppedFolder folder =
                create ? StoppedFolder.openOrCreate(new FileDisk(), path) : StoppedFolder.open(new FileDisk(), path)) {
            return work.on(folder);
        } catch (StorageException e) {
            throw new CommandFailure(ExitCode.DATA_FOLDER, e.getMessage());
        }
    }

    private Path folder() throws CommandFailure {
        try {
            Path folder = new ServeOptions(
                            Optional.ofNullable(config), Optional.ofNullable(data), Optional.empty(), Optional.empty())
                    .dataDir();
            return folder.toAbsolutePath().normalize();
        } catch (ConfigurationException e) {
            throw new CommandFailure(
                    ExitCode.CONFIGURATION,
                    e.problems().stream().map(Object::toString).collect(Collectors.joining("\n")));
        }
    }
}
