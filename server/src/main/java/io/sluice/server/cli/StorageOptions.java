package io.sluice.server.cli;

import io.sluice.broker.port.StorageException;
import io.sluice.server.ExitCode;
import io.sluice.server.ServeOptions;
import io.sluice.server.config.Configuration;
import io.sluice.server.config.ConfigurationException;
import io.sluice.storage.FileDisk;
import io.sluice.storage.ShardNumber;
import io.sluice.storage.tool.StoppedFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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

    /** Work on what the shards have of a folder, by their numbers. */
    @FunctionalInterface
    interface Work<T> {
        T on(List<StoppedFolder> shards) throws StorageException;
    }

    /** Work on what one shard has of a folder. */
    @FunctionalInterface
    interface ShardWork<T> {
        T on(StoppedFolder shard) throws StorageException;
    }

    /** Does it for each shard while the folder is locked. */
    <T> List<T> withEach(ShardWork<T> work) throws CommandFailure {
        return with(shards -> {
            List<T> results = new ArrayList<>();
            for (StoppedFolder shard : shards) {
                results.add(work.on(shard));
            }
            return results;
        });
    }

    /** Does it while the folder is locked. */
    <T> T with(Work<T> work) throws CommandFailure {
        Path path = configuration().storage().dataDir().toAbsolutePath().normalize();
        return with(index -> StoppedFolder.open(new FileDisk(), path, index), work);
    }

    /** As {@link #with}, in a folder that is made where there is none, and has the shards that the configuration asks for. */
    <T> T withNew(Configuration configuration, Work<T> work) throws CommandFailure {
        Path path = configuration.storage().dataDir().toAbsolutePath().normalize();
        int shards = configuration.shards();
        return with(index -> StoppedFolder.openOrCreate(new FileDisk(), path, new ShardNumber(index, shards)), work);
    }

    private interface Opening {
        StoppedFolder open(int shard) throws StorageException;
    }

    private static <T> T with(Opening opening, Work<T> work) throws CommandFailure {
        List<StoppedFolder> shards = new ArrayList<>();
        try {
            shards.add(opening.open(0));
            for (int index = 1; index < shards.get(0).shard().count(); index++) {
                shards.add(opening.open(index));
            }
            return work.on(shards);
        } catch (StorageException e) {
            throw new CommandFailure(ExitCode.DATA_FOLDER, e.getMessage());
        } finally {
            Collections.reverse(shards);
            shards.forEach(StoppedFolder::close);
        }
    }

    Configuration configuration() throws CommandFailure {
        try {
            return new ServeOptions(
                            Optional.ofNullable(config), Optional.ofNullable(data), Optional.empty(), Optional.empty())
                    .ofAnyNode();
        } catch (ConfigurationException e) {
            throw new CommandFailure(
                    ExitCode.CONFIGURATION,
                    e.problems().stream().map(Object::toString).collect(Collectors.joining("\n")));
        }
    }
}
