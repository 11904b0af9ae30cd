package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import io.sluice.storage.tool.FolderVerification;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice storage verify}. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = "Read everything that a broker would need and say what is damaged. Exit code 1: something is.")
final class StorageVerifyCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    StorageOptions storage;

    @Override
    public Integer call() throws CommandFailure {
        Output output = new Output(spec.commandLine().getOut());
        List<FolderVerification.Report> reports;
        try (Progress progress = new Progress("verified", 0)) {
            reports = storage.withEach(folder -> FolderVerification.run(folder, progress::at));
        }
        boolean damaged = false;
        for (int shard = 0; shard < reports.size(); shard++) {
            FolderVerification.Report report = reports.get(shard);
            OptionalInt number = reports.size() == 1 ? OptionalInt.empty() : OptionalInt.of(shard);
            if (number.isPresent() && !storage.json) {
                output.line("shard " + shard);
            }
            new DamagePrinter(output, storage.json, names(report)).print(report.damages());
            if (storage.json) {
                summaryObject(output, number, report);
            } else {
                summary(output, report);
            }
            damaged |= !report.damages().isEmpty();
        }
        return damaged ? ExitCode.REFUSED : ExitCode.OK;
    }

    static Map<Long, String> names(FolderVerification.Report report) {
        Map<Long, String> names = new HashMap<>();
        report.queues().forEach(queue -> names.put(queue.id(), queue.name()));
        return names;
    }

    private static void summary(Output output, FolderVerification.Report report) {
        for (FolderVerification.QueueSummary queue : report.queues()) {
            output.line("queue " + queue.name() + ": " + queue.messages() + " messages");
        }
        output.line("store: everything up to batch " + report.checkpoint());
        output.line("journal behind it: " + report.journal().segments() + " segments, "
                + report.journal().frames() + " frames, " + report.journal().records() + " records");
        output.line(report.messages() + " messages of " + report.bytes() + " bytes can be read");
        output.line(report.damages().isEmpty() ? "no damage" : report.damages().size() + " damaged places");
    }

    private static void summaryObject(Output output, OptionalInt shard, FolderVerification.Report report) {
        output.object(generator -> {
            if (shard.isPresent()) {
                generator.writeNumberField("shard", shard.getAsInt());
            }
            generator.writeNumberField("checkpoint", report.checkpoint());
            generator.writeNumberField("segments", report.journal().segments());
            generator.writeNumberField("frames", report.journal().frames());
            generator.writeNumberField("records", report.journal().records());
            generator.writeNumberField("messages", report.messages());
            generator.writeNumberField("bytes", report.bytes());
            generator.writeNumberField("damages", report.damages().size());
            generator.writeObjectFieldStart("queues");
            for (FolderVerification.QueueSummary queue : report.queues()) {
                generator.writeNumberField(queue.name(), queue.messages());
            }
            generator.writeEndObject();
        });
    }
}
