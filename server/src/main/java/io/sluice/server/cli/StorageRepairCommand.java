package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import io.sluice.storage.tool.FolderRepair;
import io.sluice.storage.tool.FolderVerification;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice storage repair}: says what it would do unless told to do it. */
@Command(
        name = "repair",
        mixinStandardHelpOptions = true,
        description = {
            "Make a damaged journal or store one that opens, with everything that can be read of it. The damaged files stay",
            "beside, under names that end in .damaged. Without --yes nothing is changed: it prints what would be lost."
        })
final class StorageRepairCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    StorageOptions storage;

    @Option(names = "--yes", description = "Do it.")
    boolean yes;

    @Option(names = "--compact", description = "Nothing is damaged: only write the store anew, as small as it can be.")
    boolean compact;

    @Override
    public Integer call() throws CommandFailure {
        Output output = new Output(spec.commandLine().getOut());
        if (compact) {
            storage.withEach(folder -> {
                FolderRepair.compact(folder);
                return folder;
            });
            line(output, "the store was written anew");
            return ExitCode.OK;
        }
        List<FolderVerification.Report> reports =
                storage.withEach(folder -> FolderVerification.run(folder, messages -> {}));
        for (FolderVerification.Report report : reports) {
            Map<Long, String> names = StorageVerifyCommand.names(report);
            new DamagePrinter(output, storage.json, names).print(report.damages());
        }
        if (reports.stream().allMatch(report -> report.damages().isEmpty())) {
            line(output, "no damage: nothing to repair");
            return ExitCode.OK;
        }
        if (!yes) {
            line(output, "nothing was changed; with --yes all but this is kept");
            return ExitCode.REFUSED;
        }
        boolean left = false;
        for (FolderRepair.Result result : storage.withEach(FolderRepair::run)) {
            result.kept().forEach(file -> line(output, "kept as it was: " + file));
            result.left().forEach(damage -> line(output, "not repaired: " + damage.file() + ": " + damage.what()));
            left |= !result.left().isEmpty();
        }
        return left ? ExitCode.REFUSED : ExitCode.OK;
    }

    private void line(Output output, String text) {
        if (storage.json) {
            output.object(json -> json.writeStringField("result", text));
        } else {
            output.line(text);
        }
    }
}
