package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import io.sluice.storage.tool.MessageExport;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice storage export}. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = "Write durable queues and their messages, and users, to one file, for `sluice storage import`.")
final class StorageExportCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    StorageOptions storage;

    @Parameters(paramLabel = "FILE", description = "The file to write; it must not exist.")
    Path file;

    @Option(
            names = "--queue",
            paramLabel = "NAME",
            description = "This queue only, and no users; may be given several times.")
    List<String> queues = List.of();

    @Option(names = "--keep-going", description = "Write what can be read of a damaged folder.")
    boolean keepGoing;

    @Override
    public Integer call() throws CommandFailure {
        Output output = new Output(spec.commandLine().getOut());
        MessageExport.Request request = new MessageExport.Request(
                file.toAbsolutePath().normalize(),
                name -> queues.isEmpty() || queues.contains(name),
                queues.isEmpty(),
                keepGoing,
                System.currentTimeMillis());
        MessageExport.Result result;
        try (Progress progress = new Progress("exported", 0)) {
            result = storage.with(shards -> MessageExport.run(shards, request, progress::at));
        }
        new DamagePrinter(output, storage.json, Map.of()).print(result.damages());
        if (storage.json) {
            output.object(json -> {
                json.writeNumberField("queues", result.queues());
                json.writeNumberField("messages", result.messages());
                json.writeNumberField("damages", result.damages().size());
            });
        } else {
            output.line(result.messages() + " messages of " + result.queues() + " queues exported to " + file);
        }
        return result.damages().isEmpty() ? ExitCode.OK : ExitCode.REFUSED;
    }
}
