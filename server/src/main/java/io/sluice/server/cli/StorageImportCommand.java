package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import io.sluice.storage.tool.MessageImport;
import java.nio.file.Path;
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
            "Add the queues and messages of an export to a data folder, which is created when missing: all of them or none.",
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
        MessageImport.Request request =
                new MessageImport.Request(file.toAbsolutePath().normalize(), keepGoing);
        MessageImport.Result result;
        try (Progress progress = new Progress("imported", 0)) {
            result = storage.with(true, folder -> MessageImport.run(folder, request, progress::at));
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
}
