package io.sluice.server.cli;

import io.sluice.broker.shard.Placement;
import io.sluice.server.ExitCode;
import io.sluice.server.config.Configuration;
import io.sluice.storage.tool.MessageImport;
import io.sluice.storage.tool.StoppedFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice storage import}. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = {
            "Add the queues and messages of an export to a data folder, which is created when missing: all of them or none;",
            "with several shards, all or none of each shard, one after the other.",
            "A queue that is there already stays as it is defined, and gets the messages behind its own."
        })
final class StorageImportCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    StorageOptions storage;

    @Parameters(paramLabel = "FILE", description = "The file that `sluice storage export` wrote.")
    Path file;

    @Option(names = "--keep-going", description = "Take what can be read of a damaged export.")
    boolean keepGoing;

    @Override
    public Integer call() throws CommandFailure {
        Output output = new Output(spec.commandLine().getOut());
        Configuration configuration = storage.configuration();
        Placement placement = configuration.placement();
        MessageImport.Result result;
        try (Progress progress = new Progress("imported", 0)) {
            result = storage.withNew(configuration, shards -> {
                List<MessageImport.Result> results = new ArrayList<>();
                for (StoppedFolder shard : shards) {
                    results.add(MessageImport.run(shard, request(placement, shard), progress::at));
                }
                return sum(results);
            });
        }
        if (storage.json) {
            output.object(json -> {
                json.writeNumberField("queues", result.queues());
                json.writeNumberField("messages", result.messages());
                json.writeNumberField("damages", result.damages().size());
            });
        } else {
            result.damages().forEach(output::line);
            result.keptQueues().forEach(name -> output.line("queue " + name + " was there already"));
            output.line(result.messages() + " messages of " + result.queues() + " queues imported");
        }
        return result.damages().isEmpty() ? ExitCode.OK : ExitCode.REFUSED;
    }

    private MessageImport.Request request(Placement placement, StoppedFolder shard) {
        int index = shard.shard().index();
        return new MessageImport.Request(
                file.toAbsolutePath().normalize(), name -> placement.shardOf(name) == index, index == 0, keepGoing);
    }

    /** Damages of the export are the same for each shard. */
    private static MessageImport.Result sum(List<MessageImport.Result> results) {
        return new MessageImport.Result(
                results.stream().mapToLong(MessageImport.Result::queues).sum(),
                results.stream().mapToLong(MessageImport.Result::messages).sum(),
                results.stream().flatMap(result -> result.keptQueues().stream()).toList(),
                results.stream()
                        .flatMap(result -> result.damages().stream())
                        .distinct()
                        .toList());
    }
}
